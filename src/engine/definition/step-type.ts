import { z } from "zod";
import type { Json, JsonObject } from "../../shared/json.ts";
import type { Template } from "../../shared/template-parser.ts";
import type { Expression } from "../language/expression.ts";
import type { NamedPrompt, PromptLookup } from "../language/prompt-ref.ts";
import type { Scope } from "../language/scope.ts";
import type { Answerable } from "../model/answerable.ts";
import type { ChildPlan, ChildRequest } from "../model/children.ts";
import type {
  AttemptCost,
  NamedEvent,
  StepCompleted,
  StepError,
  WaitReason,
} from "../model/events.ts";
import type { CheaperOption, ItemPlace, RequestOpened, ReturnRounds } from "../model/requests.ts";
import type { Seal } from "../model/seal.ts";
import type {
  FrameStatus,
  ItemEnd,
  ReadonlyActiveStep,
  ReadonlyRequest,
  StepResult,
} from "../model/state.ts";
import type { CallRecord } from "../ports/calls.ts";
import type { ModelClient } from "../ports/model.ts";
import type { ServiceContext, ServiceRegistry, UnknownPolicy } from "../ports/service.ts";
import type { InputDefinition, StepDefinition } from "./schema.ts";

/** Id of the body that is executed for each item: paths have the index of the item in its place. No branch can have it. */
export const EACH = "*";

/** What a step is given when it is entered. */
export interface EnterContext {
  readonly scope: Scope;
  /** The step's key, unique for this entry. */
  readonly key: string;
  /** Random, one for the execution; absent for executions of old releases. */
  readonly salt?: string;
  readonly now: number;
  /** The named prompts of the execution, by what `promptRef` says. */
  readonly prompts?: ReadonlyMap<string, NamedPrompt>;
  /** Slack user id of the person who started the run, if a person did. */
  readonly startedBy: string | null;
  /** What a decision of this step releases, as far as it is known now. Absent: nothing is released. */
  readonly seal?: () => Seal;
  /** Who has done what to the run; absent where a step is entered without one, as in an evaluation. */
  readonly people?: RunPeople;
  /** The bodies of items around the step, the outermost first. @default none */
  readonly items?: readonly ItemPlace[];
  /** Which of the step's routes lead back to it whatever happens, and how often one was taken. @default none */
  rounds?(): Omit<ReturnRounds, "max">;
}

/** The people of a run, as far as they matter for who may decide. */
export interface RunPeople {
  /** All people who answer for the run, the starter first. */
  answerable(): readonly Answerable[];
  /** Slack user ids of those who voted when the approval step asked last; empty: it did not ask. */
  decidersOf(stepId: string): readonly string[];
}

/** What entering a step leads to. */
export type Entry =
  | { readonly kind: "complete"; readonly output: Json }
  | { readonly kind: "run"; readonly params: JsonObject; readonly reserveNano?: number }
  | {
      /** The step's bodies are executed; `join` says when it is over. */
      readonly kind: "open";
      readonly frames: readonly { readonly id: string; readonly due?: number }[];
    }
  | {
      /** One body is executed for each item; `nextItems` says when to begin with how many, and when the step is over. */
      readonly kind: "each";
      readonly items: readonly Json[];
      /** The variable that holds the item within its body. */
      readonly as: string;
    }
  | {
      readonly kind: "wait";
      readonly on: WaitReason;
      readonly due?: number;
      /** Name of the event that ends the wait. */
      readonly event?: string;
      readonly request?: RequestOpened;
    };

/** Why a waiting step is asked to look again. */
export type WakeCause = "due" | "decision";

/** A waiting step's answer: over with an output, or still waiting. */
export type Wake =
  | {
      readonly kind: "complete";
      readonly output: Json;
      /** Variables that change with it. */
      readonly edited?: StepCompleted["edited"];
    }
  | { readonly kind: "wait" };

/** A body of a step, as far as it has come. */
export interface FrameView {
  /** Branch id. */
  readonly id: string;
  readonly status: FrameStatus;
  readonly results: Readonly<Record<string, StepResult>>;
  readonly error: StepError | null;
}

/** What the bodies of a step amount to. Bodies still open when the step is over are given up. */
export type Join =
  | { readonly kind: "wait" }
  | { readonly kind: "complete"; readonly output: Json }
  | { readonly kind: "fail"; readonly error: StepError };

/** How far a step has come that executes a body for each item of a list. */
export interface ItemsProgress {
  readonly total: number;
  /** How many bodies were begun, in order. */
  readonly opened: number;
  /** How many of them are not over. */
  readonly open: number;
  /** The item that failed first. */
  readonly failed: { readonly index: number; readonly error: StepError } | null;
  /** How each item ended, in order; complete when nothing is left to begin with and nothing open. */
  readonly ends: readonly ItemEnd[];
}

