import { AppError, asAppError, isAppError } from "../../shared/errors.ts";
import { isJsonObject, type Json, type JsonObject, readOwn } from "../../shared/json.ts";
import type { CompiledWorkflow } from "../definition/compile.ts";
import { RUN_ENDS, triggersOf } from "../definition/schema.ts";
import {
  type InputSource,
  readInputSource,
  takeInput,
  triggerScope,
} from "../definition/trigger-inputs.ts";
import { triggerId } from "../definition/trigger-type.ts";
import { writtenNames } from "../definition/written-names.ts";
import type { Scope } from "../language/scope.ts";
import type { Trigger } from "../model/events.ts";
import type { Logger } from "../ports/logger.ts";
import type { Store } from "../ports/store.ts";
import type { WorkflowRecord } from "../ports/workflows.ts";
import type { TriggerSwitches } from "../workflows/trigger-switches.ts";
import type { Workflows } from "../workflows/workflows.ts";

/** A trigger of a workflow's active version. */
export interface ActiveTrigger {
  readonly workflowId: string;
  /** Id of the trigger within its definition. */
  readonly id: string;
  readonly kind: string;
  /** Its members besides `type`, `id` and `inputs`, as the definition has them. */
  readonly config: unknown;
  /** What of its runs inputs take besides the variables of their own names, by input. */
  readonly inputs: readonly (readonly [input: string, source: InputSource])[];
  /** When the version became active, a file last confirmed it, or the trigger was switched on again. */
  readonly since: number;
  /** Does the definition say itself where its runs report? */
  readonly reports: boolean;
  /** Names of variables that the definition uses itself: inputs, and what steps write. */
  readonly taken: ReadonlySet<string>;
}

export interface TriggerRegistryOptions {
  readonly store: Store;
  readonly logger: Logger;
  readonly workflows: Pick<Workflows, "compiled">;
  readonly switches: Pick<TriggerSwitches, "of">;
}

interface Known {
  readonly version: number;
  readonly since: number;
  readonly isArchived: boolean;
  /** None if it is archived. */
  readonly triggers: readonly ActiveTrigger[];
  /** Those that are switched off, and no others. */
  readonly paused: readonly ActiveTrigger[];
  /** How its triggers were switched when this was made. */
  readonly switched: string;
  /** Names of events that steps of any version wait for. */
  readonly awaited: ReadonlySet<string>;
}

/** The triggers of all active versions, as they were at the last refresh. */
export class TriggerRegistry {
  readonly #options: TriggerRegistryOptions;
  #known: ReadonlyMap<string, Known> = new Map();
  #byKind = new Map<string, readonly ActiveTrigger[]>();
  /** Names of events that a trigger or a step waits for. */
  #heard: ReadonlySet<string> = new Set();
  readonly #awaited: AwaitedEvents;
  #refreshing: Promise<void> | null = null;
  #again = false;
  #isLoaded = false;

  constructor(options: TriggerRegistryOptions) {
    this.#options = options;
    this.#awaited = new AwaitedEvents(options.store);
  }

  /**
   * The triggers of one kind, by workflow. A trigger is the same object until its workflow changes, and the list until any does or
   * the store is read again.
   */
  of(kind: string): readonly ActiveTrigger[] {
    const known = this.#byKind.get(kind);
    if (known !== undefined) return known;
    const found = [...this.#known.values()].flatMap(({ triggers }) =>
      triggers.filter((trigger) => trigger.kind === kind),
    );
    this.#byKind.set(kind, found);
    return found;
  }

  /** The triggers of one kind that are switched off, by workflow. */
  pausedOf(kind: string): readonly ActiveTrigger[] {
    return [...this.#known.values()].flatMap(({ paused }) =>
      paused.filter((trigger) => trigger.kind === kind),
    );
  }

  /**
   * The variables of a run with those that inputs take.
   *
   * @param by - the trigger that starts it.
   * @throws {AppError} `input_invalid`, naming the input whose expression fails.
   */
  withInputs(workflowId: string, by: Trigger, variables: JsonObject): JsonObject {
    const trigger = this.#known.get(workflowId)?.triggers.find((one) => one.id === by.id);
    if (trigger === undefined || trigger.inputs.length === 0) return variables;
    const scope = triggerScope(variables, by);
    const taken = trigger.inputs.flatMap(([input, source]) => {
      const value = takeOrRefuse(input, source, scope);
      return value === undefined ? [] : [[input, value] as const];
    });
    return { ...variables, ...Object.fromEntries(taken) };
  }

  /** Does some step of some version, active or not, wait for events of this name? */
  isAwaited(name: string): boolean {
    return [...this.#known.values()].some(({ awaited }) => awaited.has(name));
  }

  /** Does a trigger or a step wait for events of this name? */
  isHeard(name: string): boolean {
    return this.#heard.has(name);
  }

  /** Is it the name by which a deployed workflow reports the ends of its runs? */
  isEndName(name: string): boolean {
    const [workflowId = "", end, more] = name.split(".");
    if (more !== undefined || !RUN_ENDS.some((known) => known === end)) return false;
    return this.#known.has(workflowId);
  }

  /** Refreshes unless that was done before. */
  async load(): Promise<void> {
    if (!this.#isLoaded) await this.refresh();
  }

  /** Reads the store. What cannot be read stays as it was until the next refresh. Never rejects. */
  async refresh(): Promise<void> {
    if (this.#refreshing) {
      // What changed since the look under way began would be missed.
      this.#again = true;
      return this.#refreshing;
    }
    this.#refreshing = this.#refresh().finally(() => {
      this.#refreshing = null;
    });
    await this.#refreshing;
  }

