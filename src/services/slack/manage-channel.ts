import { z } from "zod";
import { inPlace } from "../../engine/definition/param-traits.ts";
import type { ServiceAction, ServiceContext } from "../../engine/ports/service.ts";
import { AppError } from "../../shared/errors.ts";
import type { Json, JsonObject } from "../../shared/json.ts";
import { omitUndefined } from "../../shared/omit-undefined.ts";
import { channelNamePlace } from "../../shared/places/channel-name-place.ts";
import { plain } from "../../shared/places/place.ts";
import { listValues, type Wording, wording } from "../../shared/wording.ts";
import { readMention } from "../../slack/channels.ts";
import type { Slack } from "../../slack/slack.ts";
import { withoutBrackets } from "../../slack/text.ts";
import { defineAction, showText } from "../action.ts";
import { assertMayChange } from "./channel-guard.ts";
import { nameOf, placeOf, refused, turnOf, unlessDone, withSlackErrors } from "./slack-names.ts";
import { Channel, PersonId } from "./slack-params.ts";

type SlackParts = Pick<Slack, "bulk" | "channels" | "directory" | "sender">;

/** docs.slack.dev/reference/methods/conversations.create */
const MAX_NAME = 80;
/** docs.slack.dev/reference/methods/conversations.setTopic */
const MAX_TOPIC = 250;
/** docs.slack.dev/reference/methods/conversations.invite */
const MAX_INVITED = 100;

const CreateParams = z.strictObject({
  name: inPlace(
    z
      .string()
      .describe("small letters, digits, - and _; cut to 80 characters")
      .trim()
      .regex(
        /^[\p{Ll}\p{Lm}\p{Lo}\p{M}\p{N}_-]+$/u,
        "small letters, digits, - and _, as in inc-42",
      ),
    channelNamePlace,
  ),
  private: z.boolean().optional().describe("seen by its members alone"),
});

const PEOPLE = "a person's id (U…), a mention, or a list of them";
const InviteParams = z.strictObject({
  channel: Channel,
  users: inPlace(
    z.union([PersonId, z.array(PersonId).min(1).max(MAX_INVITED)], PEOPLE).describe(PEOPLE),
    plain,
  ),
});

const ArchiveParams = z.strictObject({ channel: Channel });

const TopicParams = z.strictObject({
  channel: Channel,
  topic: inPlace(z.string().max(MAX_TOPIC).describe("an empty text takes it away"), plain),
});

/** Makes a channel, in which the bot is. */
export function createChannelAction(slack: SlackParts): ServiceAction {
  return defineAction({
    summary:
      "Makes a public or private channel; gives {channel, name}. What a template puts into its name is written as names are: “DB is down!” becomes db-is-down.",
    describe: (params) => `Makes the ${kindOf(params)} channel ${showText(params["name"])}`,
    outline: (params) =>
      wording`Makes the ${kindWords(params)} channel ${showText(params["name"])}`,
    example: { name: "inc-{{variables.number}}", private: true },
    params: CreateParams,
    sideEffect: true,
    onUnknown: "look",
    execute: async ({ name, private: isPrivate = false }, context) =>
      withSlackErrors(
        `making the channel ${name}`,
        async () => {
          const answer = await slack.sender.callForStep(
            { method: "conversations.create" },
            turnOf(context),
            (client) =>
              client.conversations.create({ name: nameToMake(name), is_private: isPrivate }),
          );
          const { id, name: made } = answer.channel ?? {};
          if (id === undefined || made === undefined) throw unsaid();
          await slack.channels.changes.opened(id);
          return { channel: id, name: made };
        },
        CREATE_REMEDIES,
      ),
    look: async ({ name }, context) =>
      withSlackErrors(`looking for the channel ${name}`, () =>
        lookForChannel(slack, nameToMake(name), context),
      ),
  });
}

const CREATE_REMEDIES = {
  name_taken:
    "There is a channel of this name, perhaps a private or an archived one: choose another name, for instance with {{executionId}} in it.",
};

