import { counted } from "../../shared/counted.ts";
import { AppError } from "../../shared/errors.ts";
import { hashJson, isJsonObject, type JsonObject, toJson } from "../../shared/json.ts";
import { nextTurn } from "../../shared/next-turn.ts";
import type { DeployOptions, DeployResult, FileDeployment } from "../api/workflows.ts";
import type { Problem } from "../definition/problem.ts";
import { Definition } from "../definition/schema.ts";
import type { Clock } from "../ports/clock.ts";
import type { Store } from "../ports/store.ts";
import type {
  PinnedName,
  VersionRecord,
  VersionSummary,
  WorkflowRecord,
} from "../ports/workflows.ts";
import type { PromptLibrary } from "../prompts/prompt-library.ts";
import { assertInUse } from "./archived.ts";
import type { Workflows } from "./workflows.ts";

export interface DeploymentsOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly workflows: Workflows;
  /** Warnings for what a definition names and the outside does not have. Never rejects. */
  readonly warnOf: (definition: Definition) => Promise<readonly Problem[]>;
  /** What the names of a definition stand for now. Never rejects. */
  readonly pinsOf: (definition: Definition) => Promise<readonly PinnedName[]>;
  readonly prompts: PromptLibrary;
}

/** Who deployed what came from a file of the workflows folder. */
const FILE_PREFIX = "file:";

/** Brings new versions in: from people, programs and files. The contract of each method stands in {@link Engine}. */
export class Deployments {
  readonly #options: DeploymentsOptions;

  constructor(options: DeploymentsOptions) {
    this.#options = options;
  }

  async deploy(source: unknown, options: DeployOptions): Promise<DeployResult> {
    return this.#deploy(source, options, {});
  }

