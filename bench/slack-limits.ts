/**
 * What the bot makes of Slack's real limits in a workspace of 5,000 channels and 2,000 people: how long 200 runs take that post to one
 * channel, how soon the first of 40 questions is asked, and whether a busy minute is refused anything. It takes about six minutes.
 *
 *   npm run bench:slack-limits
 */
import { cpus, platform, release } from "node:os";
import { isJsonObject, type JsonObject, toObjects } from "../simulator/json.ts";
import { SLACK_LIMITS } from "../simulator/limits.ts";
import { askWorkflow } from "../test/support/ask-workflow.ts";
import { contentOf, TestBot, tsOf } from "../test/support/bot.ts";
import { POSTING, startByProgram } from "../test/support/flood.ts";
import { pause } from "../test/support/pause.ts";

const RUNS = 200;
const QUESTIONS = 40;
const HOMES = 100;
const CLICKS = 100;
const COMMANDS = 130;

const GENERAL = "C0GENERAL";
/** All people are its members, and may click. */
const ASK = askWorkflow({ channel: GENERAL });

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

function open(definitions: readonly JsonObject[]): Promise<TestBot> {
  return TestBot.start({ definitions, realistic: true, connected: true, size: "large" });
}

/** Asks again until it is so, for at most ten minutes. */
async function untilSo(isSo: () => Promise<boolean>): Promise<void> {
  for (const end = performance.now() + 600_000; performance.now() < end; await pause(100))
    if (await isSo()) return;
  throw new Error("It did not happen within ten minutes.");
}

async function postToOneChannel(): Promise<JsonObject> {
  await using bot = await open([POSTING]);
  const begun = performance.now();
  for (let number = 0; number < RUNS; number += 1)
    await startByProgram(bot, "posting", { variables: { number } });
  const list = async () => (await bot.engine.executions.list({ limit: 200 })).executions;
  await untilSo(async () => (await list()).every(({ completedAt }) => completedAt !== null));
  const tookMs = performance.now() - begun;
  const texts = (await bot.messages(GENERAL)).map(({ text }) => text);
  const isInOrder = texts.every((text, index) => text === `no ${index}`);
  const leastMs = ((RUNS - SLACK_LIMITS.postBurst) / SLACK_LIMITS.postsPerSecond) * 1000;
  const runs = await list();
  return {
    "runs that post to one channel": RUNS,
    completed: runs.filter(({ status }) => status === "completed").length,
    "messages, in order": `${texts.length}, ${isInOrder ? "yes" : "no"}`,
    took: seconds(tookMs),
    "least that the limit allows": seconds(leastMs),
    "more than that": `${((tookMs / leastMs - 1) * 100).toFixed(1)} %`,
    ...(await refusals(bot)),
  };
}

async function askManyAtOnce(): Promise<JsonObject> {
  await using bot = await open([ASK]);
  const begun = performance.now();
  for (let number = 0; number < QUESTIONS; number += 1)
    await startByProgram(bot, "ask", { report: { channel: GENERAL, on: "all" } });
  const asked = async (): Promise<number> =>
    (await bot.calls("chat.postMessage")).filter(
      ({ ok, args }) =>
        ok === true && isJsonObject(args) && contentOf(args).includes("Approval needed"),
    ).length;
  await untilSo(async () => (await asked()) > 0);
  const firstMs = performance.now() - begun;
  await untilSo(async () => (await asked()) >= QUESTIONS);
  return {
    "runs that ask at once": QUESTIONS,
    "first question after": seconds(firstMs),
    "last question after": seconds(performance.now() - begun),
    ...(await refusals(bot)),
  };
}

/** A minute in which people open Home, click and type, spread evenly. */
async function beBusy(): Promise<JsonObject> {
  await using bot = await open([ASK]);
  for (let number = 0; number < 20; number += 1)
    await startByProgram(bot, "ask", { report: { channel: GENERAL, on: "all" } });
  await bot.message(GENERAL, /Ask/);
  const people = await membersOf(bot);
  const [card] = await bot.messages(GENERAL);
  const before = await Promise.all([answered(bot, "views.publish"), answered(bot, "response_url")]);
  const unacknowledged: string[] = [];
  const act = async (what: string, body: JsonObject): Promise<void> => {
    const { acked } = await bot.act(what, body);
    if (acked !== true) unacknowledged.push(what);
  };
  const one = (index: number): string => people[index % people.length] ?? "U0ALICE";
  const home = (n: number) => act("home-open", { user: one(n), tab: "home" });
  const click = (n: number) =>
    act("action", {
      user: one(HOMES + n),
      channel: GENERAL,
      ts: tsOf(card ?? {}),
      action_id: "why_run",
      value: "{}",
    });
  const command = (n: number) =>
    act("slash", {
      user: one(HOMES + CLICKS + n),
      channel: GENERAL,
      command: "/workflow",
      text: "list",
    });
  const acts = [
    ...Array.from({ length: HOMES }, (_, n) => ({ at: n / HOMES, run: () => home(n) })),
    ...Array.from({ length: CLICKS }, (_, n) => ({ at: n / CLICKS, run: () => click(n) })),
    ...Array.from({ length: COMMANDS }, (_, n) => ({ at: n / COMMANDS, run: () => command(n) })),
  ].sort((a, b) => a.at - b.at);
  const begun = performance.now();
  const running: Promise<void>[] = [];
  for (const { at, run } of acts) {
    await pause(Math.max(0, at * 60_000 - (performance.now() - begun)));
    running.push(run());
  }
  await Promise.all(running);
  await pause(3000);
  const after = await Promise.all([answered(bot, "views.publish"), answered(bot, "response_url")]);
  return {
    "Home, clicks and commands in a minute": `${HOMES}, ${CLICKS}, ${COMMANDS}`,
    "not acknowledged": unacknowledged.length,
    "Homes published": (after[0] ?? 0) - (before[0] ?? 0),
    "clicks and commands answered": (after[1] ?? 0) - (before[1] ?? 0),
    ...(await refusals(bot)),
  };
}

async function membersOf(bot: TestBot): Promise<readonly string[]> {
  const users = await listed(bot, "users?limit=2000", "users");
  return users
    .filter(
      (user) =>
        !user["is_bot"] && !user["deleted"] && !user["is_restricted"] && !user["is_stranger"],
    )
    .flatMap(({ id }) => (typeof id === "string" ? [id] : []));
}

async function listed(bot: TestBot, path: string, member: string): Promise<readonly JsonObject[]> {
  const answer: unknown = await (await fetch(`${bot.simulator.url}/sim/${path}`)).json();
  return toObjects(isJsonObject(answer) ? answer[member] : undefined);
}

async function answered(bot: TestBot, method: string): Promise<number> {
  return (await bot.calls(method)).filter(({ ok }) => ok === true).length;
}

/** What Slack refused, and the method that must never be called while running. */
async function refusals(bot: TestBot): Promise<JsonObject> {
  const calls = await listed(bot, "calls", "calls");
  const limited = calls.filter(({ error }) => error === "ratelimited");
  return {
    "calls that Slack limited":
      limited.length === 0
        ? 0
        : [...new Set(limited.map(({ method }) => JSON.stringify(method)))].join(", "),
    "conversations.list": calls.filter(({ method }) => method === "conversations.list").length,
  };
}

console.log(
  `${cpus()[0]?.model ?? "CPU"} × ${cpus().length}, ${platform()} ${release()}, Node ${process.version}`,
);
console.table(await beBusy());
console.table(await askManyAtOnce());
console.table(await postToOneChannel());
