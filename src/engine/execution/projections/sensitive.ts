import { isFileValue } from "../../../shared/file-value.ts";
import { isJsonObject, type Json, type JsonObject } from "../../../shared/json.ts";
import type { Definition } from "../../definition/schema.ts";
import { MASK } from "../../model/mask.ts";
import type { ReadonlyState } from "../../model/state.ts";

/** Shorter texts and numbers are masked where they stand, not where they occur in other texts: they would occur everywhere. */
const MIN_LENGTH = 3;

/** Longer texts are looked for as they are, without regard for other spellings. */
const MAX_PATTERN = 1000;

/** Values that are looked for in texts; with more, every text is masked. */
const MAX_VALUES = 2000;

/**
 * Spellings of values times characters of all texts that one masker looks for them in, about 0.1 s; texts beyond
 * that are masked whole.
 */
const MAX_SEARCH = 50_000_000;

/** Members that name something and hold no value of the run. */
const NAMES: ReadonlySet<string> = new Set([
  "id",
  "executionId",
  "workflowId",
  "workflowName",
  "requestId",
  "stepId",
  "path",
  "hash",
  "channel",
  "threadTs",
  "by",
  "approvers",
  "excluded",
  "userId",
  "type",
  "status",
  "for",
  "code",
  "choice",
  "decision",
  "round",
  "model",
  "role",
]);

/** Masks what is sensitive in an execution. */
export interface Masker {
  /** Variables whose values are sensitive. */
  readonly variables: ReadonlySet<string>;
  /** Steps whose outputs are sensitive. */
  readonly steps: ReadonlySet<string>;
  /** A text in which sensitive values are replaced. */
  text(text: string): string;
  /** The same for every text and number within a value; members that name something stay. */
  value<T>(value: T): T;
}

/**
 * What of an execution only starter, approvers and admins see: inputs and outputs that the definition calls `sensitive`, and their
 * values wherever they occur.
 *
 * @returns `null` when nothing is.
 */
export function sensitiveOf(definition: Definition, state: ReadonlyState): Masker | null {
  const steps = new Map<string, string | null>();
  collectSteps(definition.steps, steps);
  const inputs = Object.entries(definition.inputs ?? {}).filter(([, input]) => input.sensitive);
  const written = [...steps.values()].filter((name) => name !== null);
  const variables = new Set([...inputs.map(([name]) => name), ...written]);
  if (variables.size === 0 && steps.size === 0) return null;
  const values = new Set<string | number>();
  for (const given of [state.start.variables, state.variables])
    for (const name of variables)
      if (Object.hasOwn(given, name)) collect(given[name] ?? null, values);
  for (const { stepId, output } of state.steps) if (steps.has(stepId)) collect(output, values);
  const replace = replacer(values);
  return { variables, steps: new Set(steps.keys()), text: replace, value: deep(replace, values) };
}

/** Steps that are sensitive, in the bodies of others too, with the variable that takes their output. */
function collectSteps(node: unknown, found: Map<string, string | null>): void {
  if (Array.isArray(node)) for (const one of node) collectSteps(one, found);
  if (!isJsonObject(node)) return;
  const { id, type, sensitive, config } = node;
  if (sensitive === true && typeof id === "string" && typeof type === "string") {
    const variable = isJsonObject(config) ? config["outputVariable"] : null;
    found.set(id, typeof variable === "string" ? variable : null);
  }
  for (const member of Object.values(node)) collectSteps(member, found);
}

/** Texts and numbers that are long enough to be distinguished from others. */
function collect(value: Json, into: Set<string | number>): void {
  if (typeof value === "number" && String(value).length >= MIN_LENGTH) into.add(value);
  if (typeof value === "string" && value.trim().length >= MIN_LENGTH) into.add(value.trim());
  // What kind of file it is, and how large, is found in many others.
  if (isFileValue(value)) for (const own of [value.name, value.ref]) collect(own, into);
  else if (Array.isArray(value)) for (const one of value as readonly Json[]) collect(one, into);
  else if (isJsonObject(value)) for (const one of Object.values(value)) collect(one, into);
}

function replacer(values: ReadonlySet<string | number>): (text: string) => string {
  if (values.size > MAX_VALUES) return () => MASK;
  const texts = [...values].filter((value) => typeof value === "string");
  const long = texts.filter((text) => text.length > MAX_PATTERN);
  const spellings = texts.filter((text) => text.length <= MAX_PATTERN).flatMap(spellingsOf);
  const patterns = [
    ...new Set(spellings.toSorted((a, b) => b.length - a.length).map(RegExp.escape)),
    ...[...values].filter((value) => typeof value === "number").map(numberPattern),
  ];
  const pattern = patterns.length === 0 ? null : new RegExp(patterns.join("|"), "giu");
  let left = MAX_SEARCH;
  return (text) => {
    left -= text.length * (patterns.length + long.length);
    if (left < 0) return MASK;
    const shorter = long.reduce((rest, value) => rest.replaceAll(value, MASK), text);
    return pattern === null ? shorter : shorter.replaceAll(pattern, MASK);
  };
}

/** As it stands in plain text, in JSON, in Slack's markup and in an address. */
function spellingsOf(text: string): readonly string[] {
  const markup = text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  const address = text.isWellFormed() ? encodeURIComponent(text) : text;
  return [text, JSON.stringify(text).slice(1, -1), markup, address];
}

/** The number by itself, not as a part of a longer one. */
function numberPattern(value: number): string {
  return `(?<![\\d.,])${RegExp.escape(String(value))}(?!\\d|[.,]\\d)`;
}

function deep(replace: (text: string) => string, values: ReadonlySet<string | number>) {
  const mask = (value: unknown, name: string): unknown => {
    if (typeof value === "string") return NAMES.has(name) ? value : replace(value);
    if (typeof value === "number") return values.has(value) && !NAMES.has(name) ? MASK : value;
    if (Array.isArray(value)) return value.map((one: unknown) => mask(one, name));
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, mask(one, key)]));
  };
  // The shape stays: texts become texts, and sensitive numbers, which nothing counts with, a mask.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as said above
  return <T>(value: T): T => mask(value, "") as T;
}

/** An object in which some members are masked whole. */
export function maskMembers(object: JsonObject, names: ReadonlySet<string>): JsonObject {
  return Object.fromEntries(
    Object.entries(object).map(([name, value]) => [
      name,
      names.has(name) && value !== null ? MASK : value,
    ]),
  );
}