  async deployFile(file: string, source: unknown): Promise<FileDeployment> {
    const content = toJson(source);
    if (!isJsonObject(content) || typeof content["id"] !== "string") {
      const { problems } = this.#options.workflows.validate(source);
      return { outcome: "invalid", problems };
    }
    const { id: workflowId } = content;
    const { contentHash, body } = contentOf(content);
    const existing = await this.#options.store.workflows.get(workflowId);
    const newer = existing ? await this.#madeElsewhere(existing, contentHash) : null;
    if (existing?.files[file] === contentHash) return { outcome: "unchanged", workflowId, newer };
    if (existing) assertInUse(existing, "what the file says now is not deployed");
    if (existing && newer) return this.#keepBack(file, body, existing, newer);
    const number = content["version"];
    const isTaken =
      typeof number === "number" && (await this.#isTaken(workflowId, number, contentHash));
    // Changed since: it becomes the next version even if the file still carries the number of an earlier one.
    const by = `${FILE_PREFIX}${file}`;
    const deployed = await this.#deploy(isTaken ? body : content, { by }, { [file]: contentHash });
    return deployed.deployed
      ? { outcome: "deployed", ...deployed }
      : { outcome: "invalid", problems: deployed.problems };
  }

  async #deploy(
    source: unknown,
    options: DeployOptions,
    file: Readonly<Record<string, string>>,
  ): Promise<DeployResult> {
    const { workflows, store } = this.#options;
    const { by, onto } = options;
    await this.#options.prompts.refreshFor(source);
    const { definition, problems, warnings } = workflows.validate(source);
    if (!definition) return { deployed: false, problems, warnings };
    await nextTurn();
    const content = toJson(source);
    if (!isJsonObject(content)) return { deployed: false, problems, warnings };
    const taken = await workflows.takenPaths(definition);
    if (taken.length > 0) return { deployed: false, problems: taken, warnings };
    const { contentHash, body } = contentOf(content);
    const existing = await store.workflows.get(definition.id);
    if (existing) assertInUse(existing, "nothing is deployed to it");
    await this.#assertActive(definition.id, onto, contentHash);
    const pins = await this.#options.pinsOf(definition);
    const unchanged = await this.#sameContent(definition, contentHash, pins, existing);
    const version =
      unchanged ?? (await this.#insert(definition, { body, contentHash, pins }, options, existing));
    const active = unchanged === null ? version : (existing?.activeVersion ?? version);
    const isNews = unchanged === null || Object.keys(file).length > 0;
    if (isNews) await workflows.setActive(definition, active, by, file);
    return {
      deployed: true,
      workflowId: definition.id,
      version,
      changed: unchanged === null,
      active: version === active,
      // Asked when all is stored, so that a slow outside delays the answer alone.
      warnings: [...warnings, ...(await this.#options.warnOf(definition))],
    };
  }

  /** The active version if people or programs made it and the file says something else. */
  async #madeElsewhere(
    { workflowId, activeVersion }: WorkflowRecord,
    contentHash: string,
  ): Promise<VersionSummary | null> {
    const active = await this.#options.store.workflows.getVersion(workflowId, activeVersion);
    if (!active || active.deployedBy.startsWith(FILE_PREFIX)) return null;
    return active.contentHash === contentHash ? null : active;
  }

  /** Stores what a file says without activating it: what people chose stays until they choose otherwise. */
  async #keepBack(
    file: string,
    body: JsonObject,
    existing: WorkflowRecord,
    newer: VersionSummary,
  ): Promise<FileDeployment> {
    const { workflows, store } = this.#options;
    await this.#options.prompts.refreshFor(body);
    const { definition, problems } = workflows.validate(body);
    if (!definition) return { outcome: "invalid", problems };
    const by = `${FILE_PREFIX}${file}`;
    const { contentHash } = contentOf(body);
    const pins = await this.#options.pinsOf(definition);
    const content = { body, contentHash, pins };
    const version = await this.#insert(definition, content, { by }, existing);
    const files = { ...existing.files, [file]: contentHash };
    await store.workflows.save({ ...existing, files });
    return { outcome: "kept_back", workflowId: definition.id, version, newer };
  }

  /**
   * The version that already has this content: under the given number, or, without a number, the active one if its names still
   * stand for what they stood for then. Deploying it again is how a name is looked up anew.
   */
  async #sameContent(
    definition: Definition,
    contentHash: string,
    pins: readonly PinnedName[],
    existing: WorkflowRecord | null,
  ): Promise<number | null> {
    const number = definition.version ?? existing?.activeVersion;
    if (number === undefined) return null;
    const record = await this.#options.store.workflows.getVersion(definition.id, number);
    if (!record) return null;
    if (record.contentHash === contentHash) {
      const isSame = definition.version !== undefined || hasPins(record, pins);
      return existing && isSame ? number : null;
    }
    if (definition.version === undefined) return null;
    throw await this.#conflict(definition, record);
  }

