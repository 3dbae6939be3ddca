import type { WebClient } from "@slack/web-api";
import type { PointedMessage } from "../engine/api/triggers.ts";
import { unescapeText } from "./text.ts";

/** A message that somebody pointed at, by its place. Where it cannot be read, its text is empty. */
export async function readMessage(
  client: WebClient,
  channel: string,
  ts: string,
): Promise<PointedMessage> {
  const place = { channel, latest: ts, oldest: ts, inclusive: true, limit: 1 };
  const top = await client.conversations.history(place);
  let message = top.messages?.find((one) => one.ts === ts);
  if (message === undefined) {
    const thread = await client.conversations.replies({ ...place, ts });
    message = thread.messages?.find((one) => one.ts === ts);
  }
  return {
    channel,
    ts,
    threadTs: message?.thread_ts ?? ts,
    text: unescapeText(message?.text ?? ""),
    messageUser: message?.user ?? null,
  };
}
