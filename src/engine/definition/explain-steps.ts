import { isJsonObject, type Json, type JsonObject } from "../../shared/json.ts";
import { shorten } from "../../shared/shorten.ts";
import type { Service, ServiceAction, ServiceRegistry } from "../ports/service.ts";
import { describeDuration } from "./explain-duration.ts";
import { describeOptions } from "./explain-options.ts";
import { StepDefinition } from "./schema.ts";

/** One step in plain words. */
export interface StepExplanation {
  readonly id: string;
  readonly title: string;
  /** How deep within branches; 0: not in any. */
  readonly depth: number;
  readonly text: string;
  /** Which step follows, if it is not simply the next one. */
  readonly goesOn: string | null;
}

/** Steps, what they change outside, and whom they ask. */
export interface StepsExplanation {
  readonly steps: readonly StepExplanation[];
  readonly sideEffects: readonly string[];
  readonly approvers: readonly string[];
}

/** Describes what the steps of a body do, branches included. */
export function describeSteps(
  steps: readonly StepDefinition[],
  services: ServiceRegistry,
  depth = 0,
): StepsExplanation {
  const parts = steps.map((step, index): StepsExplanation => {
    const described = describeStep(step, services);
    const own: StepExplanation = {
      id: step.id,
      title: step.name ?? step.id,
      depth,
      text: described.text,
      goesOn: describeRoutes(step, steps[index + 1]?.id, depth > 0),
    };
    const inner = describeSteps(innerSteps(step.config), services, depth + 1);
    return {
      steps: [own, ...inner.steps],
      sideEffects: [...described.sideEffects, ...inner.sideEffects],
      approvers: [...described.approvers, ...inner.approvers],
    };
  });
  return {
    steps: parts.flatMap((part) => part.steps),
    sideEffects: parts.flatMap((part) => part.sideEffects),
    approvers: parts.flatMap((part) => part.approvers),
  };
}

interface StepDescription {
  readonly text: string;
  readonly sideEffects: readonly string[];
  readonly approvers: readonly string[];
}

function describeStep(
  { type, config, id, name }: StepDefinition,
  services: ServiceRegistry,
): StepDescription {
  switch (type) {
    case "service":
      return describeService(config, services);
    case "approval":
      return describeApproval(config, name ?? id);
    case "ai-decision":
      return inside(`Asks the AI${model(config)} for ${answerOf(config)}: ${promptOf(config)}`);
    case "transform":
      return inside(`Calculates ${showText(config["expression"] ?? config["set"])}`);
    case "wait":
      return inside(`Waits ${waitOf(config)}`);
    case "workflow":
      return describeChild(config);
    case "parallel":
      return inside("Does these side by side");
    case "foreach":
      return inside(`Does these for each of ${text(config, "items")}${atATime(config)}`);
    default:
      return inside(`${type}: ${showMembers(config)}`);
  }
}

/** A step that changes nothing outside. */
function inside(sentence: string): StepDescription {
  return { text: sentence, sideEffects: [], approvers: [] };
}

function describeService(config: JsonObject, services: ServiceRegistry): StepDescription {
  const { service: serviceName, action: actionName, outputVariable: _, ...params } = config;
  const name = showText(serviceName);
  const service = services.get(name);
  const called = showText(actionName ?? service?.defaultAction);
  const action = actionOf(service, called);
  // After the semicolon, summaries tell what comes back.
  const what = action?.summary.split(/[;.]/)[0] ?? `Calls ${name}.${called}`;
  const line = action?.describe?.(params) ?? `${what} (${name}.${called}). ${showMembers(params)}`;
  const changes = action === undefined || (action.sideEffect && action.reads?.(params) !== true);
  return { text: line, sideEffects: changes ? [line] : [], approvers: [] };
}

function actionOf(service: Service | undefined, name: string): ServiceAction | undefined {
  const actions = service?.actions ?? {};
  return Object.hasOwn(actions, name) ? actions[name] : undefined;
}

function describeApproval(config: JsonObject, title: string): StepDescription {
  const approvers = Array.isArray(config["approvers"])
    ? config["approvers"].map((approver: Json) => showText(approver)).join(", ")
    : "nobody";
  const required = typeof config["required"] === "number" ? config["required"] : 1;
  const channel = config["channel"];
  const place = typeof channel === "string" ? ` in ${channel}` : " where the run is shown";
  const timeout = describeDuration(config["timeout"]);
  const ends = timeout === null ? "" : `, and waits ${timeout} at most`;
  const count = required === 1 ? "one of them decides" : `${required} of them have to agree`;
  const self =
    config["allowSelfApproval"] === true ? " Whoever started the run may decide, too." : "";
  return {
    text: `Asks ${approvers}${place}: "${text(config, "title")}"; ${count}${ends}.${self}${describeOptions(config)}`,
    sideEffects: [`Posts a request for a decision${place} ("${title}").`],
    approvers: [`${approvers} (${count}): ${title}.${self}`],
  };
}

