/** How long something may take on a busy machine before the test says that it does not happen. */
const PATIENCE_MS = 30_000;

/** Pause between two looks: short enough not to be noticed, long enough to leave the processor to what is waited for. */
const PAUSE_MS = 10;

/** Asks again until there is something. For what other processes and real connections do; a clock of ours is moved instead. */
export async function until<T>(look: () => Promise<T | undefined>): Promise<T> {
  for (const end = performance.now() + PATIENCE_MS; performance.now() < end; ) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  throw new Error(`It did not happen within ${PATIENCE_MS / 1000} s.`);
}
/** How long the bot shares what Slack said of people and groups. */
const SHARED_MS = 2000;

/** Waits until the bot asks Slack anew about people and groups: what it asked when a run began serves clicks for two seconds. */
export async function untilAskedAnew(): Promise<void> {
  const end = performance.now() + SHARED_MS + 100;
  await until(async () => (performance.now() < end ? undefined : true));
}
