import { randomBytes } from "node:crypto";
import { AppError, isAppError } from "../../shared/errors.ts";
import { sha256 } from "../../shared/hash.ts";
import { canonicalJson, type JsonObject, readOwn } from "../../shared/json.ts";
import { toDollars } from "../../shared/money.ts";
import { omitUndefined } from "../../shared/omit-undefined.ts";
import { isUserId } from "../../shared/slack-ids.ts";
import type { DraftDeployed, DraftRequest, Drafts, DraftView, Generated } from "../api/drafts.ts";
import type { DeployedWorkflow, DeployOptions, DeployResult } from "../api/workflows.ts";
import type { DefinitionDiff } from "../definition/diff.ts";
import type { Explanation } from "../definition/explain.ts";
import type { ValidationResult } from "../definition/problem.ts";
import type { Definition } from "../definition/schema.ts";
import type { Clock } from "../ports/clock.ts";
import type { Store } from "../ports/store.ts";
import type { DraftRecord } from "../ports/workflows.ts";
import { freeId, type Generator } from "./generator.ts";

export interface DraftsOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly generator: Generator;
  readonly validate: (source: unknown) => ValidationResult;
  readonly explain: (definition: Definition) => Explanation;
  /** When schedules of a definition would start it next. */
  readonly nextStarts: (definition: Definition) => readonly number[];
  /** How a version became another definition. */
  readonly diff: (
    from: NonNullable<DraftRecord["base"]>,
    to: Definition,
  ) => Promise<DefinitionDiff>;
  readonly deploy: (source: unknown, options: DeployOptions) => Promise<DeployResult>;
  readonly get: (workflowId: string) => Promise<DeployedWorkflow>;
}

/** How many changes can be undone. */
const EARLIER_KEPT = 20;

/** How many drafts of a conversation, or of those that wait for a review, are listed. */
const LISTED = 20;

/** An older draft is taken for forgotten. */
const REVIEWED_WITHIN_MS = 30 * 24 * 3_600_000;
/** Drafts that are read to find those that are open. */
const READ_FOR_OPEN = 200;

/** The drafts of a store. */
export class StoredDrafts implements Drafts {
  readonly #options: DraftsOptions;
  readonly #inTurn = createTurns();

  constructor(options: DraftsOptions) {
    this.#options = options;
  }

