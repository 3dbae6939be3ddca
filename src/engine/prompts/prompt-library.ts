import { sha256 } from "../../shared/hash.ts";
import { LruMap } from "../../shared/lru-map.ts";
import { parseTemplate } from "../../shared/template-parser.ts";
import type { CompiledWorkflow } from "../definition/compile.ts";
import {
  type NamedPrompt,
  type PromptLookup,
  parsePromptRef,
  promptRefsIn,
} from "../language/prompt-ref.ts";
import type { ExecutionStarted } from "../model/events.ts";
import type { PromptRecord } from "../ports/prompts.ts";
import type { Store } from "../ports/store.ts";

/** Versions kept in memory; they never change. */
const MAX_CACHED = 1000;

type PromptStore = Pick<Store, "prompts">;

/** The texts of named prompts, and which version an execution asks. */
export class PromptLibrary implements PromptLookup {
  readonly #store: PromptStore;
  readonly #versions = new LruMap<string, NamedPrompt>(MAX_CACHED);
  /** As they were at the last `refresh`. */
  #records = new Map<string, PromptRecord>();

  constructor(store: PromptStore) {
    this.#store = store;
  }

  /** Reads which versions are active; `get` and `names` answer by that. */
  async refresh(): Promise<void> {
    const records = await this.#store.prompts.list();
    for (const { name, active, split } of records) {
      await this.version(name, active);
      if (split) await this.version(name, split.version);
    }
    this.#records = new Map(records.map((record) => [record.name, record]));
  }

  names(): readonly string[] {
    return [...this.#records.keys()];
  }

  get(ref: string): readonly NamedPrompt[] | null {
    const { name, version } = parsePromptRef(ref);
    const record = this.#records.get(name);
    if (!record) return null;
    const numbers = version === null ? [record.active, ...splitOf(record)] : [version];
    const known = numbers.flatMap((number) => this.#versions.get(`${name}@${number}`) ?? []);
    // A pinned version need not be in memory: `refreshFor` reads those that a definition names.
    return known.length > 0 ? known : null;
  }

  /** Reads the prompts that a definition names, as they are now: another process may have added some. */
  async refreshFor(source: unknown): Promise<void> {
    const refs = promptRefsIn(source);
    if (refs.length > 0) await this.refresh();
    for (const ref of refs) {
      const { name, version } = parsePromptRef(ref);
      if (version !== null) await this.version(name, version);
    }
  }

  /** One version of a prompt; `null`: there is none. */
  async version(name: string, version: number): Promise<NamedPrompt | null> {
    const key = `${name}@${version}`;
    const known = this.#versions.get(key);
    if (known) return known;
    const record = await this.#store.prompts.getVersion(name, version);
    if (!record) return null;
    const prompt = { name, version, template: parseTemplate(record.text) };
    this.#versions.set(key, prompt);
    return prompt;
  }

  /** Which version of each prompt an execution asks, for its whole life. Pinned references need none. */
  async assign(
    refs: readonly string[],
    executionId: string,
  ): Promise<Readonly<Record<string, number>>> {
    const assigned: Record<string, number> = {};
    for (const ref of refs) {
      const { name, version } = parsePromptRef(ref);
      const record = version === null ? await this.#store.prompts.get(name) : null;
      if (record) assigned[name] = choose(record, executionId);
    }
    return assigned;
  }

  /** The workflow with the prompts that this execution asks. A prompt that does not exist is left out: its step says so. */
  async attach(
    workflow: CompiledWorkflow,
    start: Pick<ExecutionStarted, "executionId" | "prompts">,
  ): Promise<CompiledWorkflow> {
    const { promptRefs } = workflow;
    if (promptRefs.length === 0) return workflow;
    // An execution that was moved to another version of its workflow may meet prompts that its start knew nothing of.
    const assigned = {
      ...(await this.assign(promptRefs, start.executionId)),
      ...start.prompts,
    };
    const prompts = new Map<string, NamedPrompt>();
    for (const ref of promptRefs) {
      const { name, version } = parsePromptRef(ref);
      const number = version ?? assigned[name];
      const prompt = number === undefined ? null : await this.version(name, number);
      if (prompt) prompts.set(ref, prompt);
    }
    return { ...workflow, prompts };
  }
}

function splitOf({ split }: PromptRecord): readonly number[] {
  return split ? [split.version] : [];
}

/** By a hash of execution and name: the same execution always gets the same, and a growing share keeps those it had. */
function choose({ name, active, split }: PromptRecord, executionId: string): number {
  if (!split) return active;
  const digest = sha256(`${executionId} ${name}`).readUInt32BE(0);
  return (digest / 2 ** 32) * 100 < split.percent ? split.version : active;
}
