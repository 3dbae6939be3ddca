/**
 * Whether clicks are lost while Slack replaces web sockets: people click without pause, deciding takes a while, and one socket after the
 * other is ended as Slack does, which leaves the TCP connection open.
 *
 *   npm run bench:sockets -- [refreshes] [sockets]
 */
import { cpus, platform, release } from "node:os";
import { APPROVALS, askWorkflow } from "../test/support/ask-workflow.ts";
import { TestBot } from "../test/support/bot.ts";
import { pause } from "../test/support/pause.ts";

const [refreshes = 200, sockets = 2] = process.argv.slice(2).map(Number);
const CLICKERS = 3;
/** Between two clicks of one person at most. */
const PAUSE_MS = 500;
/** How long Slack takes to say who a person is; the answer serves two seconds. */
const LOOKUP_MS = 400;

await using bot = await TestBot.start({
  // No click alone decides, so the buttons stay.
  definitions: [askWorkflow({ required: 2 })],
  sockets: { count: sockets, spacingMs: 0 },
});
const open = (): number => bot.simulator.workspace.sockets.connections;
const untilOpen = (): Promise<true> =>
  bot.until(async () => (open() === sockets ? true : undefined));

await untilOpen();
await bot.slash("U0ALICE", "run ask");
const card = await bot.message(APPROVALS, /Approval needed/);
await bot.act("faults", {
  ...{ target: "slack", method: "users.info", delay_ms: LOOKUP_MS, times: 1_000_000 },
});

let clicks = 0;
const lost = new Map<string, number>();
let isOver = false;

async function clickOn(): Promise<void> {
  while (!isOver) {
    const { acked, error } = await bot.click("U0BOB", APPROVALS, card, "decide_approve");
    clicks += 1;
    const why = typeof error === "string" ? error : "unknown";
    if (acked !== true) lost.set(why, (lost.get(why) ?? 0) + 1);
    await pause(Math.random() * PAUSE_MS);
  }
}

const begun = performance.now();
const clicking = Array.from({ length: CLICKERS }, clickOn);
for (let done = 0; done < refreshes; done += 1) {
  await bot.act("disconnect", { kind: "refresh_requested", count: 1 });
  await pause(200);
  await untilOpen();
}
isOver = true;
await Promise.all(clicking);

console.log(
  `${cpus()[0]?.model ?? "CPU"} × ${cpus().length}, ${platform()} ${release()}, Node ${process.version}`,
);
console.table({
  sockets,
  refreshes,
  clicks,
  "clicks lost": [...lost.values()].reduce((sum, count) => sum + count, 0),
  why: [...lost].map(([error, count]) => `${error} ${count}`).join(", ") || "–",
  seconds: Math.round((performance.now() - begun) / 1000),
});
