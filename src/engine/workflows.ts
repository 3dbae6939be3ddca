import { AppError } from "../errors.ts";
import { hashJson, isJsonObject, type JsonObject, toJson } from "../json.ts";
import type {
  DeployedWorkflow,
  DeployOptions,
  DeployResult,
  ValidationResult,
  WorkflowSummary,
} from "./api.ts";
import { type CompiledWorkflow, compileDefinition } from "./definition/compile.ts";
import type { Problem } from "./definition/problem.ts";
import { Definition } from "./definition/schema.ts";
import { validateDefinition } from "./definition/validate.ts";
import { nearest } from "./nearest.ts";
import type { Clock } from "./ports/clock.ts";
import type { ServiceRegistry } from "./ports/service.ts";
import type { Store, VersionRecord, WorkflowRecord } from "./ports/store.ts";
import type { StepType } from "./steps/step-type.ts";
import type { TriggerType } from "./triggers/trigger-type.ts";

export interface WorkflowsOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly services: ServiceRegistry;
  readonly stepTypes: ReadonlyMap<string, StepType>;
  readonly triggerTypes: ReadonlyMap<string, TriggerType>;
  /** Told when another version became active. */
  readonly changed: () => Promise<void>;
}

/** Compiled versions kept in memory; the ones used longest ago go first. */
const MAX_COMPILED = 500;

/** The deployed workflows: immutable numbered versions, one of them active. */
export class Workflows {
  readonly #options: WorkflowsOptions;
  readonly #compiled = new Map<string, CompiledWorkflow>();

  constructor(options: WorkflowsOptions) {
    this.#options = options;
  }

  validate(source: unknown): ValidationResult {
    const { stepTypes, triggerTypes, services } = this.#options;
    return validateDefinition(source, { stepTypes, triggerTypes, services });
  }

