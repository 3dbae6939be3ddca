import type { OpenRequest } from "../../../engine/api/approvals.ts";
import { omitUndefined } from "../../../shared/omit-undefined.ts";
import { ANSWER } from "../../../slack/outgoing/sender.ts";
import type { BotContext } from "../../context.ts";
import { BUTTONS_ONLY, showPending } from "../../pending-requests.ts";

/** Only what means nothing else when it stands alone: people talk in threads. */
const WORDS = new Set([
  "approve",
  "approved",
  "i approve",
  "accept",
  "accepted",
  "agreed",
  "lgtm",
  "looks good",
  "looks good to me",
  "go ahead",
  "ship it",
  "yes",
  "yep",
  "ok",
  "okay",
  "+1",
  "reject",
  "rejected",
  "i reject",
  "deny",
  "denied",
  "decline",
  "declined",
  "no",
  "nope",
  "-1",
  "✅",
  "👍",
  "❌",
  "👎",
]);

const EMOJI = new Set([
  "white_check_mark",
  "heavy_check_mark",
  "ballot_box_with_check",
  "+1",
  "thumbsup",
  "ok_hand",
  "x",
  "heavy_multiplication_x",
  "no_entry",
  "no_entry_sign",
  "-1",
  "thumbsdown",
]);

/** Characters of a message that is nothing but a decision. */
const LONGEST = 100;

/** Is this text a decision in words and nothing else? */
export function isSpokenDecision(text: string): boolean {
  if (text.length > LONGEST) return false;
  const plain = text
    .trim()
    .toLowerCase()
    .replace(/[.!\s]+$/, "");
  return WORDS.has(plain) || EMOJI.has(/^:([a-z0-9_+-]+):$/.exec(plain)?.[1] ?? "");
}

/** Does this reaction look like a decision? `thumbsup::skin-tone-3` does as well. */
export function isDecisionEmoji(name: string): boolean {
  return EMOJI.has(name.replace(/::.*$/, ""));
}

/** A message in a thread: if it is a decision in words, its author is led to the buttons. */
export async function answerSpoken(
  context: BotContext,
  message: {
    readonly user: string;
    readonly channel: string;
    readonly text: string;
    readonly thread_ts?: string | undefined;
    /** Who wrote the message that the thread is about; some deliveries do not say. */
    readonly parent_user_id?: string | undefined;
  },
  botUserId: string | undefined,
): Promise<void> {
  const { user, channel, text, thread_ts: threadTs } = message;
  const { parent_user_id: parent = botUserId } = message;
  if (threadTs === undefined || parent !== botUserId || !isSpokenDecision(text)) return;
  await leadToButtons(context, { user, channel, ts: threadTs, threadTs });
}

/** A word or a reaction at a message of ours. */
export interface Spoken {
  readonly user: string;
  readonly channel: string;
  /** The message that it belongs to. */
  readonly ts: string;
  /** Where the answer goes; absent: beside the message. */
  readonly threadTs?: string;
}

/**
 * Leads a person who decides in words to the buttons: in private, once for each request, and only who could decide.
 *
 * Throws what the Web API client throws.
 */
export async function leadToButtons(
  context: BotContext,
  { user, channel, ts, threadTs }: Spoken,
): Promise<void> {
  const card = await context.cards.cardAt(channel, ts);
  if (card === null) return;
  const view = await context.engine.executions.get(card.executionId);
  const isMeant = (messageId: string): boolean =>
    !card.messageId.startsWith("approval:") || card.messageId.startsWith(messageId);
  const pending: OpenRequest[] = [];
  for (const request of view.requests) {
    if (request.outcome !== null || !isMeant(context.cards.idOf(view, request))) continue;
    if (request.votes.some(({ by }) => by === user)) continue;
    const { deciders } = await context.engine.approvals.audience(request);
    if (!deciders.includes(user)) continue;
    if (!context.spoken.add(`${user} ${request.opened.id} ${request.opened.round}`)) continue;
    pending.push({ executionId: view.executionId, workflowId: view.workflowId, request });
  }
  if (pending.length === 0) return;
  const { text, blocks } = await showPending(context, user, BUTTONS_ONLY, pending);
  await context.sender.postPrivately(
    { channel, user, text, blocks: [...blocks], ...omitUndefined({ thread_ts: threadTs }) },
    ANSWER,
  );
}
