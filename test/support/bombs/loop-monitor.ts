import { calibrate, threadMs } from "../thread-time.ts";

/**
 * Loaded into a bot's process (`--import`): how long its event loop is kept by one turn. It counts the thread's own work, not the time,
 * so that what other programs do does not count. A SIGUSR2 has the longest turn since the last one written, as {@link BombSite} reads it.
 */
const TICK_MS = 2;
let lastMs = threadMs();
let longestMs = 0;
let reports = 0;

function mark(): void {
  const now = threadMs();
  longestMs = Math.max(longestMs, now - lastMs);
  lastMs = now;
}

setInterval(mark, TICK_MS).unref();
process.on("SIGUSR2", () => {
  mark();
  reports += 1;
  const heldMs = Math.round(longestMs / calibrate());
  process.stderr.write(`loop report ${reports}: ${heldMs} ms\n`);
  longestMs = 0;
  lastMs = threadMs();
});
