import { BOT_USER_ID, SLACKBOT_ID } from "../identity.ts";
import { CREATED_SECONDS, directMessage } from "./direct-message.ts";
import type { DirectoryData, Plan, Size } from "./directory.ts";
import { enlarge } from "./large-seed.ts";
import type { Channel, User } from "./records.ts";

/** What kind of workspace a new one is. */
export interface Seed {
  /** A free one has no user groups. @default "paid" */
  readonly plan?: Plan | undefined;
  /** `large`: 5,000 channels, 2,000 people, 200 user groups. @default "small" */
  readonly size?: Size | undefined;
  /** One of several workspaces of an organization on Enterprise Grid. @default false */
  readonly grid?: boolean | undefined;
}

/** The people, the groups and the channels that every new workspace starts with. */
export function seedDirectory(
  bot: { readonly appName: string; readonly botName: string },
  { plan = "paid", size = "small", grid = false }: Seed = {},
): DirectoryData {
  const small = smallDirectory(bot);
  const sized = size === "large" ? enlarge(small) : small;
  return { ...(grid ? onGrid(sized) : sized), plan, size, grid };
}

function smallDirectory(bot: {
  readonly appName: string;
  readonly botName: string;
}): DirectoryData {
  const people = [
    person("ALICE", "Alice Adams", "Head of Operations", "America/New_York", { isAdmin: true }),
    person("BOB", "Bob Brown", "Finance Manager", "America/Chicago"),
    person("CAROL", "Carol Clark", "Finance Analyst", "Europe/London"),
    person("DAVE", "Dave Davis", "Contractor", "Europe/Berlin", { isGuest: true }),
  ];
  const stranger = {
    ...person("ERIN", "Erin Evans", "Account Manager", "Europe/Paris"),
    email: "",
  };
  const everybody = [...people.map((user) => user.id), BOT_USER_ID];
  const channels = [
    channel("C0GENERAL", "general", everybody, "Company-wide announcements"),
    channel("C0APPROVALS", "approvals", everybody, "Requests that wait for a decision"),
    channel("C0ONCALL", "oncall-alerts", everybody, "Alerts for whoever is on call"),
    channel("C0FINANCE", "finance", everybody, "Expenses and invoices"),
    channel("C0SUPPORT", "support", everybody, "Customer questions"),
    channel("C0ENGINEERING", "engineering", everybody, "Builds, releases and incidents"),
    channel("C0RANDOM", "random", ["U0ALICE", "U0BOB", "U0CAROL"], "The app is not here"),
    {
      ...channel("C0LEADS", "leads", ["U0ALICE", "U0BOB", BOT_USER_ID], "Private"),
      isPrivate: true,
    },
    {
      ...channel("C0PARTNER", "partner", ["U0ALICE", stranger.id, BOT_USER_ID], "With a partner"),
      isShared: true,
    },
  ];
  return {
    users: [
      ...people,
      { ...stranger, isStranger: true },
      robot(BOT_USER_ID, bot.botName, bot.appName),
      robot(SLACKBOT_ID, "slackbot", "Slackbot"),
    ],
    usergroups: [
      { id: "S0FINANCE", handle: "finance", name: "Finance", users: ["U0BOB", "U0CAROL"] },
      {
        id: "S0MODERATORS",
        handle: "moderators",
        name: "Moderators",
        users: ["U0ALICE", "U0CAROL"],
      },
      { id: "S0ONCALL", handle: "oncall", name: "On call", users: ["U0ALICE", "U0BOB"] },
    ],
    channels: [...channels, ...people.map(directMessage), ...conversationsOf(people)],
  };
}

function person(
  key: string,
  realName: string,
  title: string,
  timeZone: string,
  rights: { readonly isAdmin?: boolean; readonly isGuest?: boolean } = {},
): User {
  const name = key.toLowerCase();
  return {
    id: `U0${key}`,
    name,
    realName,
    email: `${name}@heddle.example`,
    title,
    timeZone,
    isAdmin: rights.isAdmin ?? false,
    isGuest: rights.isGuest ?? false,
    isBot: false,
  };
}

function robot(id: string, name: string, realName: string): User {
  return {
    id,
    name: name.toLowerCase().replaceAll(/[^a-z0-9._-]+/g, "-"),
    realName,
    email: "",
    title: "",
    timeZone: "America/Los_Angeles",
    isAdmin: false,
    isGuest: false,
    isBot: true,
  };
}

function channel(id: string, name: string, members: readonly string[], topic: string): Channel {
  return { id, name, isIm: false, members, topic, created: CREATED_SECONDS };
}

/** A direct message for every two people. The app is in none of them and receives none of their events. */
function conversationsOf(people: readonly User[]): readonly Channel[] {
  return people.flatMap((one, index) =>
    people.slice(index + 1).map((other) => ({
      id: `${one.id.replace("U0", "D0")}${other.id.replace("U0", "")}`,
      name: "directmessage",
      isIm: true,
      members: [one.id, other.id],
      topic: "",
      created: CREATED_SECONDS,
    })),
  );
}

/** On Enterprise Grid the ids of people begin with W; bots keep theirs. */
function onGrid({ users, usergroups, channels }: DirectoryData): DirectoryData {
  const people = new Set(users.filter((user) => !user.isBot).map((user) => user.id));
  const idOf = (id: string): string => (people.has(id) ? id.replace(/^U/, "W") : id);
  return {
    users: users.map((user) => ({ ...user, id: idOf(user.id) })),
    usergroups: usergroups.map((group) => ({ ...group, users: group.users.map(idOf) })),
    channels: channels.map((channel) => ({
      ...channel,
      members: channel.members.map(idOf),
      ...(channel.user === undefined ? {} : { user: idOf(channel.user) }),
      ...(channel.name === "finance" ? { isOrgShared: true } : {}),
    })),
  };
}
