import type { JsonObject } from "../../simulator/json.ts";
import type { Person } from "../../simulator/test/support/person.ts";
import { contentOf, tsOf } from "./bot.ts";

/** Waits until a person sees a message that fits, in a channel or in a thread of it. */
export function see(
  person: Person,
  channel: string,
  pattern: RegExp,
  thread?: string,
): Promise<JsonObject> {
  const query: Record<string, string> = thread === undefined ? {} : { thread_ts: thread };
  return person.until(async () =>
    (await person.messages(channel, query)).find((message) => pattern.test(contentOf(message))),
  );
}

/** The click on a button of a message that carries what its first button carries. */
export function clickOn(message: JsonObject, channel: string, actionId: string): JsonObject {
  const value = /"value":("\{.*?\}")/.exec(contentOf(message))?.[1] ?? '""';
  return { channel, ts: tsOf(message), action_id: actionId, value: JSON.parse(value) };
}
