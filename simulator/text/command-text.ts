import { isJsonObject, toText } from "../json.ts";
import type { Directory } from "../workspace/directory.ts";
import { addressOf, BARE_HOST, MAIL } from "./bare-links.ts";
import { escapeText } from "./typed-text.ts";

const MENTION = /<@(?<id>[UW][A-Z0-9]+)(?:\|[^>]*)?>|(?<![\w@])@(?<name>[\w.-]*\w)/g;
const CHANNEL = /<#(?<id>C[A-Z0-9]+)(?:\|[^>]*)?>|(?<![\w#&])#(?<name>[a-z0-9_-]+)/g;
const LINK = String.raw`<(?<given>(?:https?:\/\/|mailto:)[^\s>]+)>|(?<link>https?:\/\/[^\s<>]+)`;
const ADDRESS = new RegExp([LINK, MAIL, BARE_HOST].join("|"), "g");
const GROUP = /<!subteam\^(?<id>S[A-Z0-9]+)(?:\|[^>]*)?>/g;

/**
 * The text of a slash command as the app gets it.
 *
 * With escaping, people, groups and channels that were named arrive as `<@U…|name>`, `<!subteam^S…|@name>` and `<#C…|name>`, and the
 * rest with `&`, `<` and `>` escaped. Without, the app sees the names as they were typed.
 */
export function commandText(typed: string, directory: Directory, shouldEscape: boolean): string {
  return shouldEscape ? escaped(typed, directory) : asTyped(typed, directory);
}

function escaped(typed: string, directory: Directory): string {
  const kept: string[] = [];
  const keep = (entity: string | undefined, otherwise: string): string => {
    if (entity === undefined) return otherwise;
    kept.push(entity);
    return `\uE000${kept.length - 1}\uE001`;
  };
  const marked = typed
    .replace(GROUP, (all, id: string) => keep(groupEntity(directory, id), all))
    .replace(ADDRESS, (all, ...rest: unknown[]) => keep(linkEntity(rest.at(-1)), all))
    .replace(MENTION, (all, id?: string, name?: string) =>
      keep(mentionEntity(directory, id, name), all),
    )
    .replace(CHANNEL, (all, id?: string, name?: string) =>
      keep(channelEntity(directory, id, name), all),
    );
  return escapeText(marked).replaceAll(
    /\uE000(\d+)\uE001/g,
    (_all, index: string) => kept[Number(index)] ?? "",
  );
}

function asTyped(typed: string, directory: Directory): string {
  return typed
    .replace(GROUP, (all, id: string) => {
      const group = directory.usergroup(id);
      return group === undefined ? all : `@${group.handle}`;
    })
    .replace(MENTION, (all, id?: string) => {
      const user = directory.user(id ?? "");
      return user === undefined ? all : `@${user.name}`;
    })
    .replace(CHANNEL, (all, id?: string) => {
      const channel = directory.channel(id ?? "");
      return channel === undefined ? all : `#${channel.name}`;
    });
}

/** @param found - the groups of `ADDRESS`. */
function linkEntity(found: unknown): string | undefined {
  const groups = isJsonObject(found) ? found : {};
  const link = toText(groups["given"]) ?? toText(groups["link"]);
  if (link !== undefined) return `<${link}>`;
  const [mail, bare, ending] = ["mail", "bare", "ending"].map((name) => toText(groups[name]));
  const address = addressOf({ mail, bare, ending });
  return address === undefined ? undefined : `<${address.url}|${address.text}>`;
}

function mentionEntity(directory: Directory, id?: string, name?: string): string | undefined {
  const user = id === undefined ? directory.userByName(name ?? "") : directory.user(id);
  if (user !== undefined) return `<@${user.id}|${user.name}>`;
  const group = directory.usergroupByHandle(name ?? "");
  return group === undefined ? undefined : groupEntity(directory, group.id);
}

function groupEntity(directory: Directory, id: string): string | undefined {
  const group = directory.usergroup(id);
  return group === undefined ? undefined : `<!subteam^${group.id}|@${group.handle}>`;
}

function channelEntity(directory: Directory, id?: string, name?: string): string | undefined {
  const channel = id === undefined ? directory.channelByName(name ?? "") : directory.channel(id);
  return channel === undefined ? undefined : `<#${channel.id}|${channel.name}>`;
}
