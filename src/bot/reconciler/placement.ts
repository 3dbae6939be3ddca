import type { ExecutionView } from "../../engine/api/executions.ts";
import type { CardRecord } from "../../engine/ports/cards.ts";
import { isUserId } from "../../shared/slack-ids.ts";
import { toSlackFailure } from "../../slack/errors.ts";
import { refusalOf } from "../../slack/refusals.ts";
import { escapeText, mentionChannel, mentionPerson, pinnedName } from "../../slack/text.ts";
import type { SharedChannels } from "../shared-channels.ts";
import { type CardMessage, contextBlock, message } from "../views/blocks/build.ts";
import type { DesiredMessage } from "./desired-messages.ts";
import { isAbandoned } from "./message-ids.ts";
import type { CardPlace, SlackMessages } from "./slack-messages.ts";

/** The conversation of a message; `null`: there is none that the bot knows, for the reason that Slack gives. */
export interface Home {
  readonly channel: string | null;
  /** Slack's error. */
  readonly why: string | null;
}

/** Where cards go, and the fallback if the bot cannot post there, or people read it who must not. */
export interface Placement {
  /** May the message be read in this conversation? Throws while Slack does not say. */
  mayStandIn(conversation: string, desired: DesiredMessage): Promise<boolean>;
  /** Where a message should stand. Throws what the Web API client throws. */
  home(desired: DesiredMessage, run: CardRecord | null): Promise<Home>;
  /** Where to try next when `from` is closed to the bot; `null`: nowhere. Throws what the Web API client throws. */
  fallback(
    view: ExecutionView,
    desired: DesiredMessage,
    run: CardRecord | null,
    from: string,
  ): Promise<string | null>;
  /** The message as it appears in its conversation: in another one than desired, with the reason. */
  render(
    desired: DesiredMessage,
    record: CardRecord,
    home: string | null,
    run: CardRecord | null,
  ): CardMessage;
  /** The conversation, and the thread if the message belongs in one: the run's, or the one that the whole run reports to. */
  place(desired: DesiredMessage, channel: string, run: CardRecord | null): CardPlace;
}

/** Slack's error for a name that leads nowhere. */
const NOT_FOUND = "channel_not_found";

/** Beside Slack's errors: people of another organization read the channel. */
export const SHARED = "heddle_shared_channel";

/** @param code - Slack's error, if it is known. */
function whyNot(channel: string, code: string | undefined): string {
  if (code === SHARED)
    return `people of another organization read ${mentionChannel(channel)}. An admin can allow that runs are shown there.`;
  const isPerson = isUserId(channel);
  const what = isPerson
    ? `I cannot write to ${mentionPerson(channel)}`
    : `I cannot post in ${mentionChannel(channel)}`;
  const guess = isPerson
    ? "this account is closed, or takes no messages from apps."
    : "I am not a member there (invite me with /invite), it is archived, or it does not exist.";
  const why = code === undefined ? `${what}: ${guess}` : `${what}. ${refusalOf(code).remedy}`;
  const pinned = pinnedName(channel);
  if (pinned === null) return why;
  return `${why} It is the channel that was #${escapeText(pinned)} when the workflow was deployed; if another one has that name now, deploy the workflow again.`;
}

/**
 * Does a card stand in another conversation than desired? One whose name is not known any more may have got another name;
 * then it stands neither in a direct conversation nor with the run.
 */
function isElsewhere(
  { channel }: CardRecord,
  home: string | null,
  run: CardRecord | null,
): boolean {
  if (home !== null) return home !== channel;
  return channel.startsWith("D") || channel === run?.channel;
}

/** The conversation with a person; `null`: Slack refuses it. */
async function openDirect(api: SlackMessages, person: string): Promise<string | null> {
  try {
    return await api.find(person);
  } catch (error) {
    if (toSlackFailure(error).kind === "refused") return null;
    throw error;
  }
}

export function createPlacement(api: SlackMessages, shared: SharedChannels): Placement {
  const mayStandIn = async (conversation: string, desired: DesiredMessage): Promise<boolean> =>
    desired.mayBeShared === true || !(await shared.isPrivate(conversation));
  return {
    mayStandIn,
    home: async (desired, run) => {
      try {
        const isInThread = desired.thread === "always" && run !== null;
        const channel = isInThread ? run.channel : await api.find(desired.channel);
        if (channel === null) return { channel, why: NOT_FOUND };
        const may = await mayStandIn(channel, desired);
        return may ? { channel, why: null } : { channel: null, why: SHARED };
      } catch (error) {
        const failure = toSlackFailure(error);
        if (failure.kind !== "refused") throw error;
        // Without the right to list channels a name leads nowhere; that is an answer, not trouble. A token that is refused is.
        if (failure.help === "admin" && failure.code !== "missing_scope") throw error;
        return { channel: null, why: failure.code };
      }
    },
    fallback: async (view, desired, run, from) => {
      if (desired.isCopy === true) return null;
      const besideRun = desired.thread === "same-channel" && run?.ts ? run.channel : null;
      const isOpen = besideRun !== null && (await mayStandIn(besideRun, desired));
      const withRun = isOpen ? besideRun : null;
      const starter = view.trigger.userId ?? null;
      const direct = starter === null ? null : await openDirect(api, starter);
      // First the run, then its starter: what was closed there does not come back.
      const ways = [withRun, direct].filter((way) => way !== null);
      return ways[ways.indexOf(from) + 1] ?? null;
    },
    render: (desired, record, home, run) => {
      // What belongs into a thread stands elsewhere only if it was refused there.
      const isAside = desired.thread !== "always" || record.why !== undefined;
      if (!isAside || !isElsewhere(record, home, run)) return desired.message;
      const notice = `:warning: This is here because ${whyNot(desired.channel, record.why)}`;
      return message(desired.message.text, [contextBlock(notice), ...desired.message.blocks]);
    },
    place: (desired, channel, run) => {
      const inThread =
        run !== null &&
        !isAbandoned(run) &&
        run.ts !== null &&
        desired.thread !== "never" &&
        run.channel === channel;
      const parent = desired.parent?.channel === channel ? desired.parent.ts : null;
      // A reply has no thread of its own: what belongs to a run's card that is one stands beside it.
      if (inThread) return { channel, threadTs: parent ?? run.ts };
      return { channel, threadTs: desired.thread === "never" ? parent : null };
    },
  };
}
