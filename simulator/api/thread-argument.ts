import { isReply } from "../workspace/messages.ts";
import type { Channel, Message } from "../workspace/records.ts";
import type { ApiCall } from "./method.ts";
import { SlackError } from "./slack-error.ts";

/**
 * The message that `thread_ts` names, to answer in its thread; `undefined` without the argument.
 *
 * Slack says to avoid the `ts` of a reply, and public reports differ about what becomes of it: an answer in the thread, one that
 * no client shows, or a thread of its own. Here it is refused.
 *
 * @see https://docs.slack.dev/reference/methods/chat.postMessage "Avoid using a reply's ts value; use its parent instead"
 * @see https://github.com/wee-slack/wee-slack/issues/751
 * @throws {SlackError} `thread_not_found`, or `cannot_reply_to_message` for a reply.
 */
export function threadRoot({ workspace, args }: ApiCall, channel: Channel): Message | undefined {
  const threadTs = args.text("thread_ts");
  if (threadTs === undefined) return undefined;
  const root = workspace.state.messages.find(channel.id, threadTs);
  if (root === undefined) throw new SlackError("thread_not_found");
  if (isReply(root)) throw new SlackError("cannot_reply_to_message");
  return root;
}