  async deploy(source: unknown, options: DeployOptions): Promise<DeployResult> {
    const { definition, problems, warnings } = this.validate(source);
    const content = toJson(source);
    if (!definition || !isJsonObject(content)) return { deployed: false, problems, warnings };
    const taken = await this.#takenPaths(definition);
    if (taken.length > 0) return { deployed: false, problems: taken, warnings };
    const { contentHash, body } = contentOf(content);
    const existing = await this.#options.store.readWorkflow(definition.id);
    const unchanged = await this.#sameContent(definition, contentHash, existing);
    const version = unchanged ?? (await this.#insert(definition, body, contentHash, options.by));
    if (unchanged === null || options.file !== undefined) {
      await this.#options.store.writeWorkflow({
        workflowId: definition.id,
        name: definition.name,
        activeVersion: unchanged === null ? version : (existing?.activeVersion ?? version),
        files: {
          ...existing?.files,
          ...(options.file !== undefined && { [options.file]: contentHash }),
        },
        updatedAt: this.#options.clock.now(),
      });
      await this.#options.changed();
    }
    return {
      deployed: true,
      workflowId: definition.id,
      version,
      changed: unchanged === null,
      warnings,
    };
  }

  /**
   * Deploys a file of the workflows folder, but only if it differs from what this file deployed last: a newer version made
   * in Slack or by the API stays active over a restart.
   *
   * @returns `null` when there was nothing to do.
   */
  async deployFile(file: string, source: unknown): Promise<DeployResult | null> {
    if (isJsonObject(source) && typeof source["id"] === "string") {
      const existing = await this.#options.store.readWorkflow(source["id"]);
      if (existing?.files[file] === contentOf(source).contentHash) return null;
      // Changed since: it becomes the next version even if the file still carries the number of an earlier one.
      if (existing && (await this.#numberTaken(source))) {
        const { version: _taken, ...rest } = source;
        return this.deploy(rest, { by: `file:${file}`, file });
      }
    }
    return this.deploy(source, { by: `file:${file}`, file });
  }

  async list(): Promise<readonly WorkflowSummary[]> {
    const workflows = await this.#options.store.listWorkflows();
    return Promise.all(
      workflows.map(async ({ workflowId, name, activeVersion }) => {
        const { definition } = await this.compiled(workflowId, activeVersion);
        const triggers = triggersOf(definition).map((trigger) => trigger.type);
        return {
          id: workflowId,
          name,
          description: definition.description ?? null,
          version: activeVersion,
          triggers: triggers.length > 0 ? triggers : ["manual"],
        };
      }),
    );
  }

  async get(workflowId: string, version?: number): Promise<DeployedWorkflow> {
    const workflow = await this.#require(workflowId);
    const record = await this.#requireVersion(workflowId, version ?? workflow.activeVersion);
    const { definition } = await this.compiled(workflowId, record.version);
    return {
      definition,
      source: { ...record.definition, version: record.version },
      version: record.version,
      active: record.version === workflow.activeVersion,
      deployedBy: record.deployedBy,
      deployedAt: record.deployedAt,
    };
  }

  async activate(workflowId: string, version: number): Promise<void> {
    const workflow = await this.#require(workflowId);
    await this.#requireVersion(workflowId, version);
    const updatedAt = this.#options.clock.now();
    const { definition } = await this.compiled(workflowId, version);
    const [taken] = await this.#takenPaths(definition);
    if (taken) {
      throw new AppError({
        code: "definition_conflict",
        message: `Version ${version} cannot become active: ${taken.message}. ${taken.fix}`,
      });
    }
    await this.#options.store.writeWorkflow({ ...workflow, activeVersion: version, updatedAt });
    await this.#options.changed();
  }

  /** Paths of the definition's webhooks at which another active workflow listens. */
  async #takenPaths(definition: Definition): Promise<readonly Problem[]> {
    const wanted = webhookPaths(definition);
    if (wanted.length === 0) return [];
    const taken = new Map<string, string>();
    for (const { workflowId, activeVersion } of await this.#options.store.listWorkflows()) {
      if (workflowId === definition.id) continue;
      const other = await this.compiled(workflowId, activeVersion);
      for (const { path } of webhookPaths(other.definition)) taken.set(path, workflowId);
    }
    return wanted.flatMap(({ path, place }) => {
      const owner = taken.get(path);
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

  /** @throws {AppError} `version_not_found`. */
  async compiled(workflowId: string, version: number): Promise<CompiledWorkflow> {
    const key = `${workflowId}@${version}`;
    const known = this.#compiled.get(key);
    if (known) {
      this.#compiled.delete(key);
      this.#compiled.set(key, known);
      return known;
    }
    const record = await this.#requireVersion(workflowId, version);
    const { stepTypes, services } = this.#options;
    const compiled = compileDefinition(Definition.parse(record.definition), stepTypes, {
      services,
    });
    this.#compiled.set(key, compiled);
    const oldest = this.#compiled.keys().next().value;
    if (this.#compiled.size > MAX_COMPILED && oldest !== undefined) this.#compiled.delete(oldest);
    return compiled;
  }

  /** The version that already has this content: under the given number, or, without a number, the active one. */
  async #sameContent(
    definition: Definition,
    contentHash: string,
    existing: WorkflowRecord | null,
  ): Promise<number | null> {
    const number = definition.version ?? existing?.activeVersion;
    if (number === undefined) return null;
    const record = await this.#options.store.readVersion(definition.id, number);
    if (!record) return null;
    if (record.contentHash === contentHash) return existing ? number : null;
    if (definition.version === undefined) return null;
    const next = await this.#nextVersion(definition.id);
    throw new AppError({
      code: "definition_conflict",
      message: `Version ${number} of "${definition.id}" exists with other content, and versions never change. Deploy it as version ${next}, or leave "version" out.`,
      details: { workflowId: definition.id, version: number, nextVersion: next },
    });
  }

  async #insert(
    definition: Definition,
    body: JsonObject,
    contentHash: string,
    by: string,
  ): Promise<number> {
    for (;;) {
      const version = definition.version ?? (await this.#nextVersion(definition.id));
      const record: VersionRecord = {
        workflowId: definition.id,
        version,
        definition: body,
        contentHash,
        deployedBy: by,
        deployedAt: this.#options.clock.now(),
      };
      if (await this.#options.store.insertVersion(record)) return version;
      // Somebody else took the number in this moment. Equal content under a given number is what was asked for (a crash
      // between version and workflow record leaves that); without a number, the next is tried.
      if (definition.version !== undefined) {
        const taken = await this.#options.store.readVersion(definition.id, version);
        if (taken?.contentHash === contentHash) return version;
        throw new AppError({
          code: "definition_conflict",
          message: `Version ${version} of "${definition.id}" was just deployed with other content. Leave "version" out to get the next free number.`,
        });
      }
    }
  }

  async #nextVersion(workflowId: string): Promise<number> {
    const versions = await this.#options.store.listVersions(workflowId);
    return Math.max(0, ...versions.map((record) => record.version)) + 1;
  }

  async #numberTaken(source: JsonObject): Promise<boolean> {
    const { id, version } = source;
    if (typeof id !== "string" || typeof version !== "number") return false;
    const record = await this.#options.store.readVersion(id, version);
    return record !== null && record.contentHash !== contentOf(source).contentHash;
  }

  async #require(workflowId: string): Promise<WorkflowRecord> {
    const workflow = await this.#options.store.readWorkflow(workflowId);
    if (workflow) return workflow;
    const names = (await this.#options.store.listWorkflows()).map((known) => known.workflowId);
    const close = nearest(workflowId, names);
    throw new AppError({
      code: "workflow_not_found",
      message: `There is no workflow "${workflowId}".${close === null ? "" : ` Did you mean "${close}"?`}`,
    });
  }

  async #requireVersion(workflowId: string, version: number): Promise<VersionRecord> {
    const record = await this.#options.store.readVersion(workflowId, version);
    if (record) return record;
    const versions = await this.#options.store.listVersions(workflowId);
    throw new AppError({
      code: "version_not_found",
      message: `Workflow "${workflowId}" has no version ${version}. It has: ${versions.map((known) => known.version).join(", ") || "none"}.`,
    });
  }
}

/** The triggers of a definition, however it lists them. */
export function triggersOf(definition: Definition): NonNullable<Definition["triggers"]> {
  return definition.triggers ?? (definition.trigger ? [definition.trigger] : []);
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

/** Content of a definition: everything but its number. */
function contentOf(source: JsonObject): {
  readonly body: JsonObject;
  readonly contentHash: string;
} {
  const { version: _number, ...body } = source;
  return { body, contentHash: hashJson(body) };
}
