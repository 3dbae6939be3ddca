import type { Definition } from "../../engine/definition/schema.ts";
import { escapeText, shortRunId } from "../../slack/text.ts";
import type { BotContext } from "../context.ts";
import { ACTION_IDS } from "../ids.ts";
import type { SharedChannels } from "../shared-channels.ts";
import { button, buttons, type CardMessage, message, section } from "../views/blocks/build.ts";
import { describeEstimate } from "../views/costs.ts";
import { ALLOW_SHARING } from "./sharing.ts";

const PRIVATELY =
  "People of another organization read this channel, so its card comes to your direct messages";

/** A run that a person has just started in a conversation. */
export interface StartedRun {
  readonly workflowId: string;
  readonly executionId: string;
  readonly channel: string;
  readonly user: string;
}

/** What the person reads who started it: its id, where its card stands, what such runs cost. @throws {AppError} `store_unavailable`. */
export async function describeStart(
  { workflowId, executionId, channel, user }: StartedRun,
  { engine, command, shared, permissions }: BotContext,
): Promise<CardMessage | string> {
  const { definition } = await engine.workflows.get(workflowId);
  const run = shortRunId(executionId);
  const estimate = describeEstimate(await engine.costs.estimate(workflowId));
  const started = `Started *${escapeText(definition.name)}*: run \`${run}\`.`;
  const status = `\`${command} status ${run}\``;
  if (!(await isHeldBack(definition, channel, shared)))
    return `${started} Its card shows how it goes; so does ${status}. ${estimate}`;
  const elsewhere = `${started} ${PRIVATELY}; ${status} shows how it goes. ${estimate}`;
  if (!(await permissions.isAdmin(user)))
    return `${elsewhere} An admin can allow cards here: \`${command} sharing allow\`.`;
  const allow = button({ actionId: ACTION_IDS.allowSharing, label: ALLOW_SHARING, value: channel });
  return message(elsewhere, [section(elsewhere), buttons("sharing", [allow])]);
}

/** Do the cards of this run not stand where it was started? As long as Slack does not say, its card says it later. */
async function isHeldBack(
  definition: Definition,
  channel: string,
  shared: SharedChannels,
): Promise<boolean> {
  if (definition.sharedChannels === "allow") return false;
  return shared.isPrivate(channel).catch(() => false);
}
