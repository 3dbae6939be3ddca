import type { Sharing } from "../engine/api/sharing.ts";
import type { ChannelFinder } from "../slack/channels.ts";

/** Where what runs show would be read by people of other organizations. */
export interface SharedChannels {
  /**
   * Is this conversation shared with another organization, and has no admin allowed that runs are shown there? As long as Slack does
   * not say, it throws what the lookup throws: nothing is shown then.
   */
  isPrivate(conversation: string): Promise<boolean>;
}

export function createSharedChannels(
  channels: Pick<ChannelFinder, "isShared">,
  sharing: Pick<Sharing, "consentTo">,
): SharedChannels {
  return {
    isPrivate: async (conversation) =>
      (await channels.isShared(conversation)) && (await sharing.consentTo(conversation)) === null,
  };
}
