import type { WebClient } from "@slack/web-api";
import type { Logger } from "pino";
import type { DraftView } from "../../engine/api/drafts.ts";
import type { DraftRecord } from "../../engine/ports/workflows.ts";
import { isAppError } from "../../shared/errors.ts";
import { showHidden } from "../../shared/visible-text.ts";
import { ANSWER, type Sender } from "../../slack/outgoing/sender.ts";
import { escapeText } from "../../slack/text.ts";
import type { BotContext } from "../context.ts";
import { type CardMessage, contextBlock, message, section, unfold } from "../views/blocks/build.ts";
import { draftCard, replacedDraftCard, settledDraftCard } from "../views/draft-card.ts";
import { showBusyStatus, WRITING } from "./busy-status.ts";

const STATUS_MESSAGE = ":hourglass_flowing_sand: I am writing your workflow. This takes a moment.";

/** Writes rounds of drafts and shows them in their threads. */
export interface DraftWriter {
  /**
   * Writes the next round and posts it, or what the model asks back; a note shows at once that work is under way.
   *
   * @throws {AppError} what writing throws; the note that work is under way is gone then.
   */
  write(draft: DraftRecord, change?: string): Promise<void>;
  /** Posts what was written or asked and perhaps not shown. @throws {AppError} `draft_not_found`. */
  showAgain(draft: DraftRecord): Promise<void>;
  /** Undoes the last change and posts what the draft is again. @throws {AppError} `draft_not_found` when there is none. */
  undo(draft: DraftRecord): Promise<void>;
  /** Brings the draft's message up to date after it was deployed or discarded. Never rejects: the record counts. */
  showSettled(view: DraftView): Promise<void>;
}

export function createDraftWriter(
  { engine, clock, botName, sender }: BotContext,
  client: WebClient,
  logger: Logger,
): DraftWriter {
  const { post, edit } = createDraftMessages(sender, logger);

  /** Writes the next round and posts it. @returns `null`: the model asked the person something, which was posted. */
  async function write(draft: DraftRecord, change: string | undefined): Promise<DraftView | null> {
    const endStatus = await showBusyStatus(client, draft, clock, logger, WRITING);
    const note =
      endStatus === null ? await post(draft, { text: STATUS_MESSAGE, blocks: [] }) : null;
    try {
      const view = await engine.drafts.write(draft.id, change);
      const card = draftCard(view);
      // What cannot take the place of the note is posted: otherwise the draft would not be seen.
      const isShown = note !== null && (await edit(draft.channel, note, card));
      await engine.drafts.shown(draft.id, isShown ? note : await post(draft, card));
      return view;
    } catch (error) {
      const question = isAppError(error, "description_unclear") ? askBack(error.message) : null;
      if (question !== null) {
        const isAsked = note !== null && (await edit(draft.channel, note, question));
        if (!isAsked) await post(draft, question);
        return null;
      }
      const text = "I have stopped writing; see below.";
      if (note !== null) await edit(draft.channel, note, { text, blocks: [] });
      throw error;
    } finally {
      // Slack clears the status by itself when the app answers, but not everywhere.
      await endStatus?.();
    }
  }

  /** The card of the round before says that there is a newer one. */
  async function replaceCard({ draft, explanation }: DraftView): Promise<void> {
    const { channel, messageTs, round } = draft;
    if (messageTs !== null)
      await edit(channel, messageTs, replacedDraftCard(explanation.name, round - 1));
  }

  async function show(view: DraftView): Promise<void> {
    const { draft } = view;
    await engine.drafts.shown(draft.id, await post(draft, draftCard(view)));
    await replaceCard(view);
  }

  return {
    async write(draft, change) {
      const view = await write(draft, change);
      if (view !== null) await replaceCard(view);
    },
    async showAgain(draft) {
      if (draft.asked !== undefined) {
        await post(draft, askBack(draft.asked.question));
        return;
      }
      await show(await engine.drafts.view(draft.id));
    },
    undo: async (draft) => show(await engine.drafts.undo(draft.id)),
    async showSettled(view) {
      const { channel, messageTs } = view.draft;
      if (messageTs !== null)
        await edit(channel, messageTs, settledDraftCard(view, await botName()));
    },
  };
}

/** What the model wants to know, in its own words and so in the language of the description. */
function askBack(question: string): CardMessage {
  const text = `:speech_balloon: ${escapeText(showHidden(question))}`;
  return message(text, [section(text), contextBlock(ANSWER_IT)]);
}

const ANSWER_IT =
  "The AI asks this before it writes the workflow. Answer in this thread; in a channel, mention me.";

/** Messages of drafts. */
function createDraftMessages(sender: Sender, logger: Logger) {
  async function post(
    { channel, threadTs }: DraftRecord,
    { text, blocks }: CardMessage,
  ): Promise<string> {
    const content = { text, ...(blocks.length > 0 && { blocks: unfold(blocks) }) };
    const { ts } = await sender.post({ channel, thread_ts: threadTs, ...content }, ANSWER);
    return ts ?? "";
  }

  /** An old message that cannot be edited does no harm: its buttons are checked against the record. @returns whether it was edited. */
  async function edit(
    channel: string,
    ts: string,
    { text, blocks }: CardMessage,
  ): Promise<boolean> {
    try {
      await sender.update({ channel, ts, text, blocks: unfold(blocks) }, ANSWER);
      return true;
    } catch (error) {
      logger.warn({ err: error, channel, ts }, "could not edit the message of a draft");
      return false;
    }
  }

  return { post, edit };
}
