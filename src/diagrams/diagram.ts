import { DEFAULT_ROUTE, END, normalizeNext } from "../engine/definition/graph.ts";
import { type Definition, StepDefinition, triggersOf } from "../engine/definition/schema.ts";
import { EACH } from "../engine/definition/step-type.ts";
import { counted } from "../shared/counted.ts";
import { formatDuration } from "../shared/duration.ts";
import { isJsonObject, type Json, type JsonObject } from "../shared/json.ts";
import { showHiddenInLine } from "../shared/visible-text.ts";

/** A definition as nodes and edges, for pictures and text. It holds no positions and nothing of a run. */
export interface Diagram {
  readonly workflowId: string;
  /** As its author called it. */
  readonly name: string;
  /** What starts it: types of its triggers, each once. */
  readonly triggers: readonly string[];
  readonly root: DiagramBody;
  /** Steps of all bodies. */
  readonly steps: number;
}

/** Steps that belong together: the root, a branch, or what is done for each item. */
export interface DiagramBody {
  /** Branch id, or `*` for the body of items; empty: the root. */
  readonly id: string;
  /** What stands at its head; empty: nothing. */
  readonly label: string;
  /** In the order of the definition; the first one is entered first. */
  readonly nodes: readonly DiagramNode[];
  readonly edges: readonly DiagramEdge[];
}

/** A step. */
export interface DiagramNode {
  /** Where it stands: `pay`, `ask-both/one/half`, `each/&#42;/greet`. Unique in the diagram. */
  readonly place: string;
  readonly id: string;
  /** As its author called it; else its id. */
  readonly title: string;
  readonly type: string;
  /** The type in words: `AI decision`. */
  readonly kind: string;
  /** What it does, as short as possible: `slack.sendMessage`; empty: nothing to be said. */
  readonly does: string;
  /** What else follows from it: `up to 5 tries`. */
  readonly notes: readonly string[];
  readonly bodies: readonly DiagramBody[];
}

/** `failure`: after a failure; `timeout`: nothing happened in time; `doubt`: AI was not sure enough. */
export type EdgeKind = "route" | "failure" | "timeout" | "doubt";

/** Ways from one step to another, or to the end of the body (`to` is `null`). Ways of several kinds to one place are a `route`. */
export interface DiagramEdge {
  /** Places. */
  readonly from: string;
  readonly to: string | null;
  readonly kind: EdgeKind;
  /** Routing keys in the order of the definition; empty: whatever the output. */
  readonly labels: readonly string[];
}

/** Names a way within a diagram; after a failure there may be another one between the same two steps. */
export function edgeKey(from: string, to: string | null, isFailure: boolean): string {
  return `${from}>${to ?? ""}${isFailure ? "!" : ""}`;
}

/** What the route for every other output is called beside named ones. */
const OTHERWISE = "otherwise";

const KINDS: Readonly<Record<string, string>> = {
  "ai-decision": "AI decision",
  approval: "Approval",
  foreach: "For each item",
  parallel: "Side by side",
  service: "Service",
  transform: "Calculation",
  wait: "Wait",
  workflow: "Workflow",
};

/** Makes the diagram of a definition that was checked; a route to a step that does not exist is left out. Pure. */
export function toDiagram(definition: Definition): Diagram {
  const root = toBody({ id: "", label: "", steps: definition.steps }, "");
  return {
    workflowId: definition.id,
    name: visible(definition.name),
    triggers: [...new Set(triggersOf(definition).map(({ type }) => type))],
    root,
    steps: allNodes(root).length,
  };
}

/**
 * The nodes of a body and of all bodies within, those of a step right after it.
 *
 * @internal exported for its test
 */
export function allNodes(body: DiagramBody): readonly DiagramNode[] {
  return body.nodes.flatMap((node) => [node, ...node.bodies.flatMap(allNodes)]);
}

interface BodySource {
  readonly id: string;
  readonly label: string;
  readonly steps: readonly StepDefinition[];
}

function toBody({ id, label, steps }: BodySource, prefix: string): DiagramBody {
  const known = new Set(steps.map((step) => step.id));
  const isRoot = prefix === "";
  const edges = steps.flatMap((step, index) => {
    const following = isRoot ? undefined : steps[index + 1]?.id;
    return edgesOf(step, following, prefix).filter(
      ({ to }) => to === null || known.has(to.slice(prefix.length)),
    );
  });
  return { id, label: visible(label), nodes: steps.map((step) => toNode(step, prefix)), edges };
}

function toNode(step: StepDefinition, prefix: string): DiagramNode {
  const { id, type, name, config } = step;
  const place = `${prefix}${id}`;
  return {
    place,
    id,
    title: visible(name ?? id),
    type,
    kind: KINDS[type] ?? type,
    does: visible(whatItDoes(type, config)),
    notes: notesOf(step),
    bodies: bodiesOf(type, config).map((body) => toBody(body, `${place}/${body.id}/`)),
  };
}

