import { randomUUID } from "node:crypto";
import { ANSWER } from "../../slack/outgoing/sender.ts";
import { escapeText } from "../../slack/text.ts";
import type { BotContext } from "../context.ts";
import { createOpenReply, guard } from "../reply.ts";
import { message, sections } from "../views/blocks/build.ts";
import { createDraftWriter } from "./draft-writer.ts";

/** A workflow that a person describes elsewhere than in a message to the bot. */
export interface Description {
  readonly description: string;
  readonly user: string;
  /** Equal for the same request, however often it arrives. */
  readonly key: string;
  /** Stands over the description in the message that begins the thread. */
  readonly lead: string;
}

/**
 * Has a draft written in a thread of the person's direct messages: there it is discussed.
 *
 * @returns what the person is answered, as mrkdwn: where the draft will be; what goes wrong later is said there. @throws {AppError} `slack_unavailable`, `store_unavailable`.
 */
export async function beginInDirect(
  { description, user, key, lead }: Description,
  context: BotContext,
): Promise<string> {
  const { client, engine, keys, sender, unanswered } = context;
  const here = "our direct messages";
  // A request that arrives twice is written once.
  if (!(await keys.claim(`begin:${key}`, randomUUID()))) return answer(here);
  const { channel: opened } = await client.conversations.open({ users: user });
  const channel = opened?.id ?? user;
  const quoted = escapeText(description).split("\n");
  const root = message(lead, sections([`:memo: ${lead}`, ...quoted.map((line) => `>${line}`)]));
  const { ts = "" } = await sender.post(
    { channel, text: root.text, blocks: [...root.blocks] },
    ANSWER,
  );
  const draft = await engine.drafts.open({
    ...{ key, ownerId: user, channel, threadTs: ts, description },
  });
  if (draft === null) return answer(here);
  const place = { user, channel, ts, threadTs: null, isDirect: true, eventId: key };
  const underway = await unanswered.begin(place);
  const logger = context.logger.child({ channel, user });
  const reply = createOpenReply(sender, { channel, user, threadTs: ts }, logger);
  void guard(reply, logger, async () => {
    await underway?.writing(draft, false);
    await createDraftWriter(context, client, logger).write(draft);
  }).then(() => underway?.end());
  const { permalink } = await client.chat
    .getPermalink({ channel, message_ts: ts })
    .catch(() => ({ permalink: undefined }));
  return answer(permalink === undefined ? here : `<${permalink}|${here}>`);
}

function answer(where: string): string {
  return `:writing_hand: I am writing it. You find the draft in ${where}; there you say what should change. Nothing runs before an admin deploys it.`;
}
