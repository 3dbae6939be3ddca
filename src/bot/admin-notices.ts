import type { WebClient } from "@slack/web-api";
import type { Logger } from "pino";
import type { FindAdmins } from "../slack/admin-finder.ts";
import type { Sender } from "../slack/outgoing/sender.ts";
import { showSentence } from "../slack/text.ts";
import { message, section } from "./views/blocks/build.ts";

export interface AdminNoticesOptions {
  readonly admins: FindAdmins;
  readonly client: WebClient;
  readonly sender: Sender;
  readonly logger: Logger;
}

/**
 * Writes to the admins, and to another person whom it concerns.
 *
 * @param text - plain text; `<@U…>` mentions a person.
 * @returns whether at least one got it.
 */
export type NotifyAdmins = (text: string, concerns?: string) => Promise<boolean>;

/** Notices for the operator are direct messages. Those that cannot be sent are logged. */
export function createAdminNotices({
  admins,
  client,
  sender,
  logger,
}: AdminNoticesOptions): NotifyAdmins {
  async function write(person: string, text: string): Promise<boolean> {
    try {
      const { channel } = await client.conversations.open({ users: person });
      if (channel?.id === undefined) return false;
      const shown = showSentence(text);
      const content = message(shown, [section(`:information_source: ${shown}`)]);
      await sender.post({ channel: channel.id, ...content }, { urgency: "rest", since: 0 });
      return true;
    } catch (error) {
      logger.warn({ user: person, err: error }, "could not send a direct message");
      return false;
    }
  }

  return async (text, concerns) => {
    const people = new Set([...(await admins()), ...(concerns === undefined ? [] : [concerns])]);
    let isSent = false;
    for (const person of people) if (await write(person, text)) isSent = true;
    if (!isSent) logger.warn({ text }, "a notice reached no admin; set ADMINS");
    return isSent;
  };
}
