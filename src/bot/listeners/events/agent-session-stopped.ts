import type { App } from "@slack/bolt";
import { asAppError, isAppError } from "../../../shared/errors.ts";
import { shortRunId, showSentence } from "../../../slack/text.ts";
import type { BotContext } from "../../context.ts";
import { createQuietReply, guard } from "../../reply.ts";

/**
 * Slack's own button that stops the agent, in a thread: its runs are cancelled, as far as the person may. Slack has stopped what was
 * streamed by then, and leaves the status to the app (https://docs.slack.dev/reference/events/agent_session_stopped).
 */
export function register(app: App, context: BotContext): void {
  app.event("agent_session_stopped", async ({ event }) => {
    const { channel, thread_ts: threadTs, user } = event;
    const logger = context.logger.child({ channel, user });
    const reply = createQuietReply(context.sender, { channel, user, threadTs }, logger);
    await guard(reply, logger, async () => {
      await context.permissions.caller(user);
      const said = await stopRuns(context, user, await context.cards.runsIn(channel, threadTs));
      if (said === NONE) await rest(context, channel, threadTs);
      else context.cards.stopped(channel, threadTs);
      if (said !== null) await reply(said);
    });
  });
}

const NONE = "There is no run here to stop: it is over.";

/** The agent works on nothing that could be stopped: without this Slack would show it at work for ever. */
async function rest({ client, logger }: BotContext, channel: string, threadTs: string) {
  try {
    const thread = { channel_id: channel, thread_ts: threadTs };
    await client.agents.sessions.setStatus({ ...thread, status: "active" });
  } catch (error) {
    logger.debug({ err: error, channel }, "could not end a session that was stopped");
  }
}

/** @returns what the person has to know: why a run continues, or that there is none; `null`: the end of each stands in the thread. */
async function stopRuns(
  { engine }: BotContext,
  user: string,
  runs: readonly string[],
): Promise<string | null> {
  const refused: string[] = [];
  let stopped = 0;
  for (const executionId of runs) {
    try {
      await engine.executions.cancel(executionId, user);
      stopped += 1;
    } catch (error) {
      // It ended, or is not kept any more.
      if (isAppError(error, "execution_finished") || isAppError(error, "execution_not_found"))
        continue;
      const { message } = asAppError(error);
      refused.push(
        `:warning: Run \`${shortRunId(executionId)}\` continues. ${showSentence(message)}`,
      );
    }
  }
  if (refused.length > 0) return refused.join("\n");
  return stopped > 0 ? null : NONE;
}
