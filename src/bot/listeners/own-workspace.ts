import type { App } from "@slack/bolt";
import type { WebClient } from "@slack/web-api";
import type { Logger } from "pino";
import { z } from "zod";

const Own = z.object({ team_id: z.string(), enterprise_id: z.string().nullish() });
type Own = z.output<typeof Own>;

/** Of an interaction; commands and events are not sent across workspaces. */
const Interaction = z.object({
  team: z.object({ id: z.string() }),
  enterprise: z.object({ id: z.string() }).nullish(),
});

/**
 * Refuses clicks and dialogs that come from another workspace than the bot's own: people and cards are known here alone. What
 * comes from another workspace of the same organization passes.
 *
 * No acknowledgement waits for Slack to say which workspace the bot's own is: as long as that is not known, everything passes, and
 * the directory of people decides alone.
 *
 * @returns asks Slack for it, unless that was done; to be called when the bot is connected. Never rejects.
 */
export function refuseOtherWorkspaces(
  app: App,
  client: WebClient,
  logger: Logger,
): () => Promise<void> {
  let own: Own | null = null;
  let asking: Promise<void> | null = null;
  const ask = async (): Promise<void> => {
    try {
      own = Own.parse(await client.auth.test());
    } catch (error) {
      logger.debug({ err: error }, "Slack does not say which workspace this is");
      asking = null;
    }
  };
  const learn = (): Promise<void> => {
    asking ??= ask();
    return asking;
  };
  app.use(async (args) => {
    const from = Interaction.safeParse(args.body).data;
    if (from === undefined) return args.next();
    void learn();
    if (own === null || isOwn(from, own)) return args.next();
    logger.warn({ team: from.team.id }, "an interaction of another workspace was refused");
    if ("ack" in args && typeof args.ack === "function") await args.ack();
    if (!("respond" in args) || typeof args.respond !== "function") return;
    const text =
      ":warning: This came from another workspace than the bot's own, so it changed nothing.";
    await args.respond({ response_type: "ephemeral", replace_original: false, text });
  });
  return learn;
}

function isOwn({ team, enterprise }: z.output<typeof Interaction>, own: Own): boolean {
  if (team.id === own.team_id) return true;
  return enterprise !== null && enterprise !== undefined && enterprise.id === own.enterprise_id;
}
