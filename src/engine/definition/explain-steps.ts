import { isJsonObject, type Json, type JsonObject } from "../../shared/json.ts";
import { joinWordings, listValues, type Wording, wording } from "../../shared/wording.ts";
import type { NamedPrompt, PromptLookup } from "../language/prompt-ref.ts";
import type { Service, ServiceAction, ServiceRegistry } from "../ports/service.ts";
import { asText, type Detail, detailsOf } from "./explain-details.ts";
import { describeDuration } from "./explain-duration.ts";
import { describeOptions, namesOf } from "./explain-options.ts";
import { secretsNamed } from "./param-traits.ts";
import { StepDefinition } from "./schema.ts";

/** One step in plain words. */
export interface StepExplanation {
  readonly id: string;
  /** As its author called it. */
  readonly title: string;
  /** How deep within branches; 0: not in any. */
  readonly depth: number;
  readonly text: Wording;
  /** Which step follows, if it is not simply the next one. */
  readonly goesOn: Wording | null;
  /** All that it is given besides: what it sends, asks and shows, whole. */
  readonly details: readonly Detail[];
}

/** What is known besides the definition. */
interface ExplainContext {
  /** They say what an action does and whether it changes something outside. */
  readonly services: ServiceRegistry;
  /** The texts of named prompts. Absent: they are named alone. */
  readonly prompts?: PromptLookup;
}

/** Steps, what they change outside, and whom they ask. */
export interface StepsExplanation {
  readonly steps: readonly StepExplanation[];
  /** What they change outside, and what they send there. */
  readonly sideEffects: readonly Wording[];
  /** What they only ask for outside, with nothing of the run in it. */
  readonly reads: readonly Wording[];
  readonly secrets: readonly Wording[];
  readonly approvers: readonly Wording[];
}

const NOTHING: StepsExplanation = {
  steps: [],
  sideEffects: [],
  reads: [],
  secrets: [],
  approvers: [],
};

/** Describes what the steps of a body do, branches included. */
export function describeSteps(
  steps: readonly StepDefinition[],
  context: ExplainContext,
  depth = 0,
): StepsExplanation {
  return steps.reduce((sum, step, index) => {
    const described = describeStep(step, context);
    const own: StepExplanation = {
      id: step.id,
      title: step.name ?? step.id,
      depth,
      text: described.text,
      goesOn: describeRoutes(step, steps[index + 1]?.id, depth > 0),
      details: [
        ...(described.details ?? []),
        ...detailsOf(step.config, described.covered),
        ...envelopeOf(step),
      ],
    };
    const inner = describeSteps(innerSteps(step.config), context, depth + 1);
    return [
      { ...NOTHING, ...described, steps: [own], secrets: secretsOf(step, described) },
      inner,
    ].reduce(add, sum);
  }, NOTHING);
}

function add(sum: StepsExplanation, more: StepsExplanation): StepsExplanation {
  return {
    steps: [...sum.steps, ...more.steps],
    sideEffects: [...sum.sideEffects, ...more.sideEffects],
    reads: [...sum.reads, ...more.reads],
    secrets: [...sum.secrets, ...more.secrets],
    approvers: [...sum.approvers, ...more.approvers],
  };
}

interface StepDescription {
  readonly text: Wording;
  readonly sideEffects?: readonly Wording[];
  readonly reads?: readonly Wording[];
  readonly approvers?: readonly Wording[];
  /** What stands elsewhere and belongs to it. */
  readonly details?: readonly Detail[];
  /** Members of the configuration that stand whole in the text, and those that are steps. */
  readonly covered: ReadonlySet<string>;
}

function describeStep(step: StepDefinition, context: ExplainContext): StepDescription {
  const { type, config } = step;
  switch (type) {
    case "service":
      return describeService(step, context.services);
    case "approval":
      return describeApproval(step);
    case "ai-decision":
      return describeQuestion(step, context);
    case "transform":
      return inside(wording`Calculates`);
    case "wait":
      return inside(wording`Waits ${waitOf(config)}`, ["event", "match", "until", "duration"]);
    case "workflow":
      return describeChild(step);
    case "parallel":
      return inside(wording`Does these side by side`, ["branches"]);
    case "foreach":
      return inside(wording`Does these for each of ${text(config, "items")}${atATime(config)}`, [
        ...["items", "concurrency", "steps"],
      ]);
    default:
      return inside(wording`${type}`);
  }
}

