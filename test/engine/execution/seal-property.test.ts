import fc from "fast-check";
import { expect, test } from "vitest";
import { placeOf } from "../../../src/engine/definition/release-plan.ts";
import { handleMigration } from "../../../src/engine/execution/decider/migration.ts";
import { retryPoints } from "../../../src/engine/execution/decider/retry-points.ts";
import type { StepStarted } from "../../../src/engine/model/events.ts";
import { showMarks } from "../../../src/engine/model/marks.ts";
import type { Release } from "../../../src/engine/model/seal.ts";
import { isFinished } from "../../../src/engine/model/state.ts";
import { isJsonObject, type Json, type JsonObject } from "../../../src/shared/json.ts";
import { anySteps } from "../../support/any-workflow.ts";
import { ExecutionHarness, workflow } from "../../support/execution-harness.ts";

const PARAMS: readonly JsonObject[] = [
  { to: "{{variables.word}}" },
  { to: "{{variables.word}}", amount: "{{variables.amount}}" },
  { text: "Pay {{variables.amount}} to {{variables.list}}" },
  {},
];

/** Every step whose attempts are the test's gets parameters and changes something outside. */
function withEffects(steps: readonly JsonObject[], seed: number): readonly JsonObject[] {
  return steps.map((step, index): JsonObject => {
    const config = isJsonObject(step["config"]) ? step["config"] : {};
    if (step["type"] === "scripted") {
      const params = PARAMS[(seed + index) % PARAMS.length] ?? {};
      return { ...step, config: { ...config, ...params, effect: true } };
    }
    const { steps: items, branches } = config;
    if (Array.isArray(items))
      return { ...step, config: { ...config, steps: inner(items, seed + 1) } };
    if (!Array.isArray(branches)) return step;
    const changed = branches.map(
      (branch: Json): Json =>
        isJsonObject(branch) && Array.isArray(branch["steps"])
          ? { ...branch, steps: inner(branch["steps"], seed + 2) }
          : branch,
    );
    return { ...step, config: { ...config, branches: changed } };
  });
}

function inner(steps: readonly Json[], seed: number): Json[] {
  return [...withEffects(steps.filter(isJsonObject), seed)];
}

type Move =
  | { readonly kind: "vote"; readonly pick: number; readonly choice: "approve" | "reject" }
  | { readonly kind: "end"; readonly pick: number; readonly outcome: "ok" | "failed" | "gone" }
  | { readonly kind: "later"; readonly minutes: number }
  | { readonly kind: "cancel" }
  | { readonly kind: "retry"; readonly pick: number; readonly edits: JsonObject }
  | { readonly kind: "migrate" };

const quiet: fc.Arbitrary<Move>[] = [
  fc.record({
    kind: fc.constant("vote" as const),
    pick: fc.nat(5),
    choice: fc.constantFrom("approve" as const, "approve" as const, "reject" as const),
  }),
  fc.record({
    kind: fc.constant("end" as const),
    pick: fc.nat(5),
    outcome: fc.constantFrom("ok" as const, "ok" as const, "failed" as const, "gone" as const),
  }),
  fc.record({ kind: fc.constant("later" as const), minutes: fc.constantFrom(1, 11, 40) }),
];

const votes: fc.Arbitrary<Move> = fc.record({
  kind: fc.constant("vote" as const),
  pick: fc.nat(5),
  choice: fc.constant("approve" as const),
});

const hostile: fc.Arbitrary<Move>[] = [
  fc.constant({ kind: "cancel" as const }),
  fc.record({
    kind: fc.constant("retry" as const),
    pick: fc.nat(9),
    edits: fc.constantFrom<JsonObject>(
      {},
      { word: "mallory" },
      { amount: 99_999 },
      { list: ["x"], word: "b" },
    ),
  }),
  fc.constant({ kind: "migrate" as const }),
];

const PEOPLE = ["U0BOB", "U0CAROL", "U0EVE", "U0FAY"];

