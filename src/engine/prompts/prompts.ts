import { nearest } from "../../shared/did-you-mean.ts";
import { AppError, asAppError } from "../../shared/errors.ts";
import { hashJson, toJson } from "../../shared/json.ts";
import { parseTemplate } from "../../shared/template-parser.ts";
import type {
  PromptAdded,
  PromptComparison,
  PromptDraft,
  Prompts,
  PromptView,
} from "../api/prompts.ts";
import type { Problem } from "../definition/problem.ts";
import { PROMPT_NAME } from "../language/prompt-ref.ts";
import type { Clock } from "../ports/clock.ts";
import type { PromptRecord, PromptVersionRecord } from "../ports/prompts.ts";
import type { Store } from "../ports/store.ts";
import { comparePrompts } from "./compare-versions.ts";
import type { PromptLibrary } from "./prompt-library.ts";

/** Characters of a prompt before its values are filled in. */
const MAX_TEXT = 100_000;

export interface PromptsOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly library: PromptLibrary;
  /** What would be wrong with active workflows if this text were asked, each problem with its workflow. */
  readonly problemsWith: (
    name: string,
    text: string,
  ) => Promise<readonly (Problem & { readonly workflowId: string })[]>;
}

/** Named prompts: numbered versions that never change, one of them active, another perhaps asked by a share of the executions. */
export class StoredPrompts implements Prompts {
  readonly #options: PromptsOptions;

  constructor(options: PromptsOptions) {
    this.#options = options;
  }

  list(): Promise<readonly PromptRecord[]> {
    return this.#options.store.prompts.list();
  }

  async get(name: string): Promise<PromptView> {
    const record = await this.#require(name);
    return { ...record, versions: await this.#options.store.prompts.listVersions(name) };
  }

  async add({ name, text, by, note, activate = false }: PromptDraft): Promise<PromptAdded> {
    assertUsable(name, text);
    const existing = await this.#options.store.prompts.get(name);
    const versions = await this.#options.store.prompts.listVersions(name);
    const same = versions.find((version) => version.text === text);
    const isAsked = existing === null || activate;
    if (isAsked) await this.#assertFits(name, text);
    const version = same?.version ?? (await this.#insert(name, text, by, note ?? null));
    if (existing === null) await this.#write({ ...fresh(name), active: version }, by);
    else if (isAsked && existing.active !== version) await this.promote(name, version, by);
    const active = isAsked || existing?.active === version;
    return { name, version, changed: same === undefined, active };
  }

  async addFile(file: string, text: string): Promise<PromptAdded | null> {
    const name = file.replace(/\.[a-z]+$/, "");
    const hash = hashJson(toJson(text));
    const existing = await this.#options.store.prompts.get(name);
    if (existing?.files[file] === hash) return null;
    const active =
      existing && (await this.#options.store.prompts.getVersion(name, existing.active));
    const byPeople = active !== null && !active.createdBy.startsWith("file:");
    const added = await this.add({ name, text, by: `file:${file}`, activate: !byPeople });
    const record = await this.#require(name);
    const files = { ...record.files, [file]: hash };
    await this.#write({ ...record, files }, record.updatedBy);
    return added;
  }

  async split(name: string, version: number, percent: number, by: string): Promise<PromptRecord> {
    const record = await this.#require(name);
    if (!Number.isInteger(percent) || percent < 0 || percent > 99) {
      throw badInput(
        "percent",
        "must be a whole number from 0 to 99; to ask it always, promote it",
      );
    }
    if (percent === 0) return this.#write({ ...record, split: null }, by);
    if (version === record.active) {
      throw badInput("version", `${version} is the active version; split with another`);
    }
    await this.#assertFits(name, (await this.#requireVersion(name, version)).text);
    return this.#write({ ...record, split: { version, percent } }, by);
  }

  async promote(name: string, version: number, by: string): Promise<PromptRecord> {
    const record = await this.#require(name);
    const { text } = await this.#requireVersion(name, version);
    if (version === record.active) return this.#write({ ...record, split: null }, by);
    await this.#assertFits(name, text);
    return this.#write({ ...record, active: version, previous: record.active, split: null }, by);
  }

  async rollBack(name: string, by: string): Promise<PromptRecord> {
    const { previous } = await this.#require(name);
    if (previous === null) {
      throw badInput(
        "name",
        `"${name}" has had one active version only: there is nothing to go back to`,
      );
    }
    return this.promote(name, previous, by);
  }

  async compare(name: string): Promise<PromptComparison> {
    return comparePrompts(await this.get(name), this.#options.store);
  }

  async #insert(name: string, text: string, by: string, note: string | null): Promise<number> {
    const { store, clock } = this.#options;
    for (;;) {
      const versions = await store.prompts.listVersions(name);
      const version = Math.max(0, ...versions.map((known) => known.version)) + 1;
      const record = { name, version, text, note, createdBy: by, createdAt: clock.now() };
      // Otherwise another caller took the number in this moment.
      if (await store.prompts.insertVersion(record)) return version;
    }
  }

  async #write(
    record: Omit<PromptRecord, "updatedBy" | "updatedAt">,
    by: string,
  ): Promise<PromptRecord> {
    const { store, clock, library } = this.#options;
    const written = { ...record, updatedBy: by, updatedAt: clock.now() };
    await store.prompts.save(written);
    await library.refresh();
    return written;
  }

  async #assertFits(name: string, text: string): Promise<void> {
    const [problem, ...others] = await this.#options.problemsWith(name, text);
    if (problem === undefined) return;
    const rest = others.length > 0 ? ` (and ${others.length} more)` : "";
    throw invalid(
      `The workflow "${problem.workflowId}" cannot ask this text: ${problem.path}: ${problem.message}. ${problem.fix}${rest}`,
    );
  }

  async #require(name: string): Promise<PromptRecord> {
    const record = await this.#options.store.prompts.get(name);
    if (record) return record;
    const names = (await this.list()).map((known) => known.name);
    const close = nearest(name, names);
    throw new AppError({
      code: "prompt_not_found",
      message: `There is no prompt "${name.slice(0, 80)}".${close === null ? "" : ` Did you mean "${close}"?`}`,
    });
  }

