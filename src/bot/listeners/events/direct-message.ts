import type { App } from "@slack/bolt";
import type { DraftRecord } from "../../../engine/ports/workflows.ts";
import { omitUndefined } from "../../../shared/omit-undefined.ts";
import { helpMessage } from "../../commands/help.ts";
import { SUBCOMMANDS } from "../../commands/index.ts";
import type { BotContext } from "../../context.ts";
import { createDraftWriter, type DraftWriter } from "../../drafts/draft-writer.ts";
import { parseBuildRequest, readPlain } from "../../drafts/parse-build-request.ts";
import { BUTTONS_ONLY, listPending } from "../../pending-requests.ts";
import { createReply, guard, type Reply } from "../../reply.ts";
import { isSpokenDecision } from "./spoken-decision.ts";

const SAY_MORE =
  "Say what the workflow shall do: what starts it, what happens, and where the result goes. For example: build me a workflow that asks @finance to approve purchases over $500 in #approvals";

/** A direct message as its answer needs it. */
interface DirectMessage {
  readonly user: string;
  readonly channel: string;
  readonly ts: string;
  /** The thread that it was written in; `null`: none. */
  readonly threadTs: string | null;
  readonly text: string;
}

/** A message to the bot: a description of a workflow becomes a draft, a reply to a draft its next round; the rest gets help. */
export function register(app: App, context: BotContext): void {
  app.event("message", async ({ event, body, say, client }) => {
    const isFromPerson = event.subtype === undefined && event.bot_id === undefined;
    if (!isFromPerson || event.channel_type !== "im") return;
    const { user, channel, ts, thread_ts: threadTs = null } = event;
    const logger = context.logger.child({ channel, user, event: body.event_id });
    const text = readPlain(event.text ?? "");
    const description = parseBuildRequest(text);
    // What is about a draft stays in its thread, errors included.
    const thread = threadTs ?? (description === null ? undefined : ts);
    const reply = createReply(
      (answer) =>
        say({
          text: answer.text,
          blocks: [...answer.blocks],
          ...omitUndefined({ thread_ts: thread }),
        }),
      logger,
    );
    const accepted = Promise.withResolvers<void>();
    const answered = guard(reply, logger, async () => {
      const caller = await context.permissions.caller(user);
      const writer = createDraftWriter(context, client, logger);
      const message = { user, channel, ts, threadTs, text };
      if (description !== null)
        return begin(message, description, context, { writer, reply, accepted: accepted.resolve });
      const draft = threadTs && (await context.engine.drafts.find(channel, threadTs));
      // From here on a repeat in another process would answer twice.
      accepted.resolve();
      if (draft) return continueDraft(draft, message, writer, reply);
      const pending = isSpokenDecision(text)
        ? await listPending(context, user, BUTTONS_ONLY)
        : null;
      if (pending !== null) return reply(pending);
      await reply(helpMessage(caller.role, context.command, SUBCOMMANDS));
    });
    // The event is acknowledged when a request is stored; writing a draft takes longer than Slack waits.
    await Promise.race([accepted.promise, answered]);
  });
}

interface Answers {
  readonly writer: DraftWriter;
  readonly reply: Reply;
  /** Called when the request is stored. */
  readonly accepted: () => void;
}

async function begin(
  { user, channel, ts, threadTs }: DirectMessage,
  description: string,
  { engine }: BotContext,
  { writer, reply, accepted }: Answers,
): Promise<void> {
  if (description === "") return reply(SAY_MORE);
  const draft = await engine.drafts.open({
    key: `${channel}:${ts}`,
    ownerId: user,
    channel,
    threadTs: threadTs ?? ts,
    description,
  });
  accepted();
  // An earlier delivery of this message began it.
  if (draft !== null) await writer.write(draft);
}

async function continueDraft(
  draft: DraftRecord,
  { user, text }: DirectMessage,
  writer: DraftWriter,
  reply: Reply,
): Promise<void> {
  if (draft.ownerId !== user)
    return reply(`Only <@${draft.ownerId}>, who described it, changes this draft.`);
  if (draft.status !== "open") {
    return reply(
      `This draft was ${draft.status} already. To begin another, write: build me a workflow that …`,
    );
  }
  await writer.write(draft, text);
}
