import { BOT_USER_ID } from "../identity.ts";
import { CREATED_SECONDS, directMessage } from "./direct-message.ts";
import type { DirectoryData } from "./directory.ts";
import { createRandom, type Random } from "./random.ts";
import type { Channel, User, Usergroup } from "./records.ts";

const CHANNELS = 5_000;
const PEOPLE = 2_000;
const GROUPS = 200;

/** The bot is in one of so many channels. */
const BOT_EVERY = 113;
/** The last of all channels; a bot that reads only the first pages of a list does not find it. */
const LAST_CHANNEL = "zzz-approvals";

// cspell:disable (names)
const FIRST_NAMES =
  "Ada Amir Ana Anders Arun Bea Boris Chen Clara Dana Diego Ella Emil Farah Felix Gina Hana Hugo Ida Ivan Jana Jonas Kei Lara Leo Lina Marco Maya Nils Nora Omar Paula Priya Quinn Rosa Sami Sven Tara Uma Viktor".split(
    " ",
  );
const LAST_NAMES =
  "Abbott Alvarez Andersen Bauer Becker Bianchi Campbell Carter Chang Cooper Costa Dubois Edwards Fischer Foster Garcia Gupta Hansen Harris Hoffman Ito Jansen Jensen Johnson Keller Khan Kim Kowalski Larsen Lee Lopez Martin Meyer Miller Mori Moreau Nguyen Nielsen Novak Okafor Olsen Patel Peters Rossi Santos Schmidt Silva Smith Tanaka Weber".split(
    " ",
  );
const TITLES = [
  "Engineer",
  "Designer",
  "Accountant",
  "Support Agent",
  "Product Manager",
  "Recruiter",
];
const ZONES = [
  "America/New_York",
  "America/Los_Angeles",
  "Europe/Berlin",
  "Asia/Tokyo",
  "Asia/Kolkata",
];
// cspell:enable
const KINDS = ["team", "proj", "help", "ops", "social", "feed", "incident", "customer"];
const SUBJECTS =
  "atlas billing cloud data events fleet growth hiring identity launch mobile network orders payments quality reports search sales storage travel".split(
    " ",
  );

/**
 * A workspace as a big company has one, around the small one: the same every time. About a fifth of the channels are archived, a
 * tenth private, some shared; the bot is in some dozens of all kinds, also of the last. Of the people some are guests, deactivated,
 * or of another organization.
 */
export function enlarge(small: DirectoryData): DirectoryData {
  const random = createRandom(1);
  const added = Array.from({ length: PEOPLE - peopleIn(small) }, (_none, at) => person(at));
  const members = added.filter((user) => user.isDeleted !== true && user.isStranger !== true);
  const strangers = added.filter((user) => user.isStranger === true);
  const ordinary = small.channels.filter((channel) => !channel.isIm).length;
  const first = small.channels.map((channel) =>
    channel.name === "general"
      ? { ...channel, members: [...channel.members, ...members.map((user) => user.id)] }
      : channel,
  );
  const channels = Array.from({ length: CHANNELS - ordinary }, (_none, at) =>
    channel(at, CHANNELS - ordinary, { random, members, strangers }),
  );
  const groups = Array.from({ length: GROUPS - small.usergroups.length }, (_none, at) =>
    group(at, random, members),
  );
  return {
    users: [...small.users, ...added],
    usergroups: [...small.usergroups, ...groups],
    channels: [
      ...first,
      ...channels,
      ...added.filter((user) => user.isStranger !== true).map(directMessage),
    ],
  };
}

function peopleIn({ users }: DirectoryData): number {
  return users.filter((user) => !user.isBot).length;
}

function person(at: number): User {
  const first = FIRST_NAMES[at % FIRST_NAMES.length] ?? "";
  const last = LAST_NAMES[Math.floor(at / FIRST_NAMES.length) % LAST_NAMES.length] ?? "";
  const name = `${first}.${last}`.toLowerCase();
  const isStranger = at % 100 === 99;
  return {
    id: `U0P${String(at).padStart(5, "0")}`,
    name,
    realName: `${first} ${last}`,
    email: isStranger ? "" : `${name}@heddle.example`,
    title: TITLES[at % TITLES.length] ?? "",
    timeZone: ZONES[at % ZONES.length] ?? "",
    isAdmin: at % 250 === 0,
    isGuest: at % 20 === 7,
    isBot: false,
    ...(isStranger ? { isStranger } : {}),
    ...(at % 25 === 3 ? { isDeleted: true } : {}),
  };
}

interface Pool {
  readonly random: Random;
  readonly members: readonly User[];
  readonly strangers: readonly User[];
}

function channel(at: number, count: number, { random, members, strangers }: Pool): Channel {
  const isLast = at === count - 1;
  const hasBot = isLast || at % BOT_EVERY === 7;
  const isShared = !isLast && at % 50 === 20;
  const people = random.some(members, 3 + random.below(30)).map((user) => user.id);
  const guests = isShared ? random.some(strangers, 2).map((user) => user.id) : [];
  const own = hasBot ? ["U0ALICE", "U0BOB", BOT_USER_ID] : [];
  return {
    id: `C0L${String(at).padStart(5, "0")}`,
    name: isLast ? LAST_CHANNEL : channelName(at),
    isIm: false,
    members: [...own, ...people, ...guests],
    topic: "",
    created: CREATED_SECONDS + at * 60,
    ...(isLast ? {} : { isPrivate: at % 9 === 4, isArchived: at % 5 === 1 }),
    ...(isShared ? { isShared } : {}),
  };
}

function channelName(at: number): string {
  const kind = KINDS[at % KINDS.length] ?? "";
  const subject = SUBJECTS[Math.floor(at / KINDS.length) % SUBJECTS.length] ?? "";
  return `${kind}-${subject}-${Math.floor(at / (KINDS.length * SUBJECTS.length)) + 1}`;
}

function group(at: number, random: Random, members: readonly User[]): Usergroup {
  const subject = SUBJECTS[at % SUBJECTS.length] ?? "";
  const handle = `${subject}-${Math.floor(at / SUBJECTS.length) + 1}`;
  return {
    id: `S0G${String(at).padStart(5, "0")}`,
    handle,
    name: `Group ${handle}`,
    users: random.some(members, 3 + random.below(40)).map((user) => user.id),
  };
}