function nameToMake(name: string): string {
  return name.slice(0, MAX_NAME).replace(/-+$/, "");
}

function kindOf({ private: isPrivate }: JsonObject): string {
  if (isPrivate === undefined || isPrivate === false) return "public";
  return isPrivate === true ? "private" : "public or private";
}

function kindWords(params: JsonObject): Wording {
  return params["private"] === true ? wording`private` : wording`public`;
}

function unsaid(): AppError {
  return new AppError({
    ...{ code: "slack_unavailable", retryable: true, outcomeUnknown: true },
    message: "Slack made the channel and did not say which it is.",
  });
}

/** Clocks may differ by this much between us and Slack, in seconds. */
const CLOCK_SLACK = 60;
/** Channels on one page of `users.conversations`. */
const PAGE_SIZE = 999;

/** The channel of this name, if the bot has made it since the run began: names are unique in a workspace. */
async function lookForChannel(
  { bulk: client }: SlackParts,
  name: string,
  { startedAt }: ServiceContext,
): Promise<Json | null> {
  const { user_id: self } = await client.auth.test();
  let cursor: string | undefined;
  do {
    const answer = await client.users.conversations({
      ...{ types: "public_channel,private_channel", exclude_archived: true, limit: PAGE_SIZE },
      ...omitUndefined({ cursor }),
    });
    const found = answer.channels?.find((channel) => channel.name === name);
    if (found?.id !== undefined) {
      const isOurs =
        found.creator === self && (found.created ?? 0) >= startedAt / 1000 - CLOCK_SLACK;
      return isOurs ? { channel: found.id, name } : null;
    }
    cursor = answer.response_metadata?.next_cursor || undefined;
  } while (cursor !== undefined);
  return null;
}

/** Invites people. Who is in the channel already is left out. */
export function createInviteAction(slack: SlackParts): ServiceAction {
  return defineAction({
    summary:
      "Invites people to a channel that the definition names, that a step has made, or that who started the run is in; gives {channel, invited, alreadyIn}, lists of ids.",
    describe: ({ channel, users }) => `Invites ${showText(users)} to ${nameOf(channel)}`,
    outline: ({ channel, users }) =>
      wording`Invites ${listValues([users ?? null].flat().map((one) => showText(one)))} to ${nameOf(channel)}`,
    example: { channel: "{{stepResults.make.output.channel}}", users: ["U0123456789"] },
    params: InviteParams,
    sideEffect: true,
    // Who came in by an earlier try is in the channel by now.
    onUnknown: "repeat",
    execute: async ({ channel: name, users }, context) =>
      withSlackErrors(
        `inviting to ${placeOf(name)}`,
        async () => {
          const channel = await channelToChange(slack, name, context);
          const asked = [...new Set([users].flat().map(readMention))];
          const members = new Set(await slack.directory.channelMembers(channel));
          const missing = asked.filter((user) => !members.has(user));
          const refusals =
            missing.length === 0 ? [] : await invite(slack, channel, missing, context);
          slack.directory.membersChanged(channel);
          const late = refusals.flatMap(({ user, error }) =>
            error === "already_in_channel" ? [user] : [],
          );
          const [refusal] = refusals.filter(({ error }) => error !== "already_in_channel");
          if (refusal) throw notInvited(refusal, name);
          const invited = missing.filter((user) => !late.includes(user));
          return { channel, invited, alreadyIn: asked.filter((user) => !invited.includes(user)) };
        },
        INVITE_REMEDIES,
      ),
  });
}

const INVITE_REMEDIES = {
  not_in_channel: "The bot is not in the channel: invite it there first.",
  cant_invite_self: "The bot cannot invite itself: leave it out.",
};

interface InviteRefusal {
  readonly user: string;
  readonly error: string;
}

