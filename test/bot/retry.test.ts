import { expect, test } from "vitest";
import { z } from "zod";
import { defineStepType, type StepType } from "../../src/engine/definition/step-type.ts";
import { resolveTemplates } from "../../src/engine/language/template.ts";
import { createStepTypes } from "../../src/engine/steps/index.ts";
import { isJsonObject, type JsonObject } from "../../src/shared/json.ts";
import { contentOf, TestBot, tsOf } from "../support/bot.ts";

/** Fails as long as its parameter `ok` is not "yes"; whether it had its effect is then known or not. */
const picky: StepType = defineStepType({
  kind: "picky",
  summary: "Fails unless told otherwise.",
  config: z.looseObject({}),
  hasAttempts: true,
  bind: (config) => ({
    enter: ({ scope }) => {
      const params = resolveTemplates(z.json().parse(config), scope);
      return { kind: "run", params: isJsonObject(params) ? params : {} };
    },
    run: async ({ ok }) =>
      ok === "yes"
        ? { kind: "ok", output: "done", costNano: 0 }
        : {
            kind: "failed",
            outcome: ok === "unknown" ? "unknown" : "failed",
            error: {
              code: "service_rejected",
              message: `It says ${JSON.stringify(ok)}.`,
              retryable: false,
            },
            costNano: 0,
          },
    routes: { kind: "none" },
    timeoutMs: 1000,
    expressions: [],
  }),
});

const definition: JsonObject = {
  id: "picky",
  name: "Picky",
  inputs: { ok: { type: "string", required: true } },
  steps: [{ id: "do", name: "Do it", type: "picky", config: { ok: "{{variables.ok}}" } }],
};

function startBot(): Promise<TestBot> {
  const stepTypes = new Map([
    ...createStepTypes({ defaultModel: "gpt-4o-mini" }),
    ["picky", picky],
  ]);
  return TestBot.start({ definitions: [definition], stepTypes });
}

test("a failed run is retried with another value, and its card and thread tell so", async () => {
  await using bot = await startBot();
  await bot.slash("U0BOB", "run picky ok=no");
  const card = await bot.message("C0GENERAL", /Picky: Failed/);
  const run = /Run `?(\w{5})/.exec(contentOf(card))?.[1] ?? "";
  await bot.message("C0GENERAL", /It says "no"|It says \\"no/, tsOf(card));

  expect(await bot.slash("U0CAROL", `retry ${run}`)).toMatch(
    /cannot retry this run[\s\S]*<@U0BOB>, who started it, or an admin/,
  );
  expect(await bot.slash("U0BOB", `retry ${run} ko=yes`)).toMatch(/no variable "ko"[\s\S]*"ok"/);
  expect(await bot.slash("U0BOB", `retry ${run} ok=yes`)).toMatch(/continues from \*do\*/);

  await bot.message("C0GENERAL", /Picky: Completed/);
  const thread = (await bot.messages("C0GENERAL", tsOf(card))).map(contentOf);
  expect(thread.filter((text) => text.includes("Failed at *Do it*"))).toHaveLength(1);
  expect(thread.filter((text) => /Retried by <@U0BOB> from \*Do it\*/.test(text))).toHaveLength(1);
  expect(
    thread.filter((text) => text.includes(":white_check_mark: Completed. Result")),
  ).toHaveLength(1);
});

test("the button of the card retries, and one of a run that continues already changes nothing", async () => {
  await using bot = await startBot();
  await bot.slash("U0BOB", "run picky ok=no");
  const card = await bot.message("C0GENERAL", /Picky: Failed/);

  await bot.click("U0ALICE", "C0GENERAL", card, "retry_run");

  await bot.message("C0GENERAL", /Retried by <@U0ALICE>/, tsOf(card));
  const { executions } = await bot.engine.executions.list({});
  await bot.until(async () => {
    const view = await bot.engine.executions.get(executions[0]?.executionId ?? "");
    return view.status === "failed" && view.retries.length === 1 ? view : undefined;
  });
});

test("whoever retries with other values what may have happened is asked first", async () => {
  await using bot = await startBot();
  await bot.slash("U0BOB", "run picky ok=unknown");
  const card = await bot.message("C0GENERAL", /Picky: Failed/);
  const run = /Run `?(\w{5})/.exec(contentOf(card))?.[1] ?? "";

  expect(await bot.slash("U0BOB", `retry ${run} ok=yes`)).toMatch(
    /It is not known whether "do" had its effect[\s\S]*Retry all the same/,
  );
  const [question] = (await bot.messages("C0GENERAL", undefined, "U0BOB")).filter((message) =>
    contentOf(message).includes("Retry all the same"),
  );
  await bot.click("U0BOB", "C0GENERAL", question ?? {}, "retry_run");

  await bot.message("C0GENERAL", /Picky: Completed/);
});

test("an admin retries all that failed since a time, after being told how many", async () => {
  await using bot = await startBot();
  for (const _ of [1, 2]) await bot.slash("U0BOB", "run picky ok=no");
  await bot.until(async () => {
    const { executions } = await bot.engine.executions.list({ status: "failed" });
    return executions.length === 2 ? executions : undefined;
  });

  expect(await bot.slash("U0BOB", "help runs")).not.toContain("since=2h");
  expect(await bot.slash("U0ALICE", "help runs")).toContain("failed|cancelled since=2h");
  expect(await bot.slash("U0BOB", "retry picky failed since=1h")).toMatch(
    /You may not retry many runs at once: only admins may/,
  );
  expect(await bot.slash("U0ALICE", "retry picky failed since=soon")).toMatch(/since=2h/);
  expect(await bot.slash("U0ALICE", "retry picky failed since=1h")).toMatch(/There are 2 runs of/);
  const [question] = (await bot.messages("C0GENERAL", undefined, "U0ALICE")).filter((message) =>
    contentOf(message).includes("Retry 2 runs"),
  );
  await bot.click("U0ALICE", "C0GENERAL", question ?? {}, "retry_all");

  await bot.until(async () => {
    const told = await bot.privates("U0ALICE", "C0GENERAL");
    return told.find((text) => text.includes("2 runs continue."));
  });
});
