/**
 * How soon App Home is published with a million executions stored, in the embedded store: from the event that a person opened it to
 * the view's being there; and how soon the pages of the console are. Bot, simulator and this program share one process. It takes some minutes and a gigabyte in the folder
 * for temporary files.
 *
 *   npm run bench:home -- [executions] [openings]
 */
import { mkdtempDisposableSync } from "node:fs";
import { cpus, platform, release, tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { parseArgs } from "node:util";
import { pino } from "pino";
import { DAY_MS, hourOf } from "../src/engine/model/totals.ts";
import type { JsonObject } from "../src/shared/json.ts";
import { quantile } from "../src/shared/quantile.ts";
import { openSqliteStore } from "../src/store/sqlite/open.ts";
import { createWebServer } from "../src/web/server.ts";
import { askWorkflow } from "../test/support/ask-workflow.ts";
import { TestBot } from "../test/support/bot.ts";
import { Home } from "../test/support/home.ts";
import { pause } from "../test/support/pause.ts";

const { positionals } = parseArgs({ allowPositionals: true });
const [executions = 1_000_000, openings = 300] = positionals.map(Number);

const WORKFLOWS = 50;
const PEOPLE = 400;
const MODELS = ["gpt-4o", "gpt-4o-mini", "claude-sonnet", "local/llama"];
/** Those that wait for a time, and those that ask people. */
const WAITING = 5000;
const ASKING = 300;
const DAYS = 365;
/** In one transaction: between them the bot has its turn, whose sockets are given up otherwise. */
const AT_ONCE = 2000;
/** Alice is an admin; the others may decide. */
const READERS = ["U0ALICE", "U0BOB", "U0CAROL"];

const note = (n: number): JsonObject => ({
  id: `workflow-${n}`,
  name: `Workflow ${n}`,
  steps: [{ id: "note", type: "transform", config: { expression: "1" } }],
});

/** Who started number n: each of the readers some hundreds of them. */
function starterOf(n: number): string {
  return READERS[n % PEOPLE] ?? `U0PERSON${n % PEOPLE}`;
}

/** Executions that are over or wait for a time, with what they add to the totals, by a connection of its own. */
async function fill(path: string): Promise<void> {
  const database = new DatabaseSync(path);
  database.exec("PRAGMA synchronous = OFF");
  const head = database.prepare(
    "INSERT INTO heads VALUES (?, ?, 1, ?, 3, ?, NULL, ?, ?, ?, ?, '[]', 12345, 0)",
  );
  const start = database.prepare("INSERT INTO starts VALUES (?, ?)");
  const total = database.prepare(
    `INSERT INTO totals VALUES (?, ?, ?, ?, 1, 1, 0, 0, 1000, 12345, 0, 1, 100, 10)
     ON CONFLICT DO UPDATE SET started = started + 1, cost_nano = cost_nano + 12345`,
  );
  const now = Date.now();
  for (let from = 0; from < executions; from += AT_ONCE) {
    database.exec("BEGIN");
    for (let n = from; n < Math.min(from + AT_ONCE, executions); n += 1) {
      const id = `exec_bulk${n.toString(36)}`;
      const workflow = `workflow-${(n * 7) % WORKFLOWS}`;
      const person = starterOf(n);
      const at = now - DAY_MS - Math.floor((n / executions) * DAYS * DAY_MS);
      const isWaiting = n % Math.ceil(executions / WAITING) === 0;
      head.run(
        ...([id, workflow, isWaiting ? "waiting" : "completed"] as const),
        ...([isWaiting ? now + 30 * DAY_MS : null, at, person] as const),
        ...([isWaiting ? null : at + 60_000, isWaiting ? '["timer"]' : "[]"] as const),
      );
      start.run(id, startOf(id, workflow, person, at));
      const hour = hourOf(at);
      total.run("workflow", workflow, hour, "");
      total.run("person", workflow, hour, person);
      total.run("model", workflow, hour, MODELS[n % MODELS.length] ?? "");
    }
    database.exec("COMMIT");
    await pause(1);
  }
  database.close();
}

function startOf(executionId: string, workflowId: string, userId: string, at: number): string {
  return JSON.stringify({
    ...{ type: "execution_started", executionId, workflowId, workflowName: workflowId, version: 1 },
    ...{ trigger: { type: "manual", userId }, variables: { note: "x".repeat(100) } },
    ...{ salt: "salt", deadline: at + DAY_MS, process: "bench", at },
  });
}

async function started(bot: TestBot, workflowId: string, userId: string): Promise<void> {
  const trigger = { type: "manual", userId } as const;
  await bot.engine.executions.start({ workflowId, variables: {}, variableForm: "json", trigger });
}

/** Opens Home and waits until another view is there. @returns how long that took, in milliseconds. */
async function openOnce(bot: TestBot, user: string): Promise<number> {
  const home = new Home(bot, user);
  const { hash } = await home.view();
  const begun = performance.now();
  await bot.act("home-open", { user, tab: "home" });
  while ((await home.view())["hash"] === hash);
  return performance.now() - begun;
}

const PAGES = ["/", "/runs", "/runs?status=failed", "/runs?workflow=workflow-7&status=completed"];

/** Opens pages of the console as each reader, many times. @returns lines of a table. */
async function openPages(bot: TestBot): Promise<readonly object[]> {
  const web = createWebServer({
    engine: bot.engine,
    ...{
      host: "127.0.0.1",
      port: 0,
      apiToken: "token-of-the-bench",
      logger: pino({ level: "silent" }),
    },
    rateLimit: { perSecond: 10_000, burst: 10_000 },
  });
  const url = `http://127.0.0.1:${(await web.start()).port}`;
  const lines: object[] = [];
  for (const user of READERS.slice(0, 2)) {
    const { secret } = await bot.engine.sessions.begin({ by: user, via: "slack" });
    const headers = { accept: "text/html", cookie: `heddle-session=${secret}` };
    const [run] = (await bot.engine.executions.list({ startedBy: user, limit: 1 })).executions;
    for (const page of [...PAGES, `/runs/${run?.executionId ?? ""}`]) {
      const took: number[] = [];
      for (let n = 0; n < 100; n += 1) {
        const begun = performance.now();
        const response = await fetch(`${url}${page}`, { headers });
        await response.text();
        if (response.status !== 200)
          throw new Error(`${page} was answered with ${response.status}.`);
        took.push(performance.now() - begun);
      }
      took.sort((a, b) => a - b);
      const shown = page.replace(/exec_.*/, ":id");
      const [p50, p95, most] = [quantile(took, 0.5), quantile(took, 0.95), took.at(-1) ?? 0];
      lines.push({ reader: user, page: shown, p50: ms(p50), p95: ms(p95), most: ms(most) });
    }
  }
  await web.stop();
  return lines;
}

function ms(value: number): string {
  return `${value.toFixed(0)} ms`;
}

using folder = mkdtempDisposableSync(join(tmpdir(), "heddle-home-"));
const path = join(folder.path, "heddle.db");
const store = await openSqliteStore({ path });
const workflows = Array.from({ length: WORKFLOWS }, (_, n) => note(n));
await using bot = await TestBot.start({
  definitions: [askWorkflow(), ...workflows],
  wrapStore: () => store,
});
for (let n = 0; n < ASKING; n += 1) await started(bot, "ask", "U0ALICE");
for (const user of READERS)
  for (let n = 0; n < 20; n += 1) await started(bot, `workflow-${n}`, user);
await bot.until(async () =>
  (await bot.engine.approvals.listOpen(ASKING)).length === ASKING ? true : undefined,
);
const filling = performance.now();
await fill(path);
console.log(
  `${executions} executions stored in ${((performance.now() - filling) / 1000).toFixed(0)} s`,
);

const firsts: number[] = [];
for (const user of READERS) firsts.push(await openOnce(bot, user));
const times = new Map<string, number[]>(READERS.map((user) => [user, []]));
for (let n = 0; n < openings; n += 1) {
  const user = READERS[n % READERS.length] ?? "";
  times.get(user)?.push(await openOnce(bot, user));
}
console.log(
  `${cpus()[0]?.model ?? "CPU"} × ${cpus().length}, ${platform()} ${release()}, Node ${process.version}`,
);
console.table(
  READERS.map((user, index) => {
    const sorted = (times.get(user) ?? []).toSorted((a, b) => a - b);
    return {
      reader: user,
      first: ms(firsts[index] ?? 0),
      p50: ms(quantile(sorted, 0.5)),
      p95: ms(quantile(sorted, 0.95)),
      most: ms(sorted.at(-1) ?? 0),
    };
  }),
);
console.table(await openPages(bot));
