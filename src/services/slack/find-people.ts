import type { UsersInfoResponse } from "@slack/web-api";
import { z } from "zod";
import { externalNames, inPlace } from "../../engine/definition/param-traits.ts";
import type { ServiceAction } from "../../engine/ports/service.ts";
import { AppError } from "../../shared/errors.ts";
import type { JsonObject } from "../../shared/json.ts";
import { plain } from "../../shared/places/place.ts";
import { wording } from "../../shared/wording.ts";
import { readMention } from "../../slack/channels.ts";
import { groupIdOf } from "../../slack/groups.ts";
import type { Slack } from "../../slack/slack.ts";
import { defineAction, showText } from "../action.ts";
import { refused, withSlackErrors } from "./slack-names.ts";
import { PersonId } from "./slack-params.ts";

type SlackParts = Pick<Slack, "groups" | "lookup">;

const UserParams = z.strictObject({ user: PersonId });
const EmailParams = z.strictObject({
  email: inPlace(
    z
      .string()
      .trim()
      .regex(/^[^\s@]+@[^\s@]+$/, "an e-mail address such as ann@example.com")
      .describe("an address such as ann@example.com"),
    plain,
  ),
});
const GroupParams = z.strictObject({
  group: inPlace(z.string().trim().min(1).describe("@finance, or its id (S…)"), plain).register(
    externalNames,
    { kind: "approver" },
  ),
});

const GIVES =
  "gives {id, name, realName, title, email, timeZone, isAdmin, isGuest, isBot, isDeleted}; email is null without the scope users:read.email";

/** What Slack says of a person. */
export function createUserAction({ lookup: client }: SlackParts): ServiceAction {
  return defineAction({
    summary: `Looks up a person by id or mention; ${GIVES}.`,
    describe: ({ user }) => `Looks up the person ${showText(user)}`,
    outline: ({ user }) => wording`Looks up the person ${showText(user)}`,
    example: { user: "{{execution.startedBy}}" },
    params: UserParams,
    sideEffect: false,
    onUnknown: "repeat",
    execute: async ({ user }) =>
      withSlackErrors("looking up a person", async () => {
        const answer = await client.users.info({ user: readMention(user) });
        return toOutput(answer.user);
      }),
  });
}

/** The person who has an e-mail address. */
export function createEmailLookupAction({ lookup: client }: SlackParts): ServiceAction {
  return defineAction({
    summary: `Finds the person who has an e-mail address, or fails; ${GIVES}.`,
    describe: ({ email }) => `Looks up the person with the address ${showText(email)}`,
    outline: ({ email }) => wording`Looks up the person with the address ${showText(email)}`,
    example: { email: "{{variables.email}}" },
    params: EmailParams,
    sideEffect: false,
    onUnknown: "repeat",
    execute: async ({ email }) =>
      withSlackErrors(
        "looking up a person by e-mail address",
        async () => {
          const answer = await client.users.lookupByEmail({ email });
          return toOutput(answer.user);
        },
        {
          users_not_found:
            'Nobody in the workspace has this address: check it, or say what follows with "onFailure".',
        },
      ),
  });
}

type SlackUser = NonNullable<UsersInfoResponse["user"]>;

function toOutput(user: SlackUser | undefined): JsonObject {
  if (user?.id === undefined) throw unsaid();
  return {
    id: user.id,
    ...toProfile(user),
    timeZone: user.tz || null,
    isAdmin: [user.is_admin, user.is_owner, user.is_primary_owner].includes(true),
    isGuest: [user.is_restricted, user.is_ultra_restricted].includes(true),
    isBot: user.is_bot === true || user.id === "USLACKBOT",
    isDeleted: user.deleted === true,
  };
}

function toProfile({ id = "", profile = {}, name, real_name: realName }: SlackUser): JsonObject {
  return {
    name: profile.display_name || realName || name || id,
    realName: profile.real_name || realName || null,
    title: profile.title || null,
    email: profile.email || null,
  };
}

function unsaid(): AppError {
  const message = "Slack answered without the person that was asked for.";
  return new AppError({ code: "slack_unavailable", message, retryable: true });
}

/** Who is in a user group. */
export function createGroupAction({ groups }: SlackParts): ServiceAction {
  return defineAction({
    summary: "Reads who is in a user group; gives {group, users}, ids.",
    describe: ({ group }) => `Reads who is in ${showText(group)}`,
    outline: ({ group }) => wording`Reads who is in ${showText(group)}`,
    example: { group: "@finance" },
    params: GroupParams,
    sideEffect: false,
    onUnknown: "repeat",
    execute: async ({ group }) =>
      withSlackErrors(`reading the members of ${group}`, async () => {
        const id = groupIdOf(group, new Map()) ?? groupIdOf(group, await groups.ids());
        const users = id === null ? null : await groups.members.of(id);
        if (users === null) throw refused(`There is no user group ${group}.`);
        return { group: id, users: [...users] };
      }),
  });
}