function whatItDoes(type: string, config: JsonObject): string {
  const text = (name: string): string => asText(config[name]);
  switch (type) {
    case "service":
      return config["action"] === undefined
        ? text("service")
        : `${text("service")}.${text("action")}`;
    case "workflow":
      return text("workflowId");
    case "wait":
      return waitsFor(config);
    default:
      return "";
  }
}

function waitsFor({ event, until, duration }: JsonObject): string {
  if (event !== undefined) return `for ${asText(event)}`;
  if (until !== undefined) return `until ${asText(until)}`;
  return typeof duration === "number" ? formatDuration(duration) : asText(duration);
}

function notesOf({ retryPolicy, onFailure, config }: StepDefinition): readonly string[] {
  const { concurrency, join } = config;
  return [
    ...(retryPolicy === undefined
      ? []
      : [`up to ${counted(retryPolicy.maxRetries, "try", "tries")}`]),
    ...(onFailure === "skip" ? ["a failure is skipped"] : []),
    ...(typeof concurrency === "number" && concurrency > 1 ? [`${concurrency} at a time`] : []),
    ...(join === "any" ? ["the first one counts"] : []),
    ...(typeof join === "number" ? [`${join} have to complete`] : []),
  ];
}

function bodiesOf(type: string, config: JsonObject): readonly BodySource[] {
  const { branches, steps, items } = config;
  if (Array.isArray(branches)) return branches.flatMap(toBranch);
  const inner = readSteps(steps);
  if (type !== "foreach" || inner.length === 0) return [];
  return [{ id: EACH, label: `for each of ${asText(items)}`, steps: inner }];
}

function toBranch(branch: Json): readonly BodySource[] {
  if (!isJsonObject(branch)) return [];
  const { id, timeoutMs, steps } = branch;
  const inner = readSteps(steps);
  if (inner.length === 0) return [];
  const limit =
    typeof timeoutMs === "number" ? `, at most ${formatDuration(timeoutMs)}` : timeLimit(timeoutMs);
  return [{ id: asText(id), label: `${asText(id)}${limit}`, steps: inner }];
}

function timeLimit(written: Json | undefined): string {
  return typeof written === "string" ? `, at most ${written}` : "";
}

function readSteps(steps: Json | undefined): readonly StepDefinition[] {
  if (!Array.isArray(steps)) return [];
  return steps.flatMap((step: Json) => StepDefinition.safeParse(step).data ?? []);
}

/** Text of an author, for a picture: what cannot be seen is shown by marks. */
function visible(text: string): string {
  return showHiddenInLine(text);
}

function asText(value: Json | undefined): string {
  if (value === undefined) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}

interface Way {
  readonly to: string | null;
  readonly kind: EdgeKind;
  readonly label: string;
}

/** Ways to the same place are one edge, but for that after a failure. */
function edgesOf(
  step: StepDefinition,
  following: string | undefined,
  prefix: string,
): readonly DiagramEdge[] {
  const edges = new Map<string, DiagramEdge>();
  const from = `${prefix}${step.id}`;
  for (const { to: target, kind, label } of waysOf(step, following)) {
    const to = target === null ? null : `${prefix}${target}`;
    const key = edgeKey(from, to, kind === "failure");
    const before = edges.get(key);
    const labels = [...(before?.labels ?? []), ...(label === "" ? [] : [visible(label)])];
    const isMixed = before !== undefined && before.kind !== kind;
    edges.set(key, { from, to, kind: isMixed ? "route" : kind, labels });
  }
  return [...edges.values()];
}

function waysOf(step: StepDefinition, following: string | undefined): readonly Way[] {
  const { type, config, onFailure, fallbackStep } = step;
  // At the root a missing `next` ends the run; in a branch the next step of the list follows.
  const routes = [...normalizeNext({ next: step.next ?? following })];
  const ways = routes.map(
    ([key, target]): Way => ({
      to: targetOf(target),
      kind: isTimeout(type, key) ? "timeout" : "route",
      label: labelOf(key, routes.length),
    }),
  );
  const { onLowConfidence } = config;
  if (typeof onLowConfidence === "string")
    ways.push({ to: targetOf(onLowConfidence), kind: "doubt", label: "not sure" });
  if (onFailure === "fallback" && fallbackStep !== undefined)
    ways.push({ to: fallbackStep, kind: "failure", label: "on failure" });
  return ways;
}

function targetOf(id: string): string | null {
  return id === END ? null : id;
}

function labelOf(key: string, routes: number): string {
  if (key !== DEFAULT_ROUTE) return key;
  return routes === 1 ? "" : OTHERWISE;
}

function isTimeout(type: string, key: string): boolean {
  return (type === "approval" && key === "expired") || (type === "wait" && key === "timeout");
}
