import type { WebClient } from "@slack/web-api";
import type { Logger } from "pino";
import type { DraftView } from "../../engine/api/drafts.ts";
import type { DraftRecord } from "../../engine/ports/workflows.ts";
import { ANSWER, type Sender } from "../../slack/outgoing/sender.ts";
import type { BotContext } from "../context.ts";
import { type CardMessage, unfold } from "../views/blocks/build.ts";
import { draftCard, replacedDraftCard, settledDraftCard } from "../views/draft-card.ts";
import { showBusyStatus, WRITING } from "./busy-status.ts";

const STATUS_MESSAGE = ":hourglass_flowing_sand: I am writing your workflow. This takes a moment.";

/** Writes rounds of drafts and shows them in their threads. */
export interface DraftWriter {
  /**
   * Writes the next round and posts it; a note shows at once that work is under way.
   *
   * @throws {AppError} what writing throws; the note that work is under way is gone then.
   */
  write(draft: DraftRecord, change?: string): Promise<void>;
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

  /** Writes the next round and posts it. */
  async function write(draft: DraftRecord, change: string | undefined): Promise<DraftView> {
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

  return {
    write: async (draft, change) => replaceCard(await write(draft, change)),
    async undo(draft) {
      const view = await engine.drafts.undo(draft.id);
      await engine.drafts.shown(draft.id, await post(draft, draftCard(view)));
      await replaceCard(view);
    },
    async showSettled(view) {
      const { channel, messageTs } = view.draft;
      if (messageTs !== null)
        await edit(channel, messageTs, settledDraftCard(view, await botName()));
    },
  };
}

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
