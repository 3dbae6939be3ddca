import { expect, test } from "vitest";
import {
  MAX_OUTPUT_LENGTH,
  MAX_VARIABLES_LENGTH,
} from "../../../../src/engine/execution/decider/size-limits.ts";
import type { Json, JsonObject } from "../../../../src/shared/json.ts";
import { ExecutionHarness, workflow } from "../../../support/execution-harness.ts";

const call = (id: string, rest: JsonObject = {}) => ({ id, type: "scripted", ...rest });

test("an output that is too large fails its step, naming step, size and limit", () => {
  const run = new ExecutionHarness(workflow([call("fetch")]));

  run.end("fetch", { kind: "ok", output: "x".repeat(MAX_OUTPUT_LENGTH) });

  const length = MAX_OUTPUT_LENGTH + 2;
  expect(run.state).toMatchObject({
    status: "failed",
    error: {
      code: "limit_exceeded",
      message: expect.stringMatching(
        new RegExp(`"fetch" has ${length} characters.*at most ${MAX_OUTPUT_LENGTH}`),
      ),
    },
  });
});

test("one that just fits is kept, and one that is nested too deeply is not", () => {
  const fits = new ExecutionHarness(workflow([call("fetch")]));
  fits.end("fetch", { kind: "ok", output: "x".repeat(MAX_OUTPUT_LENGTH - 2) });
  expect(fits.state.status).toBe("completed");

  let deep: Json = 1;
  for (let level = 0; level < 101; level += 1) deep = [deep];
  const run = new ExecutionHarness(workflow([call("fetch")]));
  run.end("fetch", { kind: "ok", output: deep });
  expect(run.state.error?.message).toMatch(/"fetch" is nested deeper than 100 levels/);
});

test("a failed output takes the step's fallback like every failure", () => {
  const run = new ExecutionHarness(
    workflow([call("fetch", { onFailure: "fallback", fallbackStep: "less" }), call("less")]),
  );

  run.end("fetch", { kind: "ok", output: "x".repeat(MAX_OUTPUT_LENGTH) });

  expect(run.activeStep("less").path).toBe("less#1");
});

test("variables that grow too large together end the run before the next step, naming it", () => {
  const part = MAX_OUTPUT_LENGTH - 2;
  const names = Array.from({ length: MAX_VARIABLES_LENGTH / MAX_OUTPUT_LENGTH + 1 }, (_, n) => n);
  const steps = names.map((n) =>
    call(`s${n}`, { config: { outputVariable: `v${n}` }, next: `s${n + 1}` }),
  );
  const run = new ExecutionHarness(workflow([...steps, call(`s${names.length}`)]));

  for (const n of names) run.end(`s${n}`, { kind: "ok", output: `${n}`.padEnd(part, "x") });

  expect(run.state).toMatchObject({
    status: "failed",
    error: {
      code: "limit_exceeded",
      message: expect.stringMatching(`before step "s${names.length}"`),
    },
  });
});