/** A step that changes nothing outside. */
function inside(sentence: Wording, covered: readonly string[] = []): StepDescription {
  return { text: sentence, covered: new Set(covered) };
}

function describeService(
  { config, id }: StepDefinition,
  services: ServiceRegistry,
): StepDescription {
  const { service: serviceName, action: actionName, outputVariable: _, ...params } = config;
  const name = asText(serviceName);
  const service = services.get(name);
  const called = asText(actionName ?? service?.defaultAction);
  const action = actionOf(service, called);
  const line = action?.outline?.(params) ?? wording`Calls ${`${name}.${called}`}`;
  const carried =
    action?.carriesOut?.(params) === true ? wording`, with data of the run` : wording``;
  const effect = wording`${line}${carried} (step ${id})`;
  return {
    text: wording`${line} (${`${name}.${called}`})`,
    ...(hasEffect(action, params) ? { sideEffects: [effect] } : { reads: [effect] }),
    covered: new Set(["service", "action"]),
  };
}

/** Of an action that is not known the worst is taken for true. */
function hasEffect(action: ServiceAction | undefined, params: JsonObject): boolean {
  if (action === undefined) return true;
  if (!action.sideEffect) return false;
  return action.reads?.(params) !== true || action.carriesOut?.(params) === true;
}

function actionOf(service: Service | undefined, name: string): ServiceAction | undefined {
  const actions = service?.actions ?? {};
  return Object.hasOwn(actions, name) ? actions[name] : undefined;
}

/** Where each secret of a step goes. */
function secretsOf({ id, config }: StepDefinition, { text }: StepDescription): readonly Wording[] {
  // Those of inner steps are named with these.
  const { branches: _branches, steps: _steps, ...own } = config;
  const names = new Set(secretsNamed(own).map(({ name }) => name));
  return [...names].map((name) => wording`${name}: ${text}, step ${id}`);
}

const COVERED_OF_APPROVALS = [
  ...["approvers", "channel", "title", "required", "timeout", "allowSelfApproval"],
  ...["remindAfter", "escalateTo", "escalateAfter", "maxRounds"],
] as const;

function describeApproval({ config, name, id }: StepDefinition): StepDescription {
  const list = config["approvers"];
  const approvers = Array.isArray(list) ? listValues(namesOf(list)) : wording`no one`;
  const required = typeof config["required"] === "number" ? config["required"] : 1;
  const channel = config["channel"];
  const place =
    typeof channel === "string" ? wording` in ${channel}` : wording` where the run is shown`;
  const timeout = describeDuration(config["timeout"]);
  const ends = timeout === null ? wording`` : wording`, and waits ${timeout} at most`;
  const count =
    required === 1 ? wording`one of them decides` : wording`${required} of them have to agree`;
  const self =
    config["allowSelfApproval"] === true
      ? wording` The person who started the run may decide, too.`
      : wording``;
  const title = text(config, "title");
  const { notify } = config;
  const also = Array.isArray(notify)
    ? wording`, and notifies ${listValues(namesOf(notify))}`
    : wording``;
  return {
    text: wording`Asks ${approvers}${place}: "${title}"; ${count}${ends}.${self}${describeOptions(config)}`,
    sideEffects: [wording`Posts a request for a decision${place} ("${title}", step ${id})${also}`],
    approvers: [wording`${approvers} (${count}): ${name ?? id}.${self}`],
    covered: new Set<string>(COVERED_OF_APPROVALS),
  };
}

