import type { Engine } from "../../engine/api/engine.ts";
import { isUserId } from "../../shared/slack-ids.ts";

/** Names of people by their Slack user ids; what is not known at once is named by its id. */
export type Names = (by: string | null | undefined) => string;

/** How long a page waits for names: they are an adornment, and Slack may be slow. */
const PATIENCE_MS = 40;
/** People whose names a page asks for. */
const MOST = 30;

/** @param ids - who is named on the page; others are named by their ids. */
export async function readNames(
  { access }: Pick<Engine, "access">,
  ids: Iterable<string | null | undefined>,
): Promise<Names> {
  const people = [...new Set(ids)].filter((id) => typeof id === "string" && isUserId(id));
  const names = new Map<string, string>([
    ["api", "API"],
    ["cli", "command line"],
    ["engine", "Heddle"],
  ]);
  const all = people.slice(0, MOST).map(async (id) => {
    // Guests and people who left have no role, and are shown by id.
    const name = await access.caller(String(id)).then(
      (caller) => caller.name,
      () => null,
    );
    if (name !== null) names.set(String(id), name);
  });
  await Promise.race([Promise.all(all), pause(PATIENCE_MS)]);
  return (by) => (by === null || by === undefined ? "–" : (names.get(by) ?? by));
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}
