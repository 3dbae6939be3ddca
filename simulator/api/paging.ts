import type { JsonObject } from "../json.ts";
import type { Arguments } from "./arguments.ts";
import { SlackError } from "./slack-error.ts";

const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 1_000;

/**
 * One page of a list, by `limit` and `cursor`.
 *
 * @param given - `limit` to use in place of the argument's.
 * @throws {SlackError} `invalid_cursor`.
 */
export function page<T>(
  args: Arguments,
  items: readonly T[],
  given: { readonly limit?: number } = {},
): { readonly items: readonly T[]; readonly metadata: JsonObject } {
  const limit = given.limit ?? args.count("limit", DEFAULT_LIMIT, MAX_LIMIT);
  const start = startOf(args.text("cursor"));
  const end = start + limit;
  const cursor = end < items.length ? Buffer.from(`offset:${end}`).toString("base64") : "";
  return {
    items: items.slice(start, end),
    metadata: { response_metadata: { next_cursor: cursor } },
  };
}

function startOf(cursor: string | undefined): number {
  if (cursor === undefined) return 0;
  const offset = /^offset:(\d+)$/.exec(Buffer.from(cursor, "base64").toString("utf8"))?.[1];
  if (offset === undefined) throw new SlackError("invalid_cursor");
  return Number(offset);
}