  /** What the number holds, how that differs from what came, and which number is free. */
  async #conflict(definition: Definition, taken: VersionRecord): Promise<AppError> {
    const { id, version } = definition;
    const next = await this.#nextVersion(id);
    const diff = this.#options.workflows.diffOf(Definition.parse(taken.definition), definition);
    const count = diff.changes.length;
    return new AppError({
      code: "definition_conflict",
      message:
        `Version ${version} of "${id}" exists with other content (${counted(count, "difference")}), and versions never change. ` +
        `Deploy it as version ${next}, or leave "version" out.`,
      details: {
        workflowId: id,
        version: taken.version,
        nextVersion: next,
        diff: toJson(diff),
      },
    });
  }

  /**
   * Takes a number for a content. Processes that deploy the same at one moment get the same number.
   *
   * @param existing - the workflow as it was before.
   */
  async #insert(
    definition: Definition,
    { body, contentHash, pins }: Content,
    { by, onto }: DeployOptions,
    existing: WorkflowRecord | null,
  ): Promise<number> {
    const { store, clock } = this.#options;
    for (;;) {
      await this.#assertActive(definition.id, onto, contentHash);
      const [newest] = await store.workflows.listVersions(definition.id);
      const version = definition.version ?? numberFor({ contentHash, by }, newest, existing);
      if (version === newest?.version && newest.contentHash === contentHash) return version;
      const record: VersionRecord = {
        workflowId: definition.id,
        version,
        definition: body,
        contentHash,
        deployedBy: by,
        deployedAt: clock.now(),
        ...(pins.length > 0 && { pins }),
      };
      if (await store.workflows.insertVersion(record)) return version;
      // Another process took the number in this moment. Under it stands what was to stand there, or without a number of its own the
      // next one is tried.
      const taken = await store.workflows.getVersion(definition.id, version);
      if (taken?.contentHash === contentHash) return version;
      if (taken && definition.version !== undefined) throw await this.#conflict(definition, taken);
    }
  }

  /**
   * Is this version the active one, and no other about to become it? A number that another process took, and has not activated yet, counts
   * as active.
   *
   * @param onto - as in {@link DeployOptions}. @throws {AppError} `workflow_changed`.
   */
  async #assertActive(
    id: string,
    onto: number | null | undefined,
    contentHash: string,
  ): Promise<void> {
    if (onto === undefined) return;
    const { workflows } = this.#options.store;
    const record = await workflows.get(id);
    const [newest] = await workflows.listVersions(id);
    const isOther = newest !== undefined && newest.contentHash !== contentHash;
    const active =
      isOther && isComing(newest, record) ? newest.version : (record?.activeVersion ?? null);
    if (active !== onto) throw changed(id, onto, active);
  }

  async #nextVersion(workflowId: string): Promise<number> {
    const versions = await this.#options.store.workflows.listVersions(workflowId);
    return Math.max(0, ...versions.map((record) => record.version)) + 1;
  }

  async #isTaken(workflowId: string, version: number, contentHash: string): Promise<boolean> {
    const record = await this.#options.store.workflows.getVersion(workflowId, version);
    return record !== null && record.contentHash !== contentHash;
  }
}

/**
 * The number after the newest one; or that one, if it is this very deployment, of another process that has not activated it yet or
 * died before that. What was active once does not count: going back and deploying again is a deployment of its own.
 */
function numberFor(
  wanted: { readonly contentHash: string; readonly by: string },
  newest: VersionSummary | undefined,
  existing: WorkflowRecord | null,
): number {
  if (!newest) return 1;
  const isSame = newest.contentHash === wanted.contentHash && newest.deployedBy === wanted.by;
  const isUnderWay = existing === null || newest.deployedAt > existing.updatedAt;
  return isSame && isUnderWay ? newest.version : newest.version + 1;
}

/** Was a version stored to become the active one, and has not become it yet? */
function isComing(
  { version, deployedAt, deployedBy }: VersionSummary,
  record: WorkflowRecord | null,
): boolean {
  if (deployedBy.startsWith(FILE_PREFIX)) return false;
  return version !== record?.activeVersion && deployedAt > (record?.updatedAt ?? 0);
}

function changed(id: string, onto: number | null, active: number | null): AppError {
  const found =
    active === null ? "there is no such workflow" : `version ${active} is the active one now`;
  const wanted = onto === null ? "as a new workflow" : `onto version ${onto}`;
  return new AppError({
    code: "workflow_changed",
    message: `"${id}" was to be deployed ${wanted}, but ${found}. Nothing was deployed: read the workflow again, and decide what of it is to stay.`,
    details: { workflowId: id, version: active },
  });
}

/** What a new version holds. */
interface Content {
  readonly body: JsonObject;
  readonly contentHash: string;
  readonly pins: readonly PinnedName[];
}

/** Does this version pin the same? What is not known now counts as unchanged. */
function hasPins({ pins: had = [] }: VersionRecord, pins: readonly PinnedName[]): boolean {
  return pins.every(({ kind, name, pin }) =>
    had.some((one) => one.kind === kind && one.name === name && one.pin === pin),
  );
}

/** Content of a definition: everything but its number. */
function contentOf(source: JsonObject): {
  readonly body: JsonObject;
  readonly contentHash: string;
} {
  const { version: _number, ...body } = source;
  return { body, contentHash: hashJson(body) };
}
