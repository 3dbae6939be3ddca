import { formatDuration } from "../../shared/duration.ts";
import type { ServiceRegistry } from "../ports/service.ts";
import { describeSteps, type StepExplanation, showText } from "./explain-steps.ts";
import { type Definition, type TriggerDefinition, triggersOf } from "./schema.ts";

/** A definition in plain words, for people who decide about it. Made by code, never by a model. Plain text, nothing escaped. */
export interface Explanation {
  readonly name: string;
  readonly description: string | null;
  /** What starts it. */
  readonly triggers: readonly string[];
  /** The values that a person gives at the start. */
  readonly inputs: readonly string[];
  /** What happens, in the order of the definition; those of branches follow their step. */
  readonly steps: readonly StepExplanation[];
  /** What it changes outside, and where. */
  readonly sideEffects: readonly string[];
  /** Who is asked to approve what. */
  readonly approvers: readonly string[];
  readonly limits: readonly string[];
}

/** @param services - say what an action does and whether it changes something outside. */
export function explain(definition: Definition, services: ServiceRegistry): Explanation {
  const { steps, sideEffects, approvers } = describeSteps(definition.steps, services);
  const { report } = definition;
  const reports =
    report === undefined || report.on === "none"
      ? []
      : [`Reports ${report.on === "all" ? "every run" : "failures"} in ${report.channel}.`];
  return {
    name: definition.name,
    description: definition.description ?? null,
    triggers: describeTriggers(triggersOf(definition)),
    inputs: describeInputs(definition),
    steps,
    sideEffects: [...new Set([...sideEffects, ...reports, ...describeReaders(definition)])],
    approvers: [...new Set(approvers)],
    limits: describeLimits(definition),
  };
}

function describeReaders({ sharedChannels }: Definition): readonly string[] {
  return sharedChannels === "allow"
    ? ["Its cards may stand in channels that people of other organizations read."]
    : [];
}

function describeTriggers(triggers: readonly TriggerDefinition[]): readonly string[] {
  if (triggers.length === 0) return ["Somebody starts it, in Slack or by the API."];
  return triggers.map((trigger) => {
    const { type, id: _id, ...config } = trigger;
    const members = Object.entries(config).map(([name, value]) => `${name} ${showMember(value)}`);
    const given = members.length === 0 ? "" : ` (${members.join(", ")})`;
    return `${TRIGGER_TEXTS[type] ?? type}${given}`;
  });
}

/** Of a list, such as channels and keywords, one is enough. */
function showMember(value: unknown): string {
  const isTexts = Array.isArray(value) && value.every((one) => typeof one === "string");
  return showText(isTexts ? value.join(" or ") : value);
}

/** Kinds that are not here are shown by their name. */
const TRIGGER_TEXTS: Readonly<Record<string, string>> = {
  manual: "Somebody starts it, in Slack or by the API",
  api: "Somebody starts it, in Slack or by the API",
  slash: "Somebody starts it with the slash command",
  message: "A message in a channel starts it",
  reaction: "An emoji on a message starts it",
  shortcut: "Somebody starts it by a shortcut, alone or for a message",
  schedule: "The clock starts it",
  webhook: "A request of another system starts it",
  event: "A named event starts it: told by another system, or the end of another workflow's run",
  "database-change": "New rows in a database start it",
};

function describeInputs({ inputs = {} }: Definition): readonly string[] {
  return Object.entries(inputs).map(([name, { type, label, required }]) => {
    const about = label === undefined ? "" : `: ${label}`;
    return `${name} (${type}${required ? ", required" : ""})${about}`;
  });
}

function describeLimits({ limits }: Definition): readonly string[] {
  const { maxCostUsd, maxSteps, timeout } = limits;
  return [
    `AI may cost $${maxCostUsd.toFixed(2)} a run at most.`,
    `A run ends after ${formatDuration(timeout)} or ${maxSteps} steps at the latest.`,
  ];
}