function model(config: JsonObject): string {
  return typeof config["model"] === "string" ? ` (${config["model"]})` : "";
}

function promptOf(config: JsonObject): string {
  const { promptRef } = config;
  return typeof promptRef === "string" ? `the prompt ${promptRef}` : `"${text(config, "prompt")}"`;
}

function answerOf(config: JsonObject): string {
  const { outputFormat, allowedValues, min, max } = config;
  switch (outputFormat) {
    case "enum":
      return `one of ${Array.isArray(allowedValues) ? allowedValues.join(", ") : "some values"}`;
    case "number":
      return min === undefined && max === undefined
        ? "a number"
        : `a number from ${showText(min ?? "…")} to ${showText(max ?? "…")}`;
    case "boolean":
      return "yes or no";
    case "json":
      return "an object";
    default:
      return "a text";
  }
}

function waitOf(config: JsonObject): string {
  if (config["event"] !== undefined) return forEvent(config);
  if (config["until"] !== undefined) return `until ${showText(config["until"])}`;
  return describeDuration(config["duration"]) ?? showMembers(config);
}

function forEvent(config: JsonObject): string {
  const { match } = config;
  const timeout = describeDuration(config["timeout"]);
  const which = match === undefined ? "" : ` for which ${showText(match)}`;
  const ends = timeout === null ? "" : `, ${timeout} at most`;
  return `for the event ${text(config, "event")}${which}${ends}`;
}

function describeRoutes(
  { next, onFailure, fallbackStep }: StepDefinition,
  following: string | undefined,
  isInBranch: boolean,
): string | null {
  const routes: string[] = [];
  if (typeof next === "object") {
    routes.push(...Object.entries(next).map(([key, step]) => `${key} → ${step}`));
  } else if (next !== undefined && next !== following) routes.push(`then ${next}`);
  else if (next === undefined && !isInBranch && following !== undefined) routes.push("then end");
  if (onFailure === "skip") routes.push("failures are skipped");
  if (onFailure === "fallback" && fallbackStep !== undefined)
    routes.push(`on failure → ${fallbackStep}`);
  return routes.length === 0 ? null : routes.join("; ");
}

function describeChild(config: JsonObject): StepDescription {
  const version =
    config["version"] === undefined ? "" : ` (version ${showText(config["version"])})`;
  const what = `Starts the workflow ${text(config, "workflowId")}${version}`;
  const after = config["wait"] === false ? "and goes on at once" : "and waits for its end";
  const { variables } = config;
  const given = isJsonObject(variables) ? `, with ${showMembers(variables)}` : "";
  return { text: `${what}${given}, ${after}`, sideEffects: [`${what}.`], approvers: [] };
}

function atATime({ concurrency }: JsonObject): string {
  return typeof concurrency === "number" && concurrency > 1
    ? `, up to ${concurrency} at a time`
    : ", one after the other";
}

/** The steps that a step holds: those of its branches, those for each item. */
function innerSteps({ branches, steps }: JsonObject): readonly StepDefinition[] {
  const lists = Array.isArray(branches) ? branches.map((branch: Json) => listOf(branch)) : [steps];
  return lists.flatMap((list) =>
    Array.isArray(list)
      ? list.flatMap((step: Json) => StepDefinition.safeParse(step).data ?? [])
      : [],
  );
}

function listOf(branch: Json): Json | undefined {
  return isJsonObject(branch) ? branch["steps"] : undefined;
}

function text(config: JsonObject, name: string): string {
  return showText(config[name] ?? "");
}

/** Members of a configuration in one line, each cut to what a person reads. */
function showMembers(config: JsonObject): string {
  return Object.entries(config)
    .map(([name, value]) => `${name}: ${showText(value)}`)
    .join("; ");
}

const MAX_VALUE = 160;

/** A value in one line, at most 160 characters. */
export function showText(value: unknown): string {
  const shown = typeof value === "string" ? value : (JSON.stringify(value) ?? "");
  return shorten(shown.replaceAll(/\s+/g, " ").trim(), MAX_VALUE);
}
