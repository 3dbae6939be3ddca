import type { AnyChunk, KnownBlock } from "@slack/types";
import { readOwn } from "../../../shared/json.ts";
import { omitUndefined } from "../../../shared/omit-undefined.ts";
import { toSlackFailure } from "../../../slack/errors.ts";
import { findReply } from "../../../slack/messages.ts";
import type { Slack } from "../../../slack/slack.ts";
import { UNPARSED } from "../../../slack/unparsed.ts";
import { CARD_METADATA } from "../../ids.ts";
import type { SessionStatus } from "./desired-session.ts";

/** The thread of a run. */
export interface Thread {
  readonly channel: string;
  readonly threadTs: string;
}

export interface NewSession {
  readonly title: string;
  /** The person for whom the work is done; `null`: none. */
  readonly initiator: string | null;
}

/** The Web API calls of Slack's agent surfaces. They throw what the client throws. */
export interface LiveApi {
  /** Begins a session, or gives it another status. */
  setStatus(thread: Thread, status: SessionStatus, session: NewSession): Promise<void>;
  /** @param reader - the person for whom it is streamed. @returns the time stamp of the message. */
  start(thread: Thread, reader: string, chunks: readonly AnyChunk[]): Promise<string>;
  append(channel: string, ts: string, chunks: readonly AnyChunk[]): Promise<void>;
  /** @param cardId - by it the message is known as one of the bot's own from now on. */
  stop(
    channel: string,
    ts: string,
    end: {
      readonly chunks: readonly AnyChunk[];
      readonly status: SessionStatus;
      readonly cardId: string;
    },
  ): Promise<void>;
  /** Puts blocks in the place of a stream that Slack ended by itself. */
  replace(channel: string, ts: string, text: string, blocks: readonly KnownBlock[]): Promise<void>;
  /**
   * Finds a stream that may have begun. Slack takes no metadata at the start of one, so that it is known from cards and from messages of
   * steps by having none, and from the streams of other runs by its mark.
   *
   * @param known - streams that are not meant. @returns its time stamp; `null`: there is none.
   */
  find(
    thread: Thread,
    mark: string,
    since: number,
    known: ReadonlySet<string>,
  ): Promise<string | null>;
}

/** Calls with the bulk client, which neither waits nor retries. */
export function createLiveApi({ bulk: client, lookup }: Pick<Slack, "bulk" | "lookup">): LiveApi {
  let team: string | undefined;
  const teamId = async (): Promise<string | undefined> => {
    team ??= (await lookup.auth.test()).team_id;
    return team;
  };
  return {
    setStatus: async ({ channel, threadTs }, status, { title, initiator }) => {
      const call = { channel_id: channel, thread_ts: threadTs, status, title };
      try {
        await client.agents.sessions.setStatus({
          ...call,
          ...(initiator !== null && { initiator_user_id: initiator }),
        });
      } catch (error) {
        const failure = toSlackFailure(error);
        // Who started the run need not be in the channel to which it reports.
        if (failure.kind !== "refused" || failure.code !== "user_not_found" || initiator === null)
          throw error;
        await client.agents.sessions.setStatus(call);
      }
    },
    start: async ({ channel, threadTs }, reader, chunks) => {
      const answer = await client.chat.startStream({
        ...{ channel, thread_ts: threadTs, chunks: [...chunks], task_display_mode: "plan" },
        recipient_user_id: reader,
        ...omitUndefined({ recipient_team_id: await teamId() }),
      });
      return answer.ts ?? "";
    },
    append: async (channel, ts, chunks) => {
      await client.chat.appendStream({ channel, ts, chunks: [...chunks] });
    },
    stop: async (channel, ts, { chunks, status, cardId }) => {
      const metadata = { event_type: CARD_METADATA, event_payload: { card: cardId } };
      const content = { chunks: [...chunks], session_status: status, metadata };
      await client.chat.stopStream({ channel, ts, ...content });
    },
    replace: async (channel, ts, text, blocks) => {
      await client.chat.update({ channel, ts, text, blocks: [...blocks], ...UNPARSED });
    },
    find: ({ channel, threadTs }, mark, since, known) =>
      findReply(client, { channel, threadTs, since }, (message) => {
        const ts = readOwn(message, "ts");
        return (
          typeof ts === "string" &&
          !known.has(ts) &&
          readOwn(message, "bot_id") !== undefined &&
          readOwn(readOwn(message, "metadata"), "event_type") === undefined &&
          JSON.stringify(message).includes(mark)
        );
      }),
  };
}
