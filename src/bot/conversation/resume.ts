import type { DraftRecord } from "../../engine/ports/workflows.ts";
import { readOwn } from "../../shared/json.ts";
import { toSlackError } from "../../slack/errors.ts";
import { findByTs } from "../../slack/messages.ts";
import { toAgainValue } from "../action-values.ts";
import type { BotContext } from "../context.ts";
import { ACTION_IDS } from "../ids.ts";
import { button, buttons, type CardMessage, message, section } from "../views/blocks/build.ts";
import type { Connection } from "./connection.ts";
import type { Note } from "./unanswered.ts";
import { toWritten, type WrittenMessage } from "./written-message.ts";

/** What is left to do for a message of which the process died that was answering it. */
type Next =
  /** Nothing: it was answered, or is gone. */
  | { readonly kind: "over" }
  /** The round was written, or the question asked, and perhaps not shown. */
  | { readonly kind: "shown"; readonly draft: DraftRecord }
  /** All of it. @see Note.draft */
  | {
      readonly kind: "answer";
      readonly message: WrittenMessage;
      readonly draft: DraftRecord | null;
      readonly isChange: boolean;
    };

/** @throws {AppError} `slack_unavailable`, `store_unavailable`. */
export async function findNext(
  note: Note,
  connection: Connection,
  { engine }: BotContext,
): Promise<Next> {
  const { draft: begun } = note;
  const draft = begun === undefined ? null : await engine.drafts.get(begun.id);
  const left = begun === undefined ? null : afterRound(begun, draft);
  if (left !== null) return left;
  try {
    if (draft === null && note.isSending === true && (await hasAnswer(note, connection)))
      return OVER;
    // A first round is written from what was stored of its description, wherever that was given.
    const message =
      begun?.isChange === false
        ? { ...note, text: "", files: [] }
        : await readAgain(note, connection);
    return message === null
      ? OVER
      : { kind: "answer", message, draft, isChange: begun?.isChange === true };
  } catch (error) {
    throw toSlackError(error, "reading a message that was not answered");
  }
}

const OVER = { kind: "over" } as const;

/** What is left of a round that was begun; `null`: it was not written. */
function afterRound(begun: NonNullable<Note["draft"]>, draft: DraftRecord | null): Next | null {
  if (draft === null || draft.status !== "open") return OVER;
  if (draft.round > begun.round)
    return draft.messageTs === begun.messageTs ? { kind: "shown", draft } : OVER;
  return draft.asked !== undefined && !begun.isAsked ? { kind: "shown", draft } : null;
}

async function readAgain(
  { channel, ts, isDirect, eventId }: Note,
  { client }: Connection,
): Promise<WrittenMessage | null> {
  const found = await findByTs(client, channel, ts);
  return toWritten(found && { ...found, channel }, eventId, isDirect);
}

/** Has the bot written in the thread of a message since it? */
async function hasAnswer(
  { channel, ts, threadTs }: Note,
  { client, botUserId }: Connection,
): Promise<boolean> {
  const place = { channel, ts: threadTs ?? ts, oldest: ts, limit: 100 };
  const { messages = [] } = await client.conversations.replies(place);
  return messages.some((one) => readOwn(one, "user") === botUserId && Number(one.ts) > Number(ts));
}

/** What is said of a message at which the bot was stopped again and again. */
export function askToTryAgain({ ts }: Note): CardMessage {
  const text =
    ":warning: I was stopped each time while I was working on your message, and nothing came of it. Try it again, or say it in other words.";
  const again = { actionId: ACTION_IDS.answerAgain, label: "Try again" };
  return message(text, [
    section(text),
    buttons(`again:${ts}`, [button({ ...again, value: toAgainValue({ t: ts }) })]),
  ]);
}
