import type { ExecutionView } from "../../engine/api/executions.ts";
import { END, normalizeNext } from "../../engine/definition/graph.ts";
import type { Definition } from "../../engine/definition/schema.ts";
import { MASK } from "../../engine/model/mask.ts";
import { keepDirection } from "../../shared/direction.ts";
import { type Json, readOwn } from "../../shared/json.ts";
import { omitUndefined } from "../../shared/omit-undefined.ts";
import { shorten } from "../../shared/shorten.ts";
import { isUserId } from "../../shared/slack-ids.ts";
import { type GroupIds, groupIdOf } from "../../slack/groups.ts";
import { escapeText, mentionChannel, mentionPerson, showValue } from "../../slack/text.ts";

/** A value that is longer is cut on a card. */
const VALUE_CHARS = 300;
/** As long as a definition may make the name of a step. */
const NAME_CHARS = 80;

/** What cards need to know of the definition. */
export interface CardContext {
  /** Name of a step for people: its `name`, else its id; shortened, and kept from turning the words around it. */
  stepName(stepId: string): string;
  /** The steps at the root that follow this one wherever it leads, unless the run ends; those after a fork are not among them. */
  stepsAfter(stepId: string): readonly string[];
  /** An approver as the definition names them, so that Slack notifies who is meant. */
  mention(approver: string): string;
  /** May its cards stand in channels that other organizations read, whatever was allowed there? */
  readonly allowsShared: boolean;
  /** Inputs in the order of the definition, with values fit to show: `sensitive` ones are hidden. */
  shownInputs(view: ExecutionView): readonly ShownInput[];
}

export interface ShownInput {
  readonly label: string;
  /** `null`: hidden. */
  readonly value: ExecutionView["variables"][string] | null;
  readonly hidden: boolean;
  /** The value is the id of a person or a channel. */
  readonly names?: "user" | "channel";
}

/**
 * @param groups - user groups by handle: `@finance` in a definition is only text to Slack.
 * @param isPrivate - one person reads it, and the view was made for them: it says itself what they do not see.
 */
export function createCardContext(
  definition: Definition,
  groups: GroupIds,
  isPrivate = false,
): CardContext {
  const names = new Map(namesIn(definition.steps));
  const inputs = Object.entries(definition.inputs ?? {});
  const shownOf = (view: ExecutionView): ShownInput[] => {
    if (definition.inputs === undefined) {
      return Object.entries(view.variables).map(([label, value]) => ({
        ...{ label, value, hidden: false },
        ...omitUndefined({
          names: namesOfTrigger(view.trigger, label, value) ?? namesOfField(view.requests, label),
        }),
      }));
    }
    return inputs.flatMap(([name, input]): ShownInput[] => {
      const value = view.variables[name];
      if (value === undefined || value === null) return [];
      const label = input.label ?? name;
      if (input.sensitive && (!isPrivate || value === MASK))
        return [{ label, value: null, hidden: true }];
      const { type } = input;
      const names = type === "user" || type === "channel" ? { names: type } : {};
      return [{ label, value, hidden: false, ...names }];
    });
  };
  return {
    allowsShared: definition.sharedChannels === "allow",
    stepName: (stepId) => keepDirection(shorten(names.get(stepId) ?? stepId, NAME_CHARS)),
    stepsAfter: (stepId) => certainWay(definition, stepId),
    mention: (approver) => mentionApprover(approver, groups),
    shownInputs: shownOf,
  };
}

/**
 * Whom or what a value names that came with a trigger of Slack: its person and its channel are known to be ids, and so is the
 * author of the message that it came from.
 */
export function namesOfTrigger(
  trigger: ExecutionView["trigger"],
  name: string,
  value: Json,
): ShownInput["names"] {
  const { userId, channel } = trigger;
  if (userId === undefined) return undefined;
  if (value === userId || name === "messageUser") return "user";
  return value === channel ? "channel" : undefined;
}

/** What a variable names that a card lets people edit, by the type of its field. */
function namesOfField(requests: ExecutionView["requests"], name: string): ShownInput["names"] {
  const fields = requests.flatMap(({ opened }) => opened.editable ?? []);
  const type = fields.find((field) => field.name === name)?.type;
  return type === "user" || type === "channel" ? type : undefined;
}

/** From a step on, as long as only one step may come next. */
function certainWay({ steps }: Definition, from: string): readonly string[] {
  const byId = new Map(steps.map((step) => [step.id, step]));
  const way = new Set<string>();
  for (let step = byId.get(from); step !== undefined; ) {
    const targets = [...normalizeNext(step).values()];
    // A failure may lead elsewhere.
    if (step.fallbackStep !== undefined) targets.push(step.fallbackStep);
    const [only, ...others] = new Set(targets.filter((target) => target !== END));
    // The run may come back to where it was.
    if (only === undefined || others.length > 0 || only === from || way.has(only)) break;
    way.add(only);
    step = byId.get(only);
  }
  return [...way];
}

/** Ids and names of steps and of those in the bodies that they hold. */
function namesIn(steps: unknown): readonly (readonly [string, string])[] {
  if (!Array.isArray(steps)) return [];
  return steps.flatMap((step: unknown) => {
    const id = readOwn(step, "id");
    if (typeof id !== "string") return [];
    const name = readOwn(step, "name");
    const config = readOwn(step, "config");
    const branches = readOwn(config, "branches");
    const bodies: readonly unknown[] = Array.isArray(branches) ? branches : [config];
    const inner = bodies.flatMap((body) => namesIn(readOwn(body, "steps")));
    return [[id, typeof name === "string" ? name : id] as const, ...inner];
  });
}

/** A person or user group as Slack shows and notifies them; what is neither is shown as text. */
function mentionApprover(approver: string, groups: GroupIds): string {
  const person = /^<@([A-Z0-9]+)(?:\|[^>]*)?>$/.exec(approver)?.[1] ?? approver;
  const group = isUserId(person) ? null : groupIdOf(approver, groups);
  return group === null ? mentionPerson(person) : `<!subteam^${group}>`;
}

/** Name and value of each input, ready for `fields`. */
export function showInputs(view: ExecutionView, context: CardContext): [string, string][] {
  return context
    .shownInputs(view)
    .map((input) => [escapeText(input.label), showInput(input, VALUE_CHARS)]);
}

/** One input in mrkdwn. @param limit - characters; `Infinity`: whole. */
export function showInput({ value, hidden, names }: ShownInput, limit: number): string {
  if (hidden) return "_hidden_";
  if (typeof value === "string" && names === "user") return mentionPerson(value);
  if (typeof value === "string" && names === "channel") return mentionChannel(value);
  return showValue(value, limit);
}

/** Does a card cut this input? */
export function isCutOnCard(input: ShownInput): boolean {
  return showInput(input, Number.POSITIVE_INFINITY).length > VALUE_CHARS;
}
