import type { StartResult } from "../api/executions.ts";
import type { IncomingMember } from "../api/triggers.ts";
import type { SlackStarts } from "./slack-starts.ts";
import { memoizePerTrigger } from "./trigger-registry.ts";
import { MemberJoinedConfig } from "./types/member-joined.ts";

/** Starts what the coming of a member to a channel asks for. */
export class MemberTrigger {
  readonly #starts: SlackStarts;
  readonly #config = memoizePerTrigger((trigger) => MemberJoinedConfig.parse(trigger.config));

  constructor({ starts }: { readonly starts: SlackStarts }) {
    this.#starts = starts;
  }

  receive({ eventId, user, channel, inviter }: IncomingMember): Promise<readonly StartResult[]> {
    return this.#starts.start("member-joined", async (trigger) => {
      const { channels, users } = this.#config(trigger);
      if (!(await this.#starts.isIn(channel, channels))) return null;
      if (!(await this.#starts.mayStart(user, users))) return null;
      if (!(await this.#starts.admits(trigger))) return null;
      const key = `member-joined:${eventId}`;
      return { key, user, channel, variables: { user, channel, inviter } };
    });
  }
}
