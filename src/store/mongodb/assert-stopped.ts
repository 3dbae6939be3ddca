import { AppError } from "../../shared/errors.ts";
import type { Connection } from "./connection.ts";

/** A process that was seen more recently may still write; milliseconds. */
const LIVE_MS = 60_000;

/**
 * For commands that rewrite a database.
 *
 * @param now - milliseconds since 1970.
 * @throws {AppError} `store_locked` if a bot works on it, or was killed within the last minute.
 */
export async function assertStopped(
  { collections, name, ask }: Connection,
  now: number,
): Promise<void> {
  const processes = await ask(() => collections.processes.find().toArray());
  const live = processes.find(({ seenAt }) => seenAt.getTime() > now - LIVE_MS);
  if (live === undefined) return;
  throw new AppError({
    code: "store_locked",
    message: `A bot works on the database (${name}): ${live.name}. Stop all bots first; if one was killed, wait a minute.`,
  });
}
