import {
  hashJson,
  isJsonObject,
  type Json,
  type JsonObject,
  readOwn,
  toJson,
} from "../../shared/json.ts";
import { type Definition, StepDefinition, triggersOf } from "./schema.ts";
import type { BodyPlace } from "./step-type.ts";

/** One thing in which two versions differ. */
export interface DefinitionChange {
  readonly kind: "added" | "removed" | "changed";
  readonly area: "step" | "route" | "trigger" | "input" | "limit" | "setting";
  /** The step as `id`, or `outer/branch/id`; the input's name; the trigger's type and number; the setting. */
  readonly of: string;
  /** Which member of it: `config.url`, `retryPolicy`. Absent: the whole. */
  readonly member?: string;
  /** `null`: was not there. */
  readonly from: Json;
  /** `null`: is not there any more. */
  readonly to: Json;
}

/** What comes and what goes, each as a line for people. */
export interface Gains {
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

/** How two versions of a workflow differ. */
export interface DefinitionDiff {
  readonly changes: readonly DefinitionChange[];
  /** What it changes outside. */
  readonly sideEffects: Gains;
  /** Where it sends something: channels, addresses, connections. */
  readonly destinations: Gains;
}

/** What a comparison has to know about the kinds of steps. */
export interface DiffContext {
  readonly bodiesIn: (step: StepDefinition) => readonly BodyPlace[];
  readonly sideEffectsOf: (definition: Definition) => readonly string[];
}

/** Says how a definition became another one, defaults filled in on both sides. Pure. */
export function diffDefinitions(
  from: Definition,
  to: Definition,
  context: DiffContext,
): DefinitionDiff {
  const before = stepsOf(from.steps, context, "");
  const after = stepsOf(to.steps, context, "");
  return {
    changes: [
      ...diffSettings(from, to),
      ...diffMembers("trigger", countedTriggers(from), countedTriggers(to)),
      ...diffMembers("input", toJson(from.inputs ?? {}), toJson(to.inputs ?? {})),
      ...diffMembers("limit", toJson(from.limits), toJson(to.limits)),
      ...diffSteps(before, after),
      ...diffStart(from, to),
    ],
    sideEffects: gains(context.sideEffectsOf(from), context.sideEffectsOf(to)),
    destinations: gains(destinationsOf(from, before), destinationsOf(to, after)),
  };
}

/** A step with the place by which it is found again in another version. */
interface PlacedStep {
  readonly place: string;
  readonly definition: StepDefinition;
  /** Its configuration without the steps that it holds: those are compared by themselves. */
  readonly config: JsonObject;
}

function stepsOf(
  steps: readonly StepDefinition[],
  context: DiffContext,
  outer: string,
): readonly PlacedStep[] {
  return steps.flatMap((definition) => {
    const place = `${outer}${definition.id}`;
    const bodies = context.bodiesIn(definition);
    const inner = bodies.flatMap((body) => {
      const innerSteps = Array.isArray(body.steps) ? body.steps : [];
      const parsed = innerSteps.flatMap((step: Json) => StepDefinition.safeParse(step).data ?? []);
      return stepsOf(parsed, context, `${place}/${body.id === "" ? "" : `${body.id}/`}`);
    });
    return [{ place, definition, config: withoutBodies(definition.config, bodies) }, ...inner];
  });
}

function withoutBodies(config: JsonObject, bodies: readonly BodyPlace[]): JsonObject {
  const paths = new Set(bodies.map(({ path }) => path.join("/")));
  const strip = (value: Json, path: string): Json => {
    if (Array.isArray(value)) return value.map((item: Json, n) => strip(item, `${path}${n}/`));
    if (!isJsonObject(value)) return value;
    const kept = Object.entries(value).filter(([name]) => !paths.has(`${path}${name}`));
    return Object.fromEntries(kept.map(([name, part]) => [name, strip(part, `${path}${name}/`)]));
  };
  const stripped = strip(config, "");
  return isJsonObject(stripped) ? stripped : {};
}

function diffSteps(
  before: readonly PlacedStep[],
  after: readonly PlacedStep[],
): readonly DefinitionChange[] {
  const old = new Map(before.map((step) => [step.place, step]));
  const kept = new Set(after.map((step) => step.place));
  const changed = after.flatMap((step) => {
    const earlier = old.get(step.place);
    if (!earlier) return [whole("added", step)];
    return earlier.definition.type === step.definition.type
      ? diffStep(earlier, step)
      : [whole("removed", earlier), whole("added", step)];
  });
  const gone = before.filter((step) => !kept.has(step.place)).map((step) => whole("removed", step));
  return [...gone, ...changed];
}

function whole(kind: "added" | "removed", { place, definition }: PlacedStep): DefinitionChange {
  const { type } = definition;
  return {
    kind,
    area: "step",
    of: place,
    from: kind === "removed" ? type : null,
    to: kind === "added" ? type : null,
  };
}

function diffStep(before: PlacedStep, after: PlacedStep): readonly DefinitionChange[] {
  const of = after.place;
  const { next, fallbackStep, onFailure, ...rest } = envelope(after.definition);
  const old = envelope(before.definition);
  const members = [
    ...Object.keys(rest).map((name) => ({ name, from: old[name], to: rest[name] })),
    ...namesOf(before.config, after.config).map((name) => ({
      name: `config.${name}`,
      from: own(before.config, name),
      to: own(after.config, name),
    })),
  ];
  const routes = [
    { name: "next", from: old["next"], to: next },
    { name: "onFailure", from: old["onFailure"], to: onFailure },
    { name: "fallbackStep", from: old["fallbackStep"], to: fallbackStep },
  ];
  return [
    ...members.flatMap((member) => change("step", of, member)),
    ...routes.flatMap((member) => change("route", of, member)),
  ];
}

/** The members that all kinds of steps have, besides id, type and configuration. */
function envelope(step: StepDefinition): Readonly<Record<string, Json>> {
  return {
    name: step.name ?? null,
    retryPolicy: step.retryPolicy ?? null,
    timeoutMs: step.timeoutMs ?? null,
    onUnknown: step.onUnknown ?? null,
    sensitive: step.sensitive ?? null,
    onFailure: step.onFailure,
    fallbackStep: step.fallbackStep ?? null,
    next: step.next ?? null,
  };
}

/** A run begins with the first step of the list, wherever the others stand. */
function diffStart(from: Definition, to: Definition): readonly DefinitionChange[] {
  const first = (definition: Definition): Json => definition.steps[0]?.id ?? null;
  return change("route", "(start)", { name: "", from: first(from), to: first(to) });
}

function diffSettings(from: Definition, to: Definition): readonly DefinitionChange[] {
  const before = settingsOf(from);
  const after = settingsOf(to);
  return namesOf(before, after).flatMap((name) =>
    change("setting", name, { name: "", from: own(before, name), to: own(after, name) }),
  );
}

/** Everything that has no comparison of its own: what a later release adds is not overlooked. */
function settingsOf(definition: Definition): JsonObject {
  const { id: _id, version: _version, steps: _steps, inputs: _inputs, ...rest } = definition;
  const { trigger: _trigger, triggers: _triggers, limits: _limits, ...settings } = rest;
  const json = toJson(settings);
  return isJsonObject(json) ? json : {};
}

/** Triggers by type and number, since most have no id: `schedule`, `webhook 2`. */
function countedTriggers(definition: Definition): JsonObject {
  const counts = new Map<string, number>();
  return Object.fromEntries(
    triggersOf(definition).map((one) => {
      const count = (counts.get(one.type) ?? 0) + 1;
      counts.set(one.type, count);
      return [`${one.type}${count === 1 ? "" : ` ${count}`}`, toJson(one)];
    }),
  );
}

function diffMembers(
  area: "trigger" | "input" | "limit",
  from: Json,
  to: Json,
): readonly DefinitionChange[] {
  const before = isJsonObject(from) ? from : {};
  const after = isJsonObject(to) ? to : {};
  return namesOf(before, after).flatMap((name) =>
    change(area, name, { name: "", from: own(before, name), to: own(after, name) }),
  );
}

interface Member {
  readonly name: string;
  readonly from: Json | undefined;
  readonly to: Json | undefined;
}

function change(
  area: DefinitionChange["area"],
  of: string,
  { name, from = null, to = null }: Member,
): readonly DefinitionChange[] {
  if (hashJson(from) === hashJson(to)) return [];
  const kind = from === null ? "added" : to === null ? "removed" : "changed";
  return [{ kind, area, of, ...(name !== "" && { member: name }), from, to }];
}

function namesOf(before: JsonObject, after: JsonObject): readonly string[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])];
}

function own(object: JsonObject, name: string): Json | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

/** Parameters that say where something goes, of whatever service. */
const DESTINATIONS = ["channel", "to", "cc", "bcc", "replyTo", "url", "connection"] as const;

function destinationsOf({ report }: Definition, steps: readonly PlacedStep[]): readonly string[] {
  const reports = report && report.on !== "none" ? [`report → ${report.channel}`] : [];
  const sends = steps.flatMap(({ definition, config }) => {
    const service = readOwn(config, "service");
    const by = typeof service === "string" ? service : definition.type;
    return DESTINATIONS.flatMap((name) => {
      const value = own(config, name);
      const all = Array.isArray(value) ? value : [value ?? null];
      return all.flatMap((one: Json) => (typeof one === "string" ? [`${by} → ${one}`] : []));
    });
  });
  return [...reports, ...sends];
}

function gains(before: readonly string[], after: readonly string[]): Gains {
  const old = new Set(before);
  const now = new Set(after);
  return {
    added: [...now].filter((line) => !old.has(line)),
    removed: [...old].filter((line) => !now.has(line)),
  };
}
