import { counted } from "../../shared/counted.ts";
import { formatDuration } from "../../shared/duration.ts";
import { type Json, type JsonObject, readOwn, toJson } from "../../shared/json.ts";
import { omitUndefined } from "../../shared/omit-undefined.ts";
import {
  joinWordings,
  listValues,
  plainText,
  type Wording,
  wording,
} from "../../shared/wording.ts";
import type { PromptLookup } from "../language/prompt-ref.ts";
import type { ServiceRegistry } from "../ports/service.ts";
import { asText } from "./explain-details.ts";
import { describeSteps, type StepExplanation } from "./explain-steps.ts";
import { type Definition, type TriggerDefinition, triggersOf } from "./schema.ts";

/**
 * A definition in plain words, for people who decide about it. Made by code, never by a model; nothing is cut or escaped, and what
 * comes from the definition is kept apart from our own words.
 */
export interface Explanation {
  /** As its author called it. */
  readonly name: string;
  /** What its author says about it. */
  readonly description: string | null;
  /** What starts it. */
  readonly triggers: readonly Wording[];
  /** Who may start, change and see it. */
  readonly access: readonly Wording[];
  /** The values that a person gives at the start. */
  readonly inputs: readonly Wording[];
  /** What happens, in the order of the definition; those of branches follow their step. */
  readonly steps: readonly StepExplanation[];
  /** What it changes outside and sends there, and where. */
  readonly sideEffects: readonly Wording[];
  /** What it asks for outside with nothing of the run in it. */
  readonly reads: readonly Wording[];
  /** The secrets that it uses, and where they go. */
  readonly secrets: readonly Wording[];
  /** Who is asked to approve what. */
  readonly approvers: readonly Wording[];
  readonly limits: readonly Wording[];
  /** What else its author set. */
  readonly settings: readonly Wording[];
}

/**
 * @param services - say what an action does and whether it changes something outside.
 * @param prompts - the texts of named prompts; absent: they are named alone.
 */
export function explain(
  definition: Definition,
  services: ServiceRegistry,
  prompts?: PromptLookup,
): Explanation {
  const context = { services, ...omitUndefined({ prompts }) };
  const { steps, sideEffects, reads, secrets, approvers } = describeSteps(
    definition.steps,
    context,
  );
  const triggers = triggersOf(definition);
  return {
    name: definition.name,
    description: definition.description ?? null,
    triggers: describeTriggers(triggers),
    access: describeAccess(definition),
    inputs: describeInputs(definition),
    steps,
    sideEffects: [...sideEffects, ...describeReport(definition), ...describeReaders(definition)],
    reads,
    secrets: [...secrets, ...describeSecrets(triggers)],
    approvers: once(approvers),
    limits: describeLimits(definition),
    settings: describeSettings(definition),
  };
}

/**
 * All that leaves with the runs of a definition, one line each: effects with their places, and every member of the steps that have
 * them. Two versions that send the same give the same lines.
 */
export function linesThatLeave(
  definition: Definition,
  services: ServiceRegistry,
): readonly string[] {
  const { sideEffects, reads, secrets, approvers, steps } = explain(definition, services);
  const given = steps.flatMap(({ id, text, details }) => [
    `step ${id}: ${plainText(text)}`,
    ...details.map(({ name, value }) => `step ${id}, ${name}: ${value}`),
  ]);
  const lines = [...sideEffects, ...reads, ...secrets, ...approvers].map(plainText);
  return [...new Set([...lines, ...given])];
}

function once(sentences: readonly Wording[]): readonly Wording[] {
  return [...new Map(sentences.map((one) => [JSON.stringify(one), one])).values()];
}

function describeReport({ report }: Definition): readonly Wording[] {
  if (report === undefined || report.on === "none") return [];
  return report.on === "all"
    ? [wording`Reports every run in ${report.channel}`]
    : [wording`Reports failures in ${report.channel}`];
}

function describeReaders({ sharedChannels }: Definition): readonly Wording[] {
  return sharedChannels === "allow"
    ? [wording`Its cards may stand in channels that people of other organizations read.`]
    : [];
}

function describeTriggers(triggers: readonly TriggerDefinition[]): readonly Wording[] {
  if (triggers.length === 0)
    return [wording`A person starts it in Slack, or a program by the API.`];
  return triggers.map((trigger) => {
    const { type, id: _id, ...config } = trigger;
    const own = TRIGGER_TEXTS[type];
    const text: Wording = own === undefined ? wording`${type}` : [own];
    const members = Object.entries(config).map(
      ([name, value]) => wording`${name} ${showMember(toJson(value))}`,
    );
    if (members.length === 0) return text;
    return wording`${text} (${joinWordings(members, ", ")})`;
  });
}