  async #refresh(): Promise<void> {
    do {
      this.#again = false;
      try {
        await this.#read();
      } catch (error) {
        this.#options.logger.warn(
          { error: asAppError(error).message },
          "the active workflows could not be read; their triggers stay as they were",
        );
      }
    } while (this.#again);
  }

  async #read(): Promise<void> {
    const known = new Map<string, Known>();
    for (const record of await this.#options.store.workflows.list()) {
      const { workflowId, updatedAt: since } = record;
      const before = this.#known.get(workflowId);
      const isSame =
        before?.version === record.activeVersion &&
        before.since === since &&
        before.switched === this.#switchedText(workflowId) &&
        before.isArchived === (record.archived !== undefined);
      known.set(workflowId, isSame ? before : await this.#load(record));
    }
    this.#known = known;
    this.#byKind = new Map();
    this.#heard = new Set([
      ...[...known.values()].flatMap(({ awaited }) => [...awaited]),
      ...this.of("event").flatMap(({ config }) => {
        const name = readOwn(config, "eventName");
        return typeof name === "string" ? [name] : [];
      }),
    ]);
    this.#isLoaded = true;
  }

  async #load({
    workflowId,
    activeVersion: version,
    updatedAt: since,
    archived,
  }: WorkflowRecord): Promise<Known> {
    const awaited = await this.#awaited.of(workflowId);
    const isArchived = archived !== undefined;
    // Its runs under way may still wait for events.
    const workflow = isArchived ? null : await this.#compiled(workflowId, version);
    const switched = this.#switchedText(workflowId);
    const known = { version, since, isArchived, switched, awaited };
    if (workflow === null) return { ...known, triggers: [], paused: [] };
    const { definition } = workflow;
    const { outputs, items } = writtenNames(workflow);
    const taken = new Set([
      ...Object.keys(definition.inputs ?? {}),
      ...outputs.keys(),
      ...items.keys(),
    ]);
    const reports = definition.report !== undefined;
    const switches = this.#options.switches.of(workflowId);
    const all = triggersOf(definition).map((trigger, index) => {
      const { type: kind, id: _id, inputs: sources = {}, ...config } = trigger;
      const id = triggerId(trigger, index);
      const inputs = Object.entries(sources).map(
        ([input, source]) => [input, readInputSource(source)] as const,
      );
      const from = Math.max(since, switches.get(id)?.resumedAt ?? 0);
      return { workflowId, id, kind, config, inputs, since: from, reports, taken };
    });
    const isOff = ({ id }: ActiveTrigger): boolean => (switches.get(id)?.pause ?? null) !== null;
    return {
      ...known,
      triggers: all.filter((trigger) => !isOff(trigger)),
      paused: all.filter(isOff),
    };
  }

  #switchedText(workflowId: string): string {
    return JSON.stringify([...this.#options.switches.of(workflowId)]);
  }

  /** A workflow that cannot be read must not keep others from starting. */
  async #compiled(workflowId: string, version: number): Promise<CompiledWorkflow | null> {
    try {
      return await this.#options.workflows.compiled(workflowId, version);
    } catch (error) {
      if (isAppError(error, "store_unavailable")) throw error;
      this.#options.logger.error(
        { workflowId, version, err: error },
        "a workflow cannot be read, so nothing starts it",
      );
      return null;
    }
  }
}

/** What an input takes; a failure is that of who gave the values. */
function takeOrRefuse(input: string, source: InputSource, scope: Scope): Json | undefined {
  try {
    return takeInput(source, scope);
  } catch (error) {
    const { message } = asAppError(error);
    const fix = "Send what the expression of the trigger reads, or guard it with has(…).";
    throw new AppError({
      code: "input_invalid",
      message: `The input "${input}" cannot be taken from what was given: ${message}`,
      details: { problems: [{ path: input, message, fix }] },
      cause: error,
    });
  }
}

/** Remembers what is made of a trigger for as long as the trigger is the same. */
export function memoizePerTrigger<Made>(
  make: (trigger: ActiveTrigger) => Made,
): (trigger: ActiveTrigger) => Made {
  const made = new WeakMap<ActiveTrigger, { readonly value: Made }>();
  return (trigger) => {
    const known = made.get(trigger) ?? { value: make(trigger) };
    made.set(trigger, known);
    return known.value;
  };
}

/**
 * The names of events that steps wait for, in every version of a workflow: runs of old versions continue. Versions never change, so
 * each is read once.
 */
export class AwaitedEvents {
  readonly #store: Pick<Store, "workflows">;
  readonly #names = new Map<
    string,
    { readonly versions: Set<number>; readonly names: Set<string> }
  >();

  constructor(store: Pick<Store, "workflows">) {
    this.#store = store;
  }

  /** @throws {AppError} `store_unavailable`. */
  async of(workflowId: string): Promise<ReadonlySet<string>> {
    const known = this.#names.get(workflowId) ?? { versions: new Set(), names: new Set() };
    this.#names.set(workflowId, known);
    for (const { version } of await this.#store.workflows.listVersions(workflowId)) {
      if (known.versions.has(version)) continue;
      const record = await this.#store.workflows.getVersion(workflowId, version);
      for (const name of namesIn(record?.definition["steps"])) known.names.add(name);
      known.versions.add(version);
    }
    return known.names;
  }
}

/** Wherever a step stands: in the list of the root, in branches, in the bodies of items. */
function namesIn(part: unknown): readonly string[] {
  if (Array.isArray(part)) return part.flatMap(namesIn);
  if (!isJsonObject(part)) return [];
  const { type, config } = part;
  const event = type === "wait" && isJsonObject(config) ? config["event"] : undefined;
  const own = typeof event === "string" ? [event] : [];
  return [...own, ...Object.values(part).flatMap(namesIn)];
}