  async #requireVersion(name: string, version: number): Promise<PromptVersionRecord> {
    const record = await this.#options.store.prompts.getVersion(name, version);
    if (record) return record;
    const versions = await this.#options.store.prompts.listVersions(name);
    throw new AppError({
      code: "prompt_not_found",
      message: `The prompt "${name}" has no version ${version}. It has: ${versions.map((known) => known.version).join(", ")}.`,
    });
  }
}

function fresh(name: string): Omit<PromptRecord, "active" | "updatedBy" | "updatedAt"> {
  return { name, previous: null, split: null, files: {} };
}

function assertUsable(name: string, text: string): void {
  if (!PROMPT_NAME.test(name)) {
    throw invalid(
      `"${name.slice(0, 80)}" is not a name for a prompt. Use lower-case letters, digits and hyphens, such as ticket-urgency.`,
    );
  }
  if (text.trim() === "") throw invalid(`The prompt "${name}" is empty. Say what to decide.`);
  if (text.length > MAX_TEXT) {
    throw invalid(
      `The prompt "${name}" has ${text.length} characters; at most ${MAX_TEXT} are taken.`,
    );
  }
  let paths: readonly (readonly string[])[];
  try {
    ({ paths } = parseTemplate(text));
  } catch (error) {
    throw invalid(`The prompt "${name}" cannot be read: ${asAppError(error).message}`);
  }
  const secret = paths.find(([root]) => root === "secrets");
  if (secret) {
    throw invalid(
      `The prompt "${name}" names {{${secret.join(".")}}}. Secrets are never shown to a model.`,
    );
  }
}

function invalid(message: string): AppError {
  return new AppError({ code: "prompt_invalid", message });
}

function badInput(path: string, message: string): AppError {
  return new AppError({
    code: "input_invalid",
    message: `${path} ${message}.`,
    details: { problems: [{ path, message, fix: "" }] },
  });
}