function play(run: Run, move: Move): void {
  const { harness } = run;
  switch (move.kind) {
    case "vote": {
      const open = [...harness.state.openRequests];
      const requestId = open[move.pick % Math.max(open.length, 1)];
      if (requestId === undefined) return;
      for (const by of PEOPLE) {
        if (!harness.state.openRequests.has(requestId)) return;
        const payload = { requestId, choice: move.choice, by };
        harness.signal({ id: `${requestId}:${by}`, kind: "decision", payload });
      }
      return;
    }
    case "end": {
      const running = [...harness.state.activeSteps.values()].filter(
        (step) => step.phase === "running" && step.epoch === harness.state.epoch,
      );
      const step = running[move.pick % Math.max(running.length, 1)];
      if (!step) return;
      const { path, attempt, epoch } = step;
      const error = {
        code: "service_unavailable",
        message: "No.",
        retryable: move.outcome === "failed",
      } as const;
      harness.endAt({
        path,
        attempt,
        epoch,
        result:
          move.outcome === "ok"
            ? { kind: "ok", output: `out ${run.moves}`, costNano: 0 }
            : { kind: "failed", error, outcome: "failed", costNano: 0 },
      });
      return;
    }
    case "later":
      harness.advance(move.minutes * 60_000);
      return;
    case "cancel":
      if (isFinished(harness.state.status)) return;
      harness.signal({ id: `cancel:${run.moves}`, kind: "cancel", payload: { by: "U0ALICE" } });
      harness.advance(6000);
      return;
    case "retry": {
      const points = retryPoints(harness.state);
      const path = points[move.pick % Math.max(points.length, 1)]?.path;
      const payload = { by: "U0ALICE", variables: move.edits, ...(path !== undefined && { path }) };
      harness.signal({ id: `retry:${run.moves}`, kind: "retry", payload });
      return;
    }
    case "migrate": {
      const version = harness.state.version + 1;
      const signal = {
        id: `migrate:${run.moves}`,
        executionId: "exec_1",
        kind: "migrate" as const,
        payload: { by: "U0ALICE", version },
        at: harness.now,
      };
      const events = handleMigration(
        harness.workflow,
        { version, workflow: run.other },
        harness.state,
        signal,
        harness.now,
      );
      const isMigrated = events.some(({ type }) => type === "execution_migrated");
      const former = harness.workflow;
      if (isMigrated) harness.switchTo(run.other);
      harness.take(events);
      if (isMigrated) run.other = former;
    }
  }
}

interface Run {
  readonly harness: ExecutionHarness;
  other: ExecutionHarness["workflow"];
  moves: number;
}

/** An approval before everything else, so that there is always a decision to go around. */
const gate: JsonObject = {
  id: "gate",
  type: "approval",
  config: { title: "{{variables.amount}}", approvers: ["@finance"], timeout: "1d" },
  next: { approve: "s0", reject: "end", expired: "end" },
};
const gated = anySteps.map((steps) => [gate, ...steps]);

function begin(steps: readonly JsonObject[]): Run {
  const limits = { limits: { maxSteps: 60 } };
  const compiled = workflow(withEffects(steps, 0), limits);
  const variables = { list: ["a", "b", "c"], word: "a", amount: 10 };
  const harness = new ExecutionHarness(compiled, variables, null);
  return { harness, other: workflow(withEffects(steps, 1), limits), moves: 0 };
}

/** Do the parameters fit what was shown, whatever was said to be filled later? */
function fits(shown: Json, actual: Json): boolean {
  if (typeof shown === "string") {
    const pattern = showMarks(RegExp.escape(shown), () => "[\\s\\S]*");
    if (pattern !== RegExp.escape(shown))
      return typeof actual !== "string" || new RegExp(`^${pattern}$`, "u").test(actual);
  }
  if (isJsonObject(shown) && isJsonObject(actual))
    return Object.keys({ ...shown, ...actual }).every((name) =>
      fits(shown[name] ?? null, actual[name] ?? null),
    );
  return JSON.stringify(shown) === JSON.stringify(actual);
}

/** Do two entries stand in branches, or items, of one step that are executed side by side? */
function isBeside(one: string, other: string): boolean {
  const first = one.split("/");
  const second = other.split("/");
  return first.findIndex((segment, index) => segment !== second[index]) % 2 === 1;
}

