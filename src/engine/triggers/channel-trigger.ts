import type { StartResult } from "../api/executions.ts";
import type { IncomingChannel } from "../api/triggers.ts";
import { compilePattern } from "../language/safe-pattern.ts";
import type { SlackStarts } from "./slack-starts.ts";
import { memoizePerTrigger } from "./trigger-registry.ts";
import { ChannelCreatedConfig } from "./types/channel-created.ts";

/** Starts what a new channel asks for. */
export class ChannelTrigger {
  readonly #starts: SlackStarts;
  readonly #rule = memoizePerTrigger((trigger) => {
    const { pattern, users } = ChannelCreatedConfig.parse(trigger.config);
    const compiled = pattern === undefined ? null : compilePattern(pattern);
    // A pattern that is not taken any more fits nothing.
    const fits = (name: string): boolean =>
      compiled === null || (typeof compiled !== "string" && compiled.test(name));
    return { users, fits };
  });

  constructor({ starts }: { readonly starts: SlackStarts }) {
    this.#starts = starts;
  }

  receive({ eventId, user, channel, name }: IncomingChannel): Promise<readonly StartResult[]> {
    return this.#starts.start("channel-created", async (trigger) => {
      const { users, fits } = this.#rule(trigger);
      if (!fits(name) || !(await this.#starts.mayStart(user, users))) return null;
      if (!(await this.#starts.admits(trigger))) return null;
      const key = `channel-created:${eventId}`;
      return { key, user, channel, variables: { channel, channelName: name, user } };
    });
  }
}
