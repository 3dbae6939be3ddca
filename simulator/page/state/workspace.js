// @ts-check
/** The workspace as one person sees it: people, groups, places, commands and the app. */

import { data, dataList, isData, text, textList } from "./shape.js";

/** @typedef {import("./shape.js").Data} Data */
/** @typedef {{id: string, name: string, handle: string, title: string, isBot: boolean, isAdmin: boolean, isGuest: boolean, isStranger: boolean, isGone: boolean}} Person */
/** @typedef {{id: string, handle: string, name: string, users: string[]}} Group */
/** @typedef {{id: string, name: string, isIm: boolean, withUser: string | undefined, isPrivate: boolean, isArchived: boolean, isShared: boolean, members: string[], topic: string}} Channel */
/** @typedef {{command: string, description: string, usageHint: string}} Command */
/** @typedef {{name: string, callbackId: string, type: string}} Shortcut */
/** @typedef {{text: string, inbox: string}} Banner */

const defaultBanner =
  "A Slack workspace on this machine. The AI is a stand-in, unless the bot was given a real one.";

/**
 * @typedef {object} Workspace
 * @property {string} me
 * @property {string} team
 * @property {ReadonlyMap<string, Person>} people
 * @property {ReadonlyMap<string, Group>} groups
 * @property {ReadonlyMap<string, Channel>} channels those that `me` is in
 * @property {readonly Command[]} commands
 * @property {readonly Shortcut[]} shortcuts
 * @property {{id: string, name: string}} bot
 * @property {string | undefined} appChannel the direct message with the app
 * @property {boolean} hasHome
 * @property {boolean} isAgent whether what is said to the app makes a thread
 * @property {readonly Data[]} sessions the work of the agent that is known at the start
 * @property {readonly {title: string, message: string}[]} prompts what the app offers to be asked
 * @property {Banner} banner
 * @property {boolean} hasTour whether the app is the one that the tour is about
 */

/**
 * @param {Data} answer of `/sim/bootstrap`
 * @param {string} me
 * @returns {Workspace}
 */
export function toWorkspace(answer, me) {
  const bot = data(answer["bot"]);
  const botId = text(bot["user_id"]) || text(bot["id"]);
  const people = new Map(
    dataList(answer["users"])
      .map(toPerson)
      .map((person) => [person.id, person]),
  );
  const places = [...dataList(answer["channels"]), ...dataList(answer["dms"])].map(toChannel);
  const channels = new Map(
    places
      .filter((place) => place.members.length === 0 || place.members.includes(me))
      .map((place) => [place.id, place]),
  );
  return {
    me,
    team: text(data(answer["team"])["name"], "Workspace"),
    people,
    groups: new Map(
      dataList(answer["usergroups"])
        .map(toGroup)
        .map((group) => [group.id, group]),
    ),
    channels,
    commands: dataList(answer["commands"]).map(toCommand),
    shortcuts: dataList(answer["shortcuts"]).map(toShortcut),
    bot: { id: botId, name: people.get(botId)?.name ?? text(bot["name"], "App") },
    appChannel: [...channels.values()].find(
      (place) => place.isIm && (place.members.length === 0 || place.members.includes(botId)),
    )?.id,
    isAgent: answer["agent"] === true,
    sessions: dataList(answer["sessions"]),
    hasHome: answer["home_enabled"] !== false,
    prompts: dataList(answer["suggested_prompts"]).map((prompt) => ({
      title: text(prompt["title"]),
      message: text(prompt["message"]),
    })),
    banner: toBanner(answer["banner"]),
    hasTour: answer["tour"] === true,
  };
}

/** @param {Data} raw @returns {Person} */
function toPerson(raw) {
  const profile = data(raw["profile"]);
  const name =
    text(profile["display_name"]) ||
    text(raw["real_name"]) ||
    text(profile["real_name"]) ||
    text(raw["name"]);
  return {
    id: text(raw["id"]),
    name: text(raw["real_name"]) || text(profile["real_name"]) || name,
    handle: text(raw["name"]),
    title: text(profile["title"]) || text(raw["title"]),
    isBot: raw["is_bot"] === true || raw["id"] === "USLACKBOT",
    isAdmin: raw["is_admin"] === true || raw["is_owner"] === true,
    isGuest: raw["is_restricted"] === true || raw["is_ultra_restricted"] === true,
    isStranger: raw["is_stranger"] === true,
    isGone: raw["deleted"] === true,
  };
}

/** @param {Data} raw @returns {Group} */
function toGroup(raw) {
  return {
    id: text(raw["id"]),
    handle: text(raw["handle"]),
    name: text(raw["name"]),
    users: textList(raw["users"]),
  };
}

/** @param {Data} raw @returns {Channel} */
function toChannel(raw) {
  const topic = isData(raw["topic"]) ? text(raw["topic"]["value"]) : text(raw["topic"]);
  const withUser = text(raw["user"]);
  return {
    id: text(raw["id"]),
    name: text(raw["name"]),
    isIm: raw["is_im"] === true,
    isPrivate: raw["is_private"] === true,
    isArchived: raw["is_archived"] === true,
    isShared: raw["is_ext_shared"] === true,
    withUser: withUser === "" ? undefined : withUser,
    members: textList(raw["members"]),
    topic,
  };
}

/** @param {Data} raw @returns {Command} */
function toCommand(raw) {
  return {
    command: text(raw["command"]),
    description: text(raw["description"]),
    usageHint: text(raw["usage_hint"]),
  };
}

/** @param {Data} raw @returns {Shortcut} */
function toShortcut(raw) {
  return {
    name: text(raw["name"]),
    callbackId: text(raw["callback_id"]),
    type: text(raw["type"], "global"),
  };
}

/** @param {unknown} raw @returns {Banner} */
function toBanner(raw) {
  const facts = data(raw);
  return { text: text(facts["text"], defaultBanner), inbox: text(facts["inbox"]) };
}

/**
 * @param {Workspace} workspace
 * @returns {import("../text/render.js").Names}
 */
export function namesIn(workspace) {
  return {
    user: (id) =>
      workspace.people.get(id)?.name ?? (id === workspace.bot.id ? workspace.bot.name : undefined),
    channel: (id) => workspace.channels.get(id)?.name,
    group: (id) => workspace.groups.get(id)?.handle,
    isMe: (id) =>
      id === workspace.me || (workspace.groups.get(id)?.users.includes(workspace.me) ?? false),
  };
}
