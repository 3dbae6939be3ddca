import type { ExecutionView } from "../../engine/api/executions.ts";
import type { CardRecord } from "../../engine/ports/cards.ts";
import { toSlackFailure } from "../../slack/errors.ts";
import { mentionChannel } from "../../slack/text.ts";
import type { CardMessage } from "../views/blocks/build.ts";
import { context, message } from "../views/blocks/build.ts";
import type { DesiredMessage } from "../views/surface.ts";
import { isAbandoned } from "./plan.ts";
import type { CardPlace, SlackMessages } from "./slack-messages.ts";

/** Says where cards go, and where instead if the bot cannot post there. */
export interface Placement {
  /** Conversation of a surface; `null`: the bot knows no such channel. Throws what the Web API client throws. */
  home(surface: DesiredMessage, run: CardRecord | null): Promise<string | null>;
  /** Where to try next when `from` is closed to the bot; `null`: nowhere. Throws what the Web API client throws. */
  instead(
    view: ExecutionView,
    surface: DesiredMessage,
    run: CardRecord | null,
    from: string,
  ): Promise<string | null>;
  /** The message as it stands in that conversation: elsewhere than wanted it says why. */
  dress(surface: DesiredMessage, record: CardRecord, home: string | null): CardMessage;
  /** The conversation, and the thread if the surface belongs in one: the run's, or the one that all of the run stands in. */
  place(surface: DesiredMessage, channel: string, run: CardRecord | null): CardPlace;
}

export function createPlacement(api: SlackMessages): Placement {
  return {
    home: async (surface, run) => {
      if (surface.thread === "always" && run !== null) return run.channel;
      try {
        return await api.find(surface.channel);
      } catch (error) {
        // Without the right to list channels a name leads nowhere; that is an answer, not trouble.
        if (toSlackFailure(error).kind === "refused") return null;
        throw error;
      }
    },
    instead: async (view, surface, run, from) => {
      if (surface.thread === "same-channel" && run?.ts && run.channel !== from) return run.channel;
      const starter = view.trigger.userId;
      if (starter === undefined) return null;
      const direct = await api.find(starter);
      return direct === from ? null : direct;
    },
    dress: (surface, record, home) => {
      if (surface.thread === "always" || home === record.channel) return surface.message;
      const notice = `:warning: This is here because I cannot post in ${mentionChannel(surface.channel)}: I am not a member there (invite me with /invite), it is archived, or it does not exist.`;
      return message(surface.message.text, [context(notice), ...surface.message.blocks]);
    },
    place: (surface, channel, run) => {
      const inThread =
        run !== null &&
        !isAbandoned(run) &&
        run.ts !== null &&
        surface.thread !== "never" &&
        run.channel === channel;
      const parent = surface.parent?.channel === channel ? surface.parent.ts : null;
      // A reply has no thread of its own: what belongs to a run's card that is one stands beside it.
      if (inThread) return { channel, threadTs: parent ?? run.ts };
      return { channel, threadTs: surface.thread === "never" ? parent : null };
    },
  };
}
