import type { ExecutionView } from "../../engine/api/executions.ts";
import type { CardRecord } from "../../engine/ports/cards.ts";
import { isUserId } from "../../shared/slack-ids.ts";
import { toSlackFailure } from "../../slack/errors.ts";
import { escapeText, mentionChannel, mentionPerson, pinnedName } from "../../slack/text.ts";
import { type CardMessage, contextBlock, message } from "../views/blocks/build.ts";
import type { DesiredMessage } from "./desired-messages.ts";
import { isAbandoned } from "./message-ids.ts";
import type { CardPlace, SlackMessages } from "./slack-messages.ts";

/** Where cards go, and the fallback if the bot cannot post there. */
export interface Placement {
  /** Conversation of a message; `null`: the bot knows no such channel. Throws what the Web API client throws. */
  home(desired: DesiredMessage, run: CardRecord | null): Promise<string | null>;
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

function whyNot(channel: string): string {
  if (isUserId(channel))
    return `I cannot write to ${mentionPerson(channel)}: this account is closed, or takes no messages from apps`;
  const why = `I cannot post in ${mentionChannel(channel)}: I am not a member there (invite me with /invite), it is archived, or it does not exist`;
  const pinned = pinnedName(channel);
  if (pinned === null) return why;
  return `${why}. It is the channel that was #${escapeText(pinned)} when the workflow was deployed; if another one has that name by now, deploy the workflow again`;
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

export function createPlacement(api: SlackMessages): Placement {
  return {
    home: async (desired, run) => {
      if (desired.thread === "always" && run !== null) return run.channel;
      try {
        return await api.find(desired.channel);
      } catch (error) {
        // Without the right to list channels a name leads nowhere; that is an answer, not trouble.
        if (toSlackFailure(error).kind === "refused") return null;
        throw error;
      }
    },
    fallback: async (view, desired, run, from) => {
      if (desired.isCopy === true) return null;
      if (desired.thread === "same-channel" && run?.ts && run.channel !== from) return run.channel;
      const starter = view.trigger.userId;
      if (starter === undefined) return null;
      const direct = await api.find(starter);
      return direct === from ? null : direct;
    },
    render: (desired, record, home, run) => {
      if (desired.thread === "always" || !isElsewhere(record, home, run)) return desired.message;
      const notice = `:warning: This is here because ${whyNot(desired.channel)}.`;
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