/** What follows from the progress of the items: begin with some more, wait, or an end. */
export type ItemsNext = Join | { readonly kind: "open"; readonly count: number };

/** What an attempt needs from outside. */
export interface AttemptContext extends ServiceContext {
  readonly services: ServiceRegistry;
  readonly model: ModelClient;
  readonly now: () => number;
  /** Resolves after so many milliseconds. @throws {AppError} the reason, when the attempt is aborted. */
  readonly pause: (ms: number) => Promise<void>;
  /** Replaces `{{secrets.NAME}}` in parameters; the result must not be stored, logged or shown to a model. */
  readonly revealSecrets: (params: JsonObject) => JsonObject;
  /** Blots out the values of secrets, should data hold them: nothing else may be shown to a model. */
  readonly hideSecrets: (text: string) => string;
  /** The same in a value, where a secret may be split over several texts. @default each text by itself */
  readonly maskSecrets?: (value: Json) => Json;
  /** Keeps the record of an AI call before its result is used; an insert, so that a repeat is harmless. */
  readonly recordCall: (call: CallRecord) => Promise<void>;
  /** The record of the call with this id, if an earlier life of the process made it: it is used instead of calling again. */
  readonly findCall: (id: string) => Promise<CallRecord | null>;
  /** How often this attempt was begun again because the process that had it ended. */
  readonly recoveries: number;
  /**
   * Looks up a workflow and checks that it can be started with these variables. Starts nothing.
   *
   * @throws {AppError} `workflow_not_found`, `version_not_found`, `input_invalid`, `limit_exceeded` for too long a chain.
   */
  readonly prepareChild: (request: ChildRequest) => Promise<ChildPlan>;
  /** It is unknown whether the attempt before this one had its effect: `onUnknown` says what to do first. */
  readonly unknownBefore: boolean;
  /** The step's own policy for that; absent: the action's. */
  readonly onUnknown?: UnknownPolicy;
}

/** What an attempt ended with. It never throws: an error is a result, with its cost. */
export type AttemptResult =
  | ({
      readonly kind: "ok";
      readonly output: Json;
      readonly rawOutput?: string;
      readonly reason?: string;
      readonly confidence?: number;
      /** A step id of the same body that comes next, whatever the routes say. */
      readonly route?: string;
    } & AttemptCost)
  | ({
      readonly kind: "failed";
      readonly error: StepError;
      readonly outcome: "failed" | "unknown";
      /** A person has to say whether it had its effect, before anything else is done. */
      readonly asks?: boolean;
      readonly retryAfterMs?: number;
    } & AttemptCost)
  | ({
      /** Another workflow is to be started, and the step is over with its end, or at once. */
      readonly kind: "child";
      readonly child: ChildPlan;
      readonly waits: boolean;
    } & AttemptCost);

/** Which routing keys the output of a step can have. */
export type Routes =
  | {
      readonly kind: "closed";
      readonly values: readonly string[];
      /** Values that need a route of their own: `default` does not serve them. */
      readonly explicit?: readonly string[];
    }
  | { readonly kind: "open" }
  | { readonly kind: "none" };

/** What an attempt changes outside. */
export interface StepEffect {
  /** One sentence for people, rendered by code from resolved parameters, of which some may be missing. */
  describe(params: JsonObject): string;
}

/** How an author bounds a step that a decision releases. */
export interface ReleaseBound {
  readonly step: string;
  /** Has to hold right before the effect, else the decision is asked again. */
  readonly when?: string;
  /** Asked again as soon as all values are known. */
  readonly strict?: boolean;
}

