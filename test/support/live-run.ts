import type { Store } from "../../src/engine/ports/store.ts";
import type { JsonObject } from "../../src/shared/json.ts";
import { APPROVALS } from "./ask-workflow.ts";
import { TestBot, type TestBotOptions } from "./bot.ts";
import { quickClock } from "./quick-clock.ts";

export const GENERAL = "C0GENERAL";
/** How long the stand-in model takes. */
const MODEL_MS = 900;

const decide = (id: string, name: string, next: string): JsonObject => ({
  ...{ id, name, type: "ai-decision", next: { yes: next, no: next } },
  config: {
    prompt: "Is it urgent: {{variables.text}}?",
    outputFormat: "enum",
    allowedValues: ["yes", "no"],
  },
});

/** Two AI steps, a decision of @finance, and another AI step. */
const WORKS: JsonObject = {
  id: "works",
  name: "Works",
  inputs: { text: { type: "string", default: "urgent" } },
  steps: [
    decide("first", "First look", "second"),
    decide("second", "Second look", "ask"),
    {
      id: "ask",
      name: "Decision",
      type: "approval",
      config: { channel: "#approvals", title: "Shall we?", approvers: ["@finance"] },
      next: { approve: "third", reject: "end" },
    },
    decide("third", "Third look", "end"),
  ],
};

/** A bot whose runs take their time, and whose own pauses are short. */
export async function startSlowly(
  options: Partial<TestBotOptions> & { readonly wrapStore?: (store: Store) => Store } = {},
): Promise<TestBot> {
  const bot = await TestBot.start({
    ...{ definitions: [WORKS], connected: true, clock: quickClock(10) },
    ...options,
  });
  await bot.act("faults", { target: "model", delay_ms: MODEL_MS, times: 50 });
  return bot;
}

/** What Slack shows of the agent's work. */
export async function sessions(bot: TestBot): Promise<readonly JsonObject[]> {
  const response = await fetch(`${bot.simulator.url}/sim/sessions`);
  const answer = (await response.json()) as { readonly sessions: readonly JsonObject[] };
  return answer.sessions;
}

export function untilStatus(bot: TestBot, status: string): Promise<JsonObject> {
  return bot.until(async () => (await sessions(bot)).find((one) => one["status"] === status));
}

/** The streamed plans of a thread. */
export async function plans(bot: TestBot, threadTs: string): Promise<readonly string[]> {
  const messages = await bot.messages(GENERAL, threadTs);
  return messages.map(({ blocks }) => JSON.stringify(blocks ?? [])).filter(isPlan);
}

function isPlan(blocks: string): boolean {
  return blocks.includes('"type":"plan"');
}

/** Streams that Slack holds open. */
export function openStreams(bot: TestBot): number {
  return bot.simulator.workspace.streams.size;
}

export async function approve(bot: TestBot): Promise<void> {
  const card = await bot.message(APPROVALS, /Approval needed/);
  await bot.click("U0BOB", APPROVALS, card, "decide_approve");
}
