import { AppError } from "../../shared/errors.ts";
import type { Json } from "../../shared/json.ts";
import { isUserId } from "../../shared/slack-ids.ts";
import { parseTemplate } from "../../shared/template-parser.ts";
import type { EnterContext } from "../definition/step-type.ts";
import type { Scope } from "../language/scope.ts";
import { resolveTemplates } from "../language/template.ts";
import type { Exclusion } from "../model/answerable.ts";

/** What of an approval's configuration says who may not decide. */
export interface ExclusionConfig {
  readonly approvers: readonly string[];
  /** People and user groups, mostly from the data of the run. */
  readonly exclude: readonly string[];
  /** Approval steps whose deciders may not decide here as well. */
  readonly distinctFrom: readonly string[];
  readonly allowSelfApproval: boolean;
}

/**
 * All people who may not decide, each for each reason, the starter first.
 *
 * @throws {AppError} `params_invalid` when `exclude` gives something that is no person and no group.
 */
export function exclusionsOf(config: ExclusionConfig, context: EnterContext): readonly Exclusion[] {
  const { scope, startedBy, people } = context;
  const starter = startedBy === null ? [] : [{ person: startedBy, why: "started" as const }];
  const answerable = people?.answerable() ?? starter;
  const isLifted = config.allowSelfApproval && !namesItself(config.approvers, startedBy, scope);
  const own = answerable.filter(
    ({ person, why }) => !(isLifted && why === "started" && person === startedBy),
  );
  const named = excludedByName(config.exclude, scope);
  const decided = config.distinctFrom.flatMap((step): Exclusion[] =>
    (people?.decidersOf(step) ?? []).map((person) => ({ person, why: "decided", step })),
  );
  return [...own, ...named, ...decided];
}

function excludedByName(exclude: readonly string[], scope: Scope): readonly Exclusion[] {
  const people = resolveValues(exclude, scope).flatMap((value): readonly string[] => {
    if (typeof value !== "string") throw noPerson(JSON.stringify(value));
    const names = isMentions(value) ? value.split(/[\s,]+/) : [value];
    return names.map((name) => plainName(name.trim())).filter((name) => name !== "");
  });
  return [...new Set(people)].map((person) => {
    if (!isUserId(person) && !isGroup(person)) throw noPerson(`"${person}"`);
    return { person, why: "named" };
  });
}

/** Only mentions, as people write several in a message. */
function isMentions(text: string): boolean {
  return /^[\s,]*(?:<[@!][^<>]+>[\s,]*)+$/.test(text);
}

function noPerson(what: string): AppError {
  return new AppError({
    code: "params_invalid",
    message: `"exclude" gave ${what.slice(0, 80)}, which is neither a person nor a user group, so it is not known who must not decide. Give a Slack user id, a mention or a user group.`,
  });
}

/** Each once, those of one person in the order of their reasons. */
export function excludedPeople(exclusions: readonly Exclusion[]): readonly string[] {
  return [...new Set(exclusions.map(({ person }) => person))];
}

/**
 * The names that a list of people and groups gives, each once: templates may give one or a list of
 * them, null and an empty text give none.
 */
export function resolveNames(list: readonly string[], scope: Scope): readonly string[] {
  const names = resolveValues(list, scope).flatMap((name) =>
    typeof name === "string" && name.trim() !== "" ? [plainName(name.trim())] : [],
  );
  return [...new Set(names)];
}

/** What a list of templates gives, without what is unset. */
function resolveValues(list: readonly string[], scope: Scope): readonly Json[] {
  return list
    .flatMap((item): readonly Json[] => {
      const value: Json = resolveTemplates(item, scope);
      return Array.isArray(value) ? value : [value];
    })
    .filter((value) => value !== null);
}

/** `<@U1|bob>` and `<!subteam^S1>` as Slack writes mentions; everything else as it is. */
export function plainName(text: string): string {
  return /^<(?:@|!subteam\^)([A-Z0-9]+)(?:\|[^>]*)?>$/.exec(text)?.[1] ?? text;
}

/** A group's id or `@handle`. */
function isGroup(name: string): boolean {
  return /^S[A-Z0-9]{2,}$/.test(name) || /^@[^\s@]+$/.test(name);
}

/** Whether a variable, which the starter may have filled in, makes the starter an approver. */
function namesItself(
  approvers: readonly string[],
  startedBy: string | null,
  scope: Scope,
): boolean {
  if (startedBy === null) return false;
  const fromVariables = approvers.filter((approver) =>
    parseTemplate(approver).paths.some(([root]) => root === "variables"),
  );
  return resolveNames(fromVariables, scope).includes(startedBy);
}