function describeQuestion(
  { config, id }: StepDefinition,
  { prompts }: ExplainContext,
): StepDescription {
  const { model, fallbackModel, promptRef } = config;
  const asked =
    typeof model === "string" ? wording`the model ${model}` : wording`the bot's default model`;
  const other =
    typeof fallbackModel === "string" ? wording` or the model ${fallbackModel}` : wording``;
  const prompt =
    typeof promptRef === "string" ? wording`the prompt ${promptRef}` : wording`the prompt below`;
  return {
    text: wording`Asks the AI for ${answerOf(config)}: ${prompt}, to ${asked}${other}`,
    details: typeof promptRef === "string" ? textsOf(prompts?.get(promptRef) ?? []) : [],
    sideEffects: [wording`Sends its prompt to ${asked}${other} (step ${id})`],
    covered: new Set(["model", "fallbackModel", "outputFormat", "allowedValues", "promptRef"]),
  };
}

/** Of a prompt that is split there are two. */
function textsOf(versions: readonly NamedPrompt[]): readonly Detail[] {
  return versions.map(({ name, version, template }) => ({
    name: `prompt ${name}@${version}`,
    value: template.source,
  }));
}

function answerOf(config: JsonObject): Wording {
  const { outputFormat, allowedValues, min, max } = config;
  switch (outputFormat) {
    case "enum":
      return Array.isArray(allowedValues)
        ? wording`one of ${listValues(namesOf(allowedValues))}`
        : wording`one of some values`;
    case "number":
      return min === undefined && max === undefined
        ? wording`a number`
        : wording`a number from ${asText(min ?? "…")} to ${asText(max ?? "…")}`;
    case "boolean":
      return wording`yes or no`;
    case "json":
      return wording`an object`;
    default:
      return wording`a text`;
  }
}

function waitOf(config: JsonObject): Wording {
  if (config["event"] !== undefined) return forEvent(config);
  if (config["until"] !== undefined) return wording`until ${asText(config["until"])}`;
  return wording`${describeDuration(config["duration"]) ?? asText(config["duration"])}`;
}

function forEvent(config: JsonObject): Wording {
  const { match } = config;
  const timeout = describeDuration(config["timeout"]);
  const which = match === undefined ? wording`` : wording` for which ${asText(match)}`;
  const ends = timeout === null ? wording`` : wording`, ${timeout} at most`;
  return wording`for the event ${text(config, "event")}${which}${ends}`;
}

function describeRoutes(
  { next, onFailure, fallbackStep }: StepDefinition,
  following: string | undefined,
  isInBranch: boolean,
): Wording | null {
  const routes: Wording[] = [];
  if (typeof next === "object") {
    routes.push(...Object.entries(next).map(([key, step]) => wording`${`${key}: ${step}`}`));
  } else if (next !== undefined && next !== following) routes.push(wording`then ${next}`);
  else if (next === undefined && !isInBranch && following !== undefined)
    routes.push(wording`then end`);
  if (onFailure === "skip") routes.push(wording`failures are skipped`);
  if (onFailure === "fallback" && fallbackStep !== undefined)
    routes.push(wording`on failure → ${fallbackStep}`);
  if (routes.length === 0) return null;
  return joinWordings(routes, "; ");
}

function describeChild({ config, id }: StepDefinition): StepDescription {
  const version =
    config["version"] === undefined ? wording`` : wording` (version ${asText(config["version"])})`;
  const what = wording`Starts the workflow ${text(config, "workflowId")}${version}`;
  const after =
    config["wait"] === false ? wording`and continues at once` : wording`and waits for its end`;
  return {
    text: wording`${what}, ${after}`,
    sideEffects: [wording`${what} (step ${id})`],
    covered: new Set(["workflowId", "version", "wait"]),
  };
}

function atATime({ concurrency }: JsonObject): Wording {
  return typeof concurrency === "number" && concurrency > 1
    ? wording`, up to ${concurrency} at a time`
    : wording`, one after the other`;
}

/** What the step says besides its configuration and its routes, as far as it says it. */
function envelopeOf({ retryPolicy, timeoutMs, onUnknown, sensitive }: StepDefinition) {
  const said = Object.entries({ retryPolicy, timeoutMs, onUnknown, sensitive });
  return said.flatMap(([name, value]): readonly Detail[] =>
    value === undefined ? [] : [{ name, value: asText(value) }],
  );
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
  return asText(config[name] ?? "");
}
