import type { ServiceContext } from "../../engine/ports/service.ts";
import type { Slack } from "../../slack/slack.ts";
import { nameOf, refused } from "./slack-names.ts";

/** Who is in a channel. */
type GuardParts = Pick<Slack, "channels" | "directory">;

/** A channel as the parameters name it, and its id. */
interface Place {
  readonly name: string;
  readonly id: string;
}

/**
 * May the run invite people to this channel, archive it, or name its topic? If the definition names it, if a step of the run has made
 * it, or if who started the run is in it and could do so in person. Otherwise a person who may start a workflow, or sends what starts it,
 * could come into every channel that the bot is in.
 *
 * @throws {AppError} `service_rejected` if it may not; what Slack says when it is asked who is in the channel.
 */
export async function assertMayChange(
  { directory }: GuardParts,
  { name, id }: Place,
  context: ServiceContext,
): Promise<void> {
  if (context.origins?.["channel"]?.kind === "definition" || isMadeHere(context)) return;
  const { startedBy } = context;
  if (startedBy !== undefined && (await directory.channelMembers(id))?.includes(startedBy) === true)
    return;
  throw refused(
    startedBy === undefined
      ? `Data chose the channel ${nameOf(name)}, and no person started the run. Name the channel in the definition, or take it from a step with slack.createChannel as {{stepResults.<step>.output.channel}}.`
      : `Data chose the channel ${nameOf(name)}, and who started the run is not in it. Name the channel in the definition, or have a member of it start the run.`,
  );
}

/**
 * May the run read what stands in this conversation? Public channels, those that the run has made, and those that who started it
 * reads as well. The definition alone is not enough: it would show its deployer, and those who see its runs, what they may not read.
 *
 * @throws {AppError} as {@link assertMayChange}.
 */
export async function assertMayRead(
  { channels, directory }: GuardParts,
  { name, id }: Place,
  context: ServiceContext,
): Promise<void> {
  const { startedBy } = context;
  if (isMadeHere(context)) return;
  if (id.startsWith("D")) {
    if (startedBy !== undefined && (await channels.find(startedBy)) === id) return;
    throw refused("A direct conversation is read by runs alone that the person in it has started.");
  }
  const facts = await channels.facts(id);
  if (facts === null)
    throw refused(`The bot sees no channel ${nameOf(name)}. Invite it there, or check the name.`);
  if (!facts.isPrivate) return;
  if (startedBy !== undefined && (await directory.channelMembers(id))?.includes(startedBy) === true)
    return;
  throw refused(
    `${nameOf(name)} is private: only runs that one of its members has started may read it.`,
  );
}

function isMadeHere({ origins }: ServiceContext): boolean {
  const origin = origins?.["channel"];
  return (
    origin?.kind === "action" &&
    origin.action === "slack.createChannel" &&
    origin.member === "channel"
  );
}
