import type { WebClient } from "@slack/web-api";
import type { Logger } from "pino";
import type { DraftView } from "../../engine/api/drafts.ts";
import type { DraftRecord } from "../../engine/ports/workflows.ts";
import type { BotContext } from "../context.ts";
import type { CardMessage } from "../views/blocks/build.ts";
import { draftCard, replacedDraftCard, settledDraftCard } from "../views/draft-card.ts";

const STATUS = "is writing your workflow…";
const STATUS_MESSAGE = ":hourglass_flowing_sand: I am writing your workflow. This takes a moment.";

/** Writes rounds of drafts and shows them in their threads. */
export interface DraftWriter {
  /**
   * Writes the next round and posts it; a note shows at once that work is under way.
   *
   * @throws {AppError} what writing throws; the note that work is under way is gone then.
   */
  write(draft: DraftRecord, change?: string): Promise<void>;
  /** Brings the draft's message up to date after it was deployed or discarded. Never rejects: the record counts. */
  showSettled(view: DraftView): Promise<void>;
}

export function createDraftWriter(
  { engine, command }: BotContext,
  client: WebClient,
  logger: Logger,
): DraftWriter {
  const { showBusy, post, edit, endBusy } = createDraftMessages(client, logger);
  return {
    async write(draft, change) {
      const note = await showBusy(draft);
      let view: DraftView;
      try {
        view = await engine.drafts.write(draft.id, change);
      } catch (error) {
        await endBusy(draft, note);
        throw error;
      }
      const card = draftCard(view);
      const { channel, messageTs, round } = view.draft;
      if (note === null) await engine.drafts.shown(draft.id, await post(draft, card));
      else {
        await edit(channel, note, card);
        await engine.drafts.shown(draft.id, note);
      }
      // Slack clears the status by itself when the app answers, but not everywhere.
      if (note === null) await endBusy(draft, note);
      if (messageTs !== null)
        await edit(channel, messageTs, replacedDraftCard(view.explanation.name, round - 1));
    },
    async showSettled(view) {
      const { channel, messageTs } = view.draft;
      if (messageTs !== null) await edit(channel, messageTs, settledDraftCard(view, command));
    },
  };
}

/** Messages of drafts, and the status while one is written. */
function createDraftMessages(client: WebClient, logger: Logger) {
  /** @returns the message that says so, where Slack has no status. */
  async function showBusy({ channel, threadTs }: DraftRecord): Promise<string | null> {
    try {
      await client.assistant.threads.setStatus({
        channel_id: channel,
        thread_ts: threadTs,
        status: STATUS,
      });
      return null;
    } catch (error) {
      logger.debug({ err: error }, "could not show a status; posting a message instead");
      const { ts } = await client.chat.postMessage({
        channel,
        thread_ts: threadTs,
        text: STATUS_MESSAGE,
      });
      return ts ?? null;
    }
  }

  async function post({ channel, threadTs }: DraftRecord, card: CardMessage): Promise<string> {
    const { text, blocks } = card;
    const { ts } = await client.chat.postMessage({
      channel,
      thread_ts: threadTs,
      text,
      blocks: [...blocks],
    });
    return ts ?? "";
  }

  /** A message that cannot be edited does no harm: its buttons are checked against the record. */
  async function edit(channel: string, ts: string, { text, blocks }: CardMessage): Promise<void> {
    try {
      await client.chat.update({ channel, ts, text, blocks: [...blocks] });
    } catch (error) {
      logger.warn({ err: error, channel, ts }, "could not edit the message of a draft");
    }
  }

  async function endBusy(draft: DraftRecord, note: string | null): Promise<void> {
    const { channel, threadTs } = draft;
    try {
      if (note === null) {
        await client.assistant.threads.setStatus({
          channel_id: channel,
          thread_ts: threadTs,
          status: "",
        });
      } else {
        const text = "I have stopped writing; see below.";
        await client.chat.update({ channel, ts: note, text, blocks: [] });
      }
    } catch (error) {
      logger.debug({ err: error }, "could not clear a status");
    }
  }

  return { showBusy, post, edit, endBusy };
}