/** One step of a definition, ready to be executed. Made once per version; holds no state of an execution. */
export interface StepProgram {
  /** Pure. @throws {AppError} when the configuration cannot be resolved: a missing value, a failing expression. */
  enter(context: EnterContext): Entry;
  /** Pure. Only for steps that wait. */
  wake?(
    step: ReadonlyActiveStep,
    request: ReadonlyRequest | null,
    cause: WakeCause,
    now: number,
  ): Wake;
  /** Pure. Only for steps that wait for events: the output if this event ends the wait; `null`: another one is meant. */
  take?(scope: Scope, event: NamedEvent, now: number): Json | null;
  /** The bodies that the step holds, in order. */
  readonly bodies?: readonly { readonly id: string; readonly steps: readonly StepDefinition[] }[];
  /** Pure. Only for steps that open bodies; asked whenever one of them ends. */
  join?(frames: readonly FrameView[]): Join;
  /** Pure. Only for steps with a body for each item, which have one body; asked when they begin and whenever an item ends. */
  nextItems?(progress: ItemsProgress): ItemsNext;
  /** The effect. May be called again with the same key. Only for steps that `run`. */
  run?(params: JsonObject, context: AttemptContext): Promise<AttemptResult>;
  /** Its attempts change something outside. Absent: they do not. */
  readonly effect?: StepEffect;
  /** It asks people, whose decision releases steps. */
  readonly asks?: { readonly releases: readonly ReleaseBound[] };
  /** Its attempts may cost money, or what it starts may. */
  readonly mayCost?: boolean;
  /** Pure. Another way to run with these parameters for less money; `null`: none. Only for steps that reserve. */
  cheaper?(params: JsonObject, now: number): CheaperOption | null;
  readonly routes: Routes;
  /** Steps that the configuration names, besides `next` and `fallbackStep`; each with its place in the configuration. */
  readonly alsoNext?: readonly { readonly path: readonly string[]; readonly stepId: string }[];
  /** The routing key of an output that is an object; absent: objects go by `default`. */
  routeKey?(output: Json): string;
  /** Most milliseconds of one attempt, unless the step says otherwise. */
  readonly timeoutMs: number;
  /** The named prompt that the step asks, as the configuration says it. */
  readonly promptRef?: string;
  /** Templates that the configuration only names, with its place in it, for the checks at deployment. */
  readonly templates?: readonly {
    readonly path: readonly string[];
    readonly template: Template;
  }[];
  /** The expressions of the configuration, with their place in it, for the checks at deployment. */
  readonly expressions: readonly {
    readonly path: readonly string[];
    readonly expression: Expression;
    /** Names that it may read besides those of every scope. */
    readonly roots?: readonly string[];
  }[];
}

/** A problem that a step type finds in its configuration beyond its schema. */
export interface ConfigProblem {
  readonly path: readonly (string | number)[];
  readonly message: string;
  readonly fix: string;
}

/** A list of inner steps within a configuration. */
export interface BodyPlace {
  /** Branch id; empty when it is missing. */
  readonly id: string;
  readonly path: readonly (string | number)[];
  readonly steps: Json;
  /** The body is executed for each item of a list, which this variable holds: nothing of it is seen from outside. */
  readonly item?: string;
}

/** What checking and binding know about the surroundings. */
export interface CheckContext {
  readonly services: ServiceRegistry;
  /** Absent: no prompts are named, or they were checked before. */
  readonly prompts?: PromptLookup;
  /** The inputs of the workflow. Absent: it declares none. */
  readonly inputs?: Readonly<Record<string, InputDefinition>>;
  /** Which action each service step of the definition calls, by its id. Absent: it is not known. */
  readonly actions?: ReadonlyMap<string, string>;
}

/** One kind of step. Adding one: a module here, its test, a line in `index.ts`, an example in `workflows/`. */
export interface StepType<Config = unknown> {
  readonly kind: string;
  /** One line for people and for generation. */
  readonly summary: string;
  readonly config: z.ZodType<Config>;
  /** May the step carry `retryPolicy`, `timeoutMs` and `onUnknown`? */
  readonly hasAttempts: boolean;
  /** May its configuration hold `{{secrets.NAME}}`? Only where they are revealed within a call and nowhere kept. */
  readonly takesSecrets?: boolean;
  /** Members that stand in the configuration beside those of `config`, where they depend on what it says. */
  parametersOf?(config: JsonObject, context: CheckContext): z.ZodObject | undefined;
  /** Where in a configuration the lists of inner steps are; a configuration that does not fit the schema gives what can be found. */
  bodiesIn?(config: JsonObject): readonly BodyPlace[];
  /** Problems beyond the schema; called only with a configuration that fits it. */
  check(config: unknown, context: CheckContext): readonly ConfigProblem[];
  /**
   * @param context - left out in tests of step types that call no service.
   * @throws {z.ZodError} for a configuration that does not fit; deployed definitions always fit.
   */
  bind(config: unknown, context?: CheckContext): StepProgram;
}

/** Ties the schema of a step type to the functions that take its output. */
export function defineStepType<Config>(parts: {
  readonly kind: string;
  readonly summary: string;
  readonly config: z.ZodType<Config>;
  readonly hasAttempts: boolean;
  readonly takesSecrets?: boolean;
  readonly parametersOf?: NonNullable<StepType["parametersOf"]>;
  readonly bodiesIn?: (config: JsonObject) => readonly BodyPlace[];
  readonly check?: (config: Config, context: CheckContext) => readonly ConfigProblem[];
  readonly bind: (config: Config, context?: CheckContext) => StepProgram;
}): StepType<Config> {
  return {
    ...parts,
    check: (config, context) => parts.check?.(parts.config.parse(config), context) ?? [],
    bind: (config, context) => parts.bind(parts.config.parse(config), context),
  };
}

/** `outputVariable` of any step: its output is also `variables.<name>` and `stepResults.<id>.<name>`. */
export const OutputVariable = z
  .string()
  .regex(
    /^[A-Za-z_][A-Za-z0-9_]{0,63}$/,
    "must begin with a letter or _ and have at most 64 letters, digits and _",
  );