/** Of a list, such as channels and keywords, one is enough. */
function showMember(value: Json): Wording {
  const texts = Array.isArray(value) ? value.filter((one) => typeof one === "string") : [];
  if (!Array.isArray(value) || texts.length < value.length) return wording`${asText(value)}`;
  return joinWordings(
    texts.map((one) => wording`${one}`),
    " or ",
  );
}

/** Kinds that are not here are shown by their name. */
const TRIGGER_TEXTS: Readonly<Record<string, string>> = {
  manual: "A person starts it in Slack, or a program by the API",
  api: "A person starts it in Slack, or a program by the API",
  slash: "A person starts it with the slash command",
  message: "A message in a channel starts it",
  mention: "A message that mentions the bot starts it",
  reaction: "An emoji on a message starts it",
  "file-shared": "A file that is shared in a channel starts it",
  "member-joined": "A member who joins a channel starts it",
  "channel-created": "A new public channel starts it",
  shortcut: "A person starts it by a shortcut, alone or for a message",
  schedule: "The clock starts it",
  webhook: "A request of another system starts it",
  event: "A named event starts it: sent by another system, or the end of another workflow's run",
  "database-change": "New rows in a database start it",
};

function describeAccess({ permissions = {} }: Definition): readonly Wording[] {
  const { run, edit, deploy, view } = permissions;
  const also = (may: string, who: readonly string[] | undefined): readonly Wording[] =>
    who === undefined ? [] : [wording`${listValues(who)} and admins ${[may]}.`];
  return [
    ...(run === undefined ? [wording`Members of the workspace may start it.`] : []),
    ...also("may start it", run),
    ...also("may draft changes of it", edit),
    ...also("may deploy versions of it, without another question", deploy),
    ...also("may see all of its runs", view),
  ];
}

function describeInputs({ inputs = {} }: Definition): readonly Wording[] {
  return Object.entries(inputs).map(([name, input]) => {
    const { type, label, required, ...rest } = input;
    const about = label === undefined ? wording`` : wording`: ${label}`;
    const more = Object.entries(rest).flatMap(([member, value]): readonly Wording[] =>
      value === undefined || value === false
        ? []
        : [
            wording`; ${member} ${input.sensitive && member === "default" ? "…" : asText(toJson(value))}`,
          ],
    );
    const kind = required ? wording`${type}, required` : wording`${type}`;
    return wording`${name} (${kind})${about}${more.flat()}`;
  });
}

function describeSecrets(triggers: readonly TriggerDefinition[]): readonly Wording[] {
  return triggers.flatMap(({ secret, signature, challenge, path }) => {
    const holders = [secret, readOwn(signature, "secret"), readOwn(challenge, "token")];
    const names = holders.flat().filter((name) => typeof name === "string");
    return [...new Set(names)].map(
      (name) =>
        wording`${name}: proves who sends to ${asText(toJson(path ?? ""))}; it is not sent anywhere`,
    );
  });
}

function describeLimits({ id, limits }: Definition): readonly Wording[] {
  const { maxCostUsd, maxSteps, timeout } = limits;
  return [
    [`AI may cost $${maxCostUsd.toFixed(2)} a run at most.`],
    [`A run ends after ${formatDuration(timeout)} or ${counted(maxSteps, "step")} at the latest.`],
    wording`Its end is an event that may start other workflows: ${`${id}.completed`}, ${`${id}.failed`}, ${`${id}.cancelled`}.`,
  ];
}

/** What has no part of its own: what a later release adds is not overlooked. */
function describeSettings(definition: Definition): readonly Wording[] {
  const { id: _id, name: _name, version: _version, description: _text, ...named } = definition;
  const { trigger: _trigger, triggers: _triggers, inputs: _inputs, ...rest } = named;
  const { steps: _steps, permissions: _may, report: _report, sharedChannels: _to, ...other } = rest;
  const { limits, ...settings } = other;
  const { maxCostUsd: _cost, maxSteps: _most, timeout: _time, ...limiting } = limits;
  const all: JsonObject = { ...Object(toJson(limiting)), ...Object(toJson(settings)) };
  return Object.entries(all).map(([name, value]) => wording`${name}: ${asText(value)}`);
}