/** With `force`, Slack invites those whom it can, and says of the others why not (docs.slack.dev/reference/methods/conversations.invite). */
async function invite(
  { sender }: SlackParts,
  channel: string,
  users: readonly string[],
  context: ServiceContext,
): Promise<readonly InviteRefusal[]> {
  const call = { channel, users: users.join(","), force: true };
  const answer = await unlessDone("already_in_channel", () =>
    sender.callForStep({ method: "conversations.invite" }, turnOf(context), (client) =>
      client.conversations.invite(call),
    ),
  );
  // Of a single person there is no list.
  if (answer === null) return users.map((user) => ({ user, error: "already_in_channel" }));
  return InviteErrors.parse(answer).errors;
}

const InviteErrors = z.object({
  errors: z
    .array(z.object({ user: z.string().default("someone"), error: z.string().default("unknown") }))
    .default([]),
});

function notInvited({ user, error }: InviteRefusal, name: string): AppError {
  return new AppError({
    code: "slack_rejected",
    message: `Slack refused to invite <@${user}> to ${nameOf(name)} (${error}). The others were invited: to try again does no harm.`,
    details: { slackError: error },
  });
}

/** Archives a channel. One that is archived already is as it should be. */
export function createArchiveAction(slack: SlackParts): ServiceAction {
  return defineAction({
    summary:
      "Archives a channel that the definition names, that a step has made, or that who started the run is in; gives {channel}.",
    describe: ({ channel }) => `Archives ${nameOf(channel)}`,
    outline: ({ channel }) => wording`Archives ${nameOf(channel)}`,
    example: { channel: "{{stepResults.make.output.channel}}" },
    params: ArchiveParams,
    sideEffect: true,
    onUnknown: "repeat",
    execute: async ({ channel: name }, context) =>
      withSlackErrors(
        `archiving ${placeOf(name)}`,
        async () => {
          const channel = await channelToChange(slack, name, context);
          await unlessDone("already_archived", () =>
            slack.sender.callForStep(
              { method: "conversations.archive" },
              turnOf(context),
              (client) => client.conversations.archive({ channel }),
            ),
          );
          slack.channels.changes.closed(channel);
          return { channel };
        },
        ARCHIVE_REMEDIES,
      ),
  });
}

const ARCHIVE_REMEDIES = {
  cant_archive_general: "Slack does not archive the channel that all members are in.",
  cant_archive_required: "The workspace needs this channel: Slack does not archive it.",
};

/** Writes the topic of a channel. To do it twice does no harm. */
export function createTopicAction(slack: SlackParts): ServiceAction {
  return defineAction({
    summary:
      "Writes the topic of a channel that the definition names, that a step has made, or that who started the run is in; gives {channel, topic}.",
    describe: ({ channel, topic }) => `Sets the topic of ${nameOf(channel)}: "${showText(topic)}"`,
    outline: ({ channel }) => wording`Sets the topic of ${nameOf(channel)}`,
    example: { channel: "#incidents", topic: "Severity {{variables.severity}}" },
    params: TopicParams,
    sideEffect: true,
    onUnknown: "repeat",
    execute: async ({ channel: name, topic: given }, context) =>
      withSlackErrors(`setting the topic of ${placeOf(name)}`, async () => {
        const channel = await channelToChange(slack, name, context);
        const shown = (await slack.channels.isShared(channel))
          ? (context.hideSensitive?.(given) ?? given)
          : given;
        // Topics know no formatting, but who reads them may take a bracket for a mention.
        const topic = withoutBrackets(shown);
        await slack.sender.callForStep(
          { method: "conversations.setTopic" },
          turnOf(context),
          (client) => client.conversations.setTopic({ channel, topic }),
        );
        return { channel, topic };
      }),
  });
}

async function channelToChange(
  slack: SlackParts,
  name: string,
  context: ServiceContext,
): Promise<string> {
  const id = await slack.channels.find(readMention(name));
  if (id === null) throw refused(`The bot is in no channel ${nameOf(name)}. Invite it there.`);
  if (id.startsWith("D")) throw refused("A direct conversation is no channel: name a channel.");
  await assertMayChange(slack, { name, id }, context);
  context.signal.throwIfAborted();
  return id;
}
