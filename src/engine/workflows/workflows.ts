import { nearest } from "../../shared/did-you-mean.ts";
import { AppError } from "../../shared/errors.ts";
import { LruMap } from "../../shared/lru-map.ts";
import { nextTurn } from "../../shared/next-turn.ts";
import { omitUndefined } from "../../shared/omit-undefined.ts";
import { parseTemplate } from "../../shared/template-parser.ts";
import type {
  Activation,
  Archival,
  DeployedWorkflow,
  ListOptions,
  VersionView,
  WorkflowSummary,
} from "../api/workflows.ts";
import { type CompiledWorkflow, compileDefinition } from "../definition/compile.ts";
import { type DefinitionDiff, diffDefinitions } from "../definition/diff.ts";
import { linesThatLeave } from "../definition/explain.ts";
import { pinNames } from "../definition/pin-names.ts";
import type { Problem, ValidationResult } from "../definition/problem.ts";
import { Definition, triggersOf } from "../definition/schema.ts";
import type { StepType } from "../definition/step-type.ts";
import { validateDefinition } from "../definition/validation/validate.ts";
import { shapeOfPath } from "../definition/webhook-paths.ts";
import { type PromptLookup, parsePromptRef, promptRefsIn } from "../language/prompt-ref.ts";
import { ROW_MARKS } from "../model/row-marks.ts";
import type { ReadonlyState } from "../model/state.ts";
import type { Clock } from "../ports/clock.ts";
import type { Logger } from "../ports/logger.ts";
import type { ServiceRegistry } from "../ports/service.ts";
import type { Store } from "../ports/store.ts";
import type { VersionRecord, WorkflowRecord } from "../ports/workflows.ts";
import type { PromptLibrary } from "../prompts/prompt-library.ts";
import type { EngineEvents } from "../runtime/engine-events.ts";
import { assertInUse } from "./archived.ts";
import { type MissingSecretsOptions, warnOfMissingSecrets } from "./missing-secrets.ts";

export interface WorkflowsOptions extends MissingSecretsOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly services: ServiceRegistry;
  readonly stepTypes: ReadonlyMap<string, StepType>;
  readonly prompts: PromptLibrary;
  readonly logger: Logger;
  readonly events: EngineEvents;
}

/** Compiled versions kept in memory. */
const MAX_COMPILED = 500;

/** The deployed workflows: immutable numbered versions, one of them active. How new ones come: `deployments.ts`. */
export class Workflows {
  readonly #options: WorkflowsOptions;
  readonly #compiled = new LruMap<string, CompiledWorkflow>(MAX_COMPILED);
  /** Definitions as they were written. */
  readonly #written = new LruMap<string, Definition>(MAX_COMPILED);
  /** By version, which never changes: asked with each start of a program. */
  readonly #deployedBy = new LruMap<string, string>(MAX_COMPILED);

  constructor(options: WorkflowsOptions) {
    this.#options = options;
  }

