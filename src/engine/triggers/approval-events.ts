import type { JsonObject } from "../../shared/json.ts";
import { omitUndefined } from "../../shared/omit-undefined.ts";
import type { CompiledWorkflow } from "../definition/compile.ts";
import { APPROVAL_EVENTS, type ApprovalEvent } from "../definition/schema.ts";
import { handOn } from "../execution/decider/answerable.ts";
import { sensitiveOf } from "../execution/projections/sensitive.ts";
import type { ExecutionEvent } from "../model/events.ts";
import { approversNow } from "../model/requests.ts";
import type { ReadonlyRequest, ReadonlyState } from "../model/state.ts";
import { stepIdOf } from "../model/step-path.ts";
import type { EventRecord } from "../ports/events.ts";
import type { Announcer } from "../runtime/hooks.ts";
import { toSource } from "./completion-events.ts";
import type { TriggerRegistry } from "./trigger-registry.ts";

export interface ApprovalEventsOptions {
  readonly triggers: TriggerRegistry;
  /** Stores an event; a repeat changes nothing. @throws {AppError} `store_unavailable`: to be repeated. */
  readonly announce: (event: Omit<EventRecord, "at" | "process">) => Promise<void>;
}

/** Something that happened to a request. */
interface Happening {
  readonly name: ApprovalEvent;
  readonly at: number;
  /** Distinguishes it from others of the request. */
  readonly key: string;
  readonly about: JsonObject;
}

/** Makes events of what happens to requests for a decision, if a trigger or a run waits for them. Doing it again changes nothing. */
export class ApprovalEvents implements Announcer {
  readonly #options: ApprovalEventsOptions;

  constructor(options: ApprovalEventsOptions) {
    this.#options = options;
  }

  isListening(): boolean {
    return APPROVAL_EVENTS.some((name) => this.#options.triggers.isHeard(name));
  }

  async publish(
    { definition }: CompiledWorkflow,
    state: ReadonlyState,
    events: readonly ExecutionEvent[],
  ): Promise<void> {
    const { triggers, announce } = this.#options;
    const moments = new Set(events.flatMap((event) => ("at" in event ? [event.at] : [])));
    const heard = [...state.requests.values()].filter(isApproval).flatMap((request) =>
      happeningsOf(request)
        .filter(({ name, at }) => moments.has(at) && triggers.isHeard(name))
        .map((happening) => ({ request, happening })),
    );
    if (heard.length === 0) return;
    const masker = sensitiveOf(definition, state);
    const mask = <T>(value: T): T => masker?.value(value) ?? value;
    for (const { request, happening } of heard) {
      const { name, key, at, about } = happening;
      await announce({
        id: `approval:${request.opened.id}:${key}`,
        name,
        payload: mask({
          ...{ event: name, at: new Date(at).toISOString() },
          ...requestOf(request, state),
          ...about,
        }),
        source: toSource(state),
        answerable: handOn(state),
      });
    }
  }
}

/** Whether an attempt had its effect, and money, are asked for otherwise. */
function isApproval({ opened }: ReadonlyRequest): boolean {
  return opened.doubt === undefined && opened.budget === undefined;
}

function requestOf(request: ReadonlyRequest, { start }: ReadonlyState): JsonObject {
  const { opened, path } = request;
  const { workflowId, workflowName, executionId } = start;
  return {
    ...{ requestId: opened.id, workflowId, workflowName, executionId, stepId: stepIdOf(path) },
    ...{ title: opened.title, approvers: approversNow(request) },
    ...omitUndefined({
      channel: opened.channel,
      expiresAt:
        opened.expiresAt === undefined ? undefined : new Date(opened.expiresAt).toISOString(),
    }),
  };
}

function happeningsOf({ opened, notes, votes, outcome }: ReadonlyRequest): readonly Happening[] {
  const asked: Happening = { name: "approval.asked", at: opened.openedAt, key: "asked", about: {} };
  const noted = notes.flatMap((note, index): readonly Happening[] => {
    const { at } = note;
    const key = `${note.kind}:${index}`;
    if (note.kind === "reminded") return [{ name: "approval.reminded", at, key, about: {} }];
    if (note.kind === "escalated")
      return [{ name: "approval.escalated", at, key, about: { to: [...note.to] } }];
    if (note.kind !== "delegated") return [];
    return [{ name: "approval.delegated", at, key, about: { by: note.by, to: note.to } }];
  });
  if (outcome === null) return [asked, ...noted];
  const { at, decision } = outcome;
  const over = { at, key: "over" };
  if (decision === "expired")
    return [asked, ...noted, { ...over, name: "approval.expired", about: {} }];
  if (decision === "cancelled" || decision === "superseded")
    return [asked, ...noted, { ...over, name: "approval.closed", about: { reason: decision } }];
  const decided = votes.filter(({ choice }) => choice === decision);
  const about = {
    decision,
    decidedBy: decided.map(({ by }) => by),
    comment: decided.findLast(({ comment }) => comment !== undefined)?.comment ?? null,
  };
  return [asked, ...noted, { ...over, name: "approval.decided", about }];
}