/** The releases of every decision up to a moment of the log that let a step begin. */
function released(run: Run, before: StepStarted): readonly Release[] {
  const { state, log } = run.harness;
  const until = log.indexOf(before);
  const seen = new Set(
    log
      .slice(0, until)
      .flatMap((event) =>
        event.type === "step_waiting" || event.type === "decision_voided"
          ? [event.request?.id ?? ""]
          : event.type === "execution_migrated"
            ? event.asked.map(({ request }) => request.id)
            : [],
      ),
  );
  return [...state.requests.values()]
    .filter(({ opened, outcome }) => outcome !== null && seen.has(opened.id))
    .filter(({ opened }) => !isBeside(opened.seal?.approval ?? "", before.path))
    .flatMap(({ opened, outcome }) =>
      (opened.seal?.releases ?? []).filter(({ choices }) =>
        choices.includes(outcome?.decision ?? ""),
      ),
    );
}

test("no step with an effect begins with other parameters than a decision on the way to it has released", () => {
  fc.assert(
    fc.property(
      fc.oneof(anySteps, gated, gated),
      fc.array(fc.oneof(...quiet, votes, ...hostile), { minLength: 5, maxLength: 60 }),
      (steps, moves) => {
        const run = begin(steps);
        let checked = 0;
        const check = (): void => {
          const { harness } = run;
          for (; checked < harness.log.length; checked += 1) {
            const event = harness.log[checked];
            if (event?.type !== "step_started" || event.params === undefined) continue;
            const place = placeOf(harness.workflow, event.path);
            const asked = [...harness.state.requests.values()].some(
              ({ opened }) =>
                opened.seal?.releases.some((release) => release.place === place) &&
                opened.openedAt <= event.at,
            );
            const shown = released(run, event).filter((release) => release.place === place);
            if (!asked || shown.length === 0) continue;
            const params = event.params;
            expect(
              shown.some((release) => release.params === null || fits(release.params, params)),
            ).toBe(true);
          }
        };
        check();
        for (const move of moves) {
          run.moves += 1;
          play(run, move);
          check();
        }
      },
    ),
    { numRuns: 400 },
  );
});

test("as long as nobody changes anything, each decision is asked for once", () => {
  fc.assert(
    fc.property(
      fc.oneof(anySteps, gated),
      fc.array(fc.oneof(...quiet), { minLength: 5, maxLength: 60 }),
      (steps, moves) => {
        const run = begin(steps);
        for (const move of moves) {
          run.moves += 1;
          play(run, move);
        }
        const voided = run.harness.log.find(({ type }) => type === "decision_voided");
        expect(
          voided &&
            voided.type === "decision_voided" && {
              changed: voided.changed,
              path: voided.path,
              from: voided.requestId,
            },
        ).toBeUndefined();
      },
    ),
    { numRuns: 600 },
  );
});

test("what a branch asked that is over binds no later entry of it: how it ended was for the join to judge", () => {
  const pay = {
    id: "pay",
    type: "scripted",
    config: {},
    onFailure: "fallback",
    fallbackStep: "ask",
  };
  const config = { title: "{{variables.word}}", approvers: ["@finance"], timeout: "30m" };
  const next = { approve: "end", reject: "ask", expired: "ask" };
  const branch = {
    id: "b",
    steps: [pay, { id: "ask", type: "approval", config, next }],
    timeoutMs: "20m",
  };
  const branches = [
    branch,
    { id: "c", steps: [{ id: "rest", type: "wait", config: { duration: "1h" } }] },
  ];
  const run = begin([
    {
      id: "both",
      type: "parallel",
      config: { branches },
      onFailure: "fallback",
      fallbackStep: "anew",
    },
    { id: "anew", type: "transform", config: { expression: "1" }, next: { default: "both" } },
  ]);

  play(run, { kind: "end", pick: 0, outcome: "gone" });
  // Both are due by then: the request first, the branch after it.
  play(run, { kind: "later", minutes: 40 });

  const { log } = run.harness;
  expect(log.filter(({ type }) => type === "decision_voided")).toEqual([]);
  const started = log.filter((event) => event.type === "step_started" && event.stepId === "pay");
  expect(started.map((event) => event.type === "step_started" && event.path)).toEqual([
    "both#1/b/pay#1",
    "both#2/b/pay#1",
  ]);
});