  generate(description: string, by?: string): Promise<Generated> {
    const id = `gen_${randomBytes(8).toString("hex")}`;
    return this.#options.generator.generate({
      id,
      description,
      ...(by !== undefined && isUserId(by) && { by }),
    });
  }

  async open({ key, changes, ...request }: DraftRequest): Promise<DraftRecord | null> {
    const now = this.#options.clock.now();
    const active = changes === undefined ? null : await this.#options.get(changes);
    const draft: DraftRecord = {
      ...request,
      id: draftIdFor(key),
      source: active?.source ?? null,
      ...(active && {
        base: { workflowId: active.definition.id, version: active.version },
        description: active.definition.description ?? active.definition.name,
      }),
      round: 0,
      status: "open",
      messageTs: null,
      settledBy: null,
      version: null,
      createdAt: now,
      updatedAt: now,
    };
    return (await this.#options.store.drafts.insert(draft)) ? draft : null;
  }

  write(id: string, change?: string): Promise<DraftView> {
    return this.#inTurn(id, () => this.#write(id, change));
  }

  undo(id: string): Promise<DraftView> {
    return this.#inTurn(id, async () => {
      const draft = await this.#read(id);
      if (draft.status !== "open") throw notFound(closed(draft));
      const before = draft.earlier?.at(-1);
      if (before === undefined) throw notFound("There is no change of this draft to take back.");
      const earlier = draft.earlier?.slice(0, -1) ?? [];
      const { notes: _notes, asked: _asked, ...kept } = draft;
      return this.#viewOf(await this.#update(kept, { ...before, earlier, round: draft.round + 1 }));
    });
  }

  get(id: string): Promise<DraftRecord | null> {
    return this.#options.store.drafts.get(id);
  }

  find(channel: string, threadTs: string): Promise<DraftRecord | null> {
    return this.#options.store.drafts.findInThread(channel, threadTs);
  }

  listIn(channel: string): Promise<readonly DraftRecord[]> {
    return this.#options.store.drafts.listIn(channel, LISTED);
  }

  async listOpen(): Promise<readonly DraftRecord[]> {
    const { store, clock } = this.#options;
    const newest = await store.drafts.listNewest(clock.now() - REVIEWED_WITHIN_MS, READ_FOR_OPEN);
    // Before its first round there is nothing to review.
    const open = newest.filter(({ status, round }) => status === "open" && round > 0);
    return open.slice(0, LISTED);
  }

  async view(id: string): Promise<DraftView> {
    return this.#viewOf(await this.#read(id));
  }

  shown(id: string, messageTs: string): Promise<void> {
    return this.#inTurn(id, async () => {
      await this.#update(await this.#read(id), { messageTs });
    });
  }

  deploy(id: string, round: number, by: string): Promise<DraftDeployed> {
    return this.#inTurn(id, () => this.#deploy(id, round, by));
  }

  discard(id: string, by: string): Promise<DraftRecord> {
    return this.#inTurn(id, async () => {
      const draft = await this.#read(id);
      if (draft.status !== "open") return draft;
      return this.#update(draft, { status: "discarded", settledBy: by });
    });
  }

  async #read(id: string): Promise<DraftRecord> {
    const draft = await this.#options.store.drafts.get(id);
    if (draft !== null) return draft;
    throw notFound("There is no such draft. Describe the workflow again.");
  }

  async #update(draft: DraftRecord, change: Partial<DraftRecord>): Promise<DraftRecord> {
    const changed = { ...draft, ...change, updatedAt: this.#options.clock.now() };
    await this.#options.store.drafts.save(changed);
    return changed;
  }

  async #viewOf(draft: DraftRecord): Promise<DraftView> {
    const { definition, warnings } = this.#options.validate(draft.source);
    if (definition === null) {
      throw notFound("This draft has no definition yet. Describe in its thread what it should do.");
    }
    const difference = draft.base && (await this.#options.diff(draft.base, definition));
    const calls = await this.#options.store.calls.list(draft.id);
    const costs = calls.map((call) => call.costNano);
    const nano = costs.reduce(
      (sum, cost) => (sum === null || cost === null ? null : sum + cost),
      0,
    );
    return {
      draft,
      definition,
      explanation: this.#options.explain(definition),
      warnings,
      nextStarts: this.#options.nextStarts(definition),
      ...omitUndefined({ difference }),
      calls: calls.length,
      cost: nano === null ? null : toDollars(nano),
    };
  }

  async #write(id: string, said?: string): Promise<DraftView> {
    const draft = await this.#read(id);
    if (draft.status !== "open") throw notFound(closed(draft));
    // What was said of the round before, and asked for this one, ends with it.
    const { notes: _notes, asked, ...kept } = draft;
    const { source, description, ownerId, base: changed } = kept;
    const wanted = withAnswer(asked, said);
    const { change, base } = wishOf(kept, wanted);
    const generated = await this.#options.generator
      .generate({
        ...{ id, by: ownerId, description: base, isAnswered: asked !== undefined },
        ...(change && { change }),
        ...(changed && { workflowId: changed.workflowId }),
      })
      .catch(async (error: unknown) => {
        const question = questionOf(error);
        const isAsked = question !== null;
        if (isAsked) await this.#update(draft, { asked: { question, wanted: wanted ?? "" } });
        throw error;
      });
    return this.#viewOf(
      await this.#update(kept, {
        source: generated.source,
        description: change === null ? base : `${base}\nChange: ${change.wanted}`,
        round: draft.round + 1,
        ...(generated.notes !== null && { notes: generated.notes }),
        ...(source !== null &&
          draft.round > 0 && {
            earlier: [...(draft.earlier ?? []), { source, description }].slice(-EARLIER_KEPT),
          }),
      }),
    );
  }

  async #deploy(id: string, round: number, by: string): Promise<DraftDeployed> {
    const draft = await this.#read(id);
    if (draft.status === "deployed")
      return { kind: "deployed", view: await this.#viewOf(draft), isRepeat: true };
    if (draft.status === "discarded") throw notFound(closed(draft));
    if (draft.round !== round || draft.source === null) {
      throw notFound("There is a newer round of this draft further down. Look at that one.");
    }
    const { version: _number, ...source } = draft.source;
    const { definition } = await this.#viewOf(draft);
    const workflowId = definition.id;
    const { base } = draft;
    if (await this.#isAnother(workflowId, source)) {
      if (base?.workflowId !== workflowId)
        return { kind: "taken", workflowId, free: await freeId(workflowId, this.#options.store) };
      const { version: active } = await this.#options.get(workflowId);
      if (active !== base.version)
        return { kind: "outdated", workflowId, base: base.version, active };
    }
    const result = await this.#options.deploy(source, { by });
    if (!result.deployed) return { kind: "problems", problems: result.problems };
    const { version } = result;
    const settled = await this.#update(draft, { status: "deployed", version, settledBy: by });
    return { kind: "deployed", view: await this.#viewOf(settled), isRepeat: false };
  }

  /** A workflow with this id and other content: with equal content, an earlier click did its work and crashed. */
  async #isAnother(workflowId: string, source: JsonObject): Promise<boolean> {
    if ((await this.#options.store.workflows.get(workflowId)) === null) return false;
    const { version: _number, ...present } = (await this.#options.get(workflowId)).source;
    return canonicalJson(present) !== canonicalJson(source);
  }
}

/** What the model asks back, if that is why nothing was written. */
function questionOf(error: unknown): string | null {
  if (!isAppError(error, "description_unclear")) return null;
  const question = readOwn(error.details, "question");
  return typeof question === "string" ? question : null;
}

/** What is asked of the model, and the description that it goes by. */
function wishOf({ source, description }: DraftRecord, wanted: string | undefined) {
  if (wanted === undefined) return { change: null, base: description };
  // What was added before there was a definition is part of the description.
  if (source === null) return { change: null, base: `${description}\n${wanted}` };
  return { change: { earlier: source, wanted }, base: description };
}

/** What a person says, together with the question that it answers and what that was about. */
function withAnswer(asked: DraftRecord["asked"], said: string | undefined): string | undefined {
  if (asked === undefined || said === undefined) return said;
  const { question, wanted } = asked;
  return [wanted, `(${question})`, said].filter((part) => part !== "").join("\n");
}

function closed({ status }: DraftRecord): string {
  return `This draft was ${status} already. Describe a new workflow to begin another.`;
}

function notFound(message: string): AppError {
  return new AppError({ code: "draft_not_found", message });
}

/** The same request gives the same id, so that it has one draft however often it is delivered. */
function draftIdFor(key: string): string {
  return `draft_${sha256(key).toString("hex").slice(0, 16)}`;
}

/** What concerns one draft happens one after the other: two clicks at once must not deploy twice. */
function createTurns(): <Value>(id: string, work: () => Promise<Value>) => Promise<Value> {
  const last = new Map<string, Promise<unknown>>();
  return async (id, work) => {
    const before = last.get(id) ?? Promise.resolve();
    const turn = before.then(work, work);
    last.set(id, turn);
    try {
      return await turn;
    } finally {
      if (last.get(id) === turn) last.delete(id);
    }
  };
}