  /** @param prompts - the named prompts that count; absent: those that are asked now. */
  validate(source: unknown, prompts: PromptLookup = this.#options.prompts): ValidationResult {
    const { stepTypes, triggerTypes, services } = this.#options;
    const result = validateDefinition(source, { stepTypes, triggerTypes, services, prompts });
    const { definition, warnings } = result;
    if (definition === null) return result;
    return {
      ...result,
      warnings: [...warnings, ...warnOfMissingSecrets(definition, this.#options)],
    };
  }

  /** Finds what would be wrong with the active workflows if this text were the active version of a prompt. */
  async problemsWithPrompt(
    name: string,
    text: string,
  ): Promise<readonly (Problem & { readonly workflowId: string })[]> {
    const library = this.#options.prompts;
    const candidate = [{ name, version: 0, template: parseTemplate(text) }];
    const prompts: PromptLookup = {
      names: () => [...library.names(), name],
      get: (ref) => {
        const wanted = parsePromptRef(ref);
        return wanted.name === name && wanted.version === null ? candidate : library.get(ref);
      },
    };
    const found: (Problem & { readonly workflowId: string })[] = [];
    for (const { id: workflowId } of await this.list()) {
      const { source } = await this.get(workflowId);
      if (!promptRefsIn(source).includes(name)) continue;
      await library.refreshFor(source);
      const { problems } = this.validate(source, prompts);
      const own = problems.filter(({ path }) => path.endsWith(".promptRef"));
      found.push(...own.map((problem) => ({ ...problem, workflowId })));
    }
    return found;
  }

  async list({ archived: isWhole = false }: ListOptions = {}): Promise<readonly WorkflowSummary[]> {
    const workflows = await this.#options.store.workflows.list();
    const listed = workflows.filter(({ archived }) => isWhole || archived === undefined);
    return Promise.all(
      listed.map(async ({ workflowId, name, activeVersion, archived }) => {
        const { definition } = await this.compiled(workflowId, activeVersion);
        const triggers = triggersOf(definition).map((trigger) => trigger.type);
        return {
          id: workflowId,
          name,
          description: definition.description ?? null,
          version: activeVersion,
          triggers: triggers.length > 0 ? triggers : ["manual"],
          ...omitUndefined({ archived }),
        };
      }),
    );
  }

  async get(workflowId: string, version?: number): Promise<DeployedWorkflow> {
    const workflow = await this.#require(workflowId);
    const record = await this.#requireVersion(workflowId, version ?? workflow.activeVersion);
    const definition = this.#writtenIn(record);
    return {
      definition,
      source: { ...record.definition, version: record.version },
      version: record.version,
      active: record.version === workflow.activeVersion,
      deployedBy: record.deployedBy,
      deployedAt: record.deployedAt,
      ...omitUndefined({ archived: workflow.archived }),
    };
  }

  async versions(workflowId: string): Promise<readonly VersionView[]> {
    const { activeVersion } = await this.#require(workflowId);
    const versions = await this.#options.store.workflows.listVersions(workflowId);
    return versions.map(({ version, deployedBy, deployedAt }) => ({
      version,
      active: version === activeVersion,
      deployedBy,
      deployedAt: new Date(deployedAt).toISOString(),
    }));
  }

  /** How one version became another. @throws {AppError} `workflow_not_found`, `version_not_found`. */
  async diff(workflowId: string, from: number, to: number): Promise<DefinitionDiff> {
    await this.#require(workflowId);
    const before = await this.#requireVersion(workflowId, from);
    const after = await this.#requireVersion(workflowId, to);
    return this.diffOf(this.#writtenIn(before), this.#writtenIn(after));
  }

  diffOf(from: Definition, to: Definition): DefinitionDiff {
    const { stepTypes, services } = this.#options;
    return diffDefinitions(from, to, {
      bodiesIn: ({ type, config }) => stepTypes.get(type)?.bodiesIn?.(config) ?? [],
      sideEffectsOf: (definition) => linesThatLeave(definition, services),
    });
  }

  /** @throws {AppError} `workflow_not_found`, `workflow_archived`, `version_not_found`, `definition_invalid`, `definition_conflict`. */
  async activate(workflowId: string, version: number, by: string): Promise<Activation> {
    const workflow = await this.#require(workflowId);
    assertInUse(workflow, "no version of it is activated");
    const definition = await this.#usable(workflowId, version);
    await this.setActive(definition, version, by);
    return { workflowId, version, previous: workflow.activeVersion };
  }

  /** A stored version that may be the active one. @throws {AppError} `version_not_found`, `definition_invalid`, `definition_conflict`. */
  async #usable(workflowId: string, version: number): Promise<Definition> {
    const record = await this.#requireVersion(workflowId, version);
    await this.#options.prompts.refreshFor(record.definition);
    const { definition, problems } = this.validate(record.definition);
    const [problem] = definition ? await this.takenPaths(definition) : problems;
    if (problem || !definition) {
      throw new AppError({
        code: definition ? "definition_conflict" : "definition_invalid",
        message: `Version ${version} of "${workflowId}" cannot become active: ${problem?.path ?? ""}: ${problem?.message ?? ""}. ${problem?.fix ?? ""}`,
      });
    }
    return definition;
  }

  /** @returns how it stands then. @throws {AppError} `workflow_not_found`. */
  async archive(workflowId: string, by: string): Promise<Archival> {
    const workflow = await this.#require(workflowId);
    if (workflow.archived) return { workflowId, archived: workflow.archived, changed: false };
    const { store, clock, logger, events } = this.#options;
    const at = clock.now();
    const archived = { by, at };
    await store.workflows.save({ ...workflow, archived, updatedAt: at });
    logger.info({ workflowId, by }, "a workflow was archived");
    await events.emitAndWait("workflowActivated", null);
    return { workflowId, archived, changed: true };
  }

  /**
   * What it would have been started by meanwhile counts as of now, so nothing is made up for.
   *
   * @returns whether it was archived. @throws {AppError} `workflow_not_found`, `definition_invalid`, `definition_conflict`.
   */
  async unarchive(workflowId: string, by: string): Promise<boolean> {
    const { archived, ...workflow } = await this.#require(workflowId);
    if (!archived) return false;
    await this.#usable(workflowId, workflow.activeVersion);
    const { store, clock, logger, events } = this.#options;
    // Rows that came meanwhile are not made up for: its triggers begin with what is there now.
    for (const { key } of await store.kv.list(`${ROW_MARKS}${workflowId}:`))
      await store.kv.remove(key);
    await store.workflows.save({ ...workflow, updatedAt: clock.now() });
    logger.info({ workflowId, by }, "a workflow is no longer archived");
    await events.emitAndWait("workflowActivated", null);
    return true;
  }

  /**
   * Activates the version with the next lower number than the active one.
   *
   * @throws {AppError} `version_not_found` when there is none, and as {@link activate}.
   */
  async rollBack(workflowId: string, by: string): Promise<Activation> {
    const { activeVersion } = await this.#require(workflowId);
    const versions = await this.#options.store.workflows.listVersions(workflowId);
    const earlier = versions.find(({ version }) => version < activeVersion);
    if (earlier) return this.activate(workflowId, earlier.version, by);
    throw new AppError({
      code: "version_not_found",
      message: `Version ${activeVersion} of "${workflowId}" is the first; there is nothing to roll back to.`,
    });
  }

  /** Makes a version the active one; `file`: what a file of the workflows folder deployed with it. */
  async setActive(
    { id: workflowId, name }: Definition,
    activeVersion: number,
    by: string,
    file: Readonly<Record<string, string>> = {},
  ): Promise<void> {
    const { store, clock, logger } = this.#options;
    const existing = await store.workflows.get(workflowId);
    await store.workflows.save({
      workflowId,
      name,
      activeVersion,
      files: { ...existing?.files, ...file },
      updatedAt: clock.now(),
      ...omitUndefined({ archived: existing?.archived }),
    });
    if (existing?.activeVersion !== activeVersion) {
      const previous = existing?.activeVersion ?? null;
      logger.info({ workflowId, version: activeVersion, previous, by }, "a version became active");
    }
    await this.#options.events.emitAndWait("workflowActivated", null);
  }

  /** Paths of the definition's webhooks at which another active workflow listens. */
  async takenPaths(definition: Definition): Promise<readonly Problem[]> {
    const wanted = webhookPaths(definition);
    if (wanted.length === 0) return [];
    const taken = new Map<string, string>();
    for (const {
      workflowId,
      activeVersion,
      archived,
    } of await this.#options.store.workflows.list()) {
      if (workflowId === definition.id || archived) continue;
      const other = await this.compiled(workflowId, activeVersion);
      for (const { path } of webhookPaths(other.definition))
        taken.set(shapeOfPath(path), workflowId);
    }
    return wanted.flatMap(({ path, place }) => {
      const owner = taken.get(shapeOfPath(path));
      if (owner === undefined) return [];
      const message = `the workflow "${owner}" listens at ${path} already`;
      return [{ path: place, message, fix: "Choose another path, or change that workflow first." }];
    });
  }

  /** The active version of a workflow. @throws {AppError} `workflow_not_found`. */
  async active(
    workflowId: string,
  ): Promise<{ readonly version: number; readonly compiled: CompiledWorkflow }> {
    const { activeVersion } = await this.#require(workflowId);
    return { version: activeVersion, compiled: await this.compiled(workflowId, activeVersion) };
  }

  /** The same, of a workflow that may be started. @throws {AppError} `workflow_not_found`, `workflow_archived`. */
  async inUse(
    workflowId: string,
  ): Promise<{ readonly version: number; readonly compiled: CompiledWorkflow }> {
    const workflow = await this.#require(workflowId);
    assertInUse(workflow, "it cannot be started");
    const { activeVersion: version } = workflow;
    return { version, compiled: await this.compiled(workflowId, version) };
  }

  /** A version with the prompts that an execution asks. @throws {AppError} `version_not_found`. */
  async compiledFor(
    { start, prompts }: Pick<ReadonlyState, "start" | "prompts">,
    version: number,
  ): Promise<CompiledWorkflow> {
    const { executionId, workflowId } = start;
    const compiled = await this.compiled(workflowId, version);
    return this.#options.prompts.attach(compiled, { executionId, prompts });
  }

  #writtenIn({ workflowId, version, definition }: VersionRecord): Definition {
    const key = `${workflowId}@${version}`;
    const known = this.#written.get(key);
    if (known) return known;
    const parsed = Definition.parse(definition);
    this.#written.set(key, parsed);
    return parsed;
  }

  /** A version as it is executed, with what its names stood for when it was deployed. @throws {AppError} `version_not_found`. */
  async compiled(workflowId: string, version: number): Promise<CompiledWorkflow> {
    const key = `${workflowId}@${version}`;
    const known = this.#compiled.get(key);
    if (known) return known;
    const record = await this.#requireVersion(workflowId, version);
    const { stepTypes, services } = this.#options;
    const definition = pinNames(this.#writtenIn(record), record.pins ?? [], this.#options);
    await nextTurn();
    const compiled = compileDefinition(definition, stepTypes, { services });
    this.#compiled.set(key, compiled);
    return compiled;
  }

  /** Who deployed a version: a Slack user id, `api`, or the file that it came from. @throws {AppError} `version_not_found`. */
  async deployer(workflowId: string, version: number): Promise<string> {
    const key = `${workflowId}@${version}`;
    const known = this.#deployedBy.get(key);
    if (known !== undefined) return known;
    const { deployedBy } = await this.#requireVersion(workflowId, version);
    this.#deployedBy.set(key, deployedBy);
    return deployedBy;
  }

  async #require(workflowId: string): Promise<WorkflowRecord> {
    const workflow = await this.#options.store.workflows.get(workflowId);
    if (workflow) return workflow;
    const names = (await this.#options.store.workflows.list()).map((known) => known.workflowId);
    const close = nearest(workflowId, names);
    throw new AppError({
      code: "workflow_not_found",
      message: `There is no workflow "${workflowId}".${close === null ? "" : ` Did you mean "${close}"?`}`,
    });
  }

  async #requireVersion(workflowId: string, version: number): Promise<VersionRecord> {
    const record = await this.#options.store.workflows.getVersion(workflowId, version);
    if (record) return record;
    const versions = await this.#options.store.workflows.listVersions(workflowId);
    throw new AppError({
      code: "version_not_found",
      message: `Workflow "${workflowId}" has no version ${version}. It has: ${versions.map((known) => known.version).join(", ") || "none"}.`,
    });
  }
}

/** The paths at which a definition's webhooks listen, each with its place in the document. */
function webhookPaths(
  definition: Definition,
): readonly { readonly path: string; readonly place: string }[] {
  return triggersOf(definition).flatMap((trigger, index) => {
    const { type, path } = trigger;
    if (type !== "webhook" || typeof path !== "string") return [];
    return [{ path, place: definition.triggers ? `triggers[${index}].path` : "trigger.path" }];
  });
}
