import {
  hashJson,
  isJsonObject,
  type Json,
  type JsonObject,
  readOwn,
  toJson,
} from "../../../shared/json.ts";
import { omitUndefined } from "../../../shared/omit-undefined.ts";
import type { Definition } from "../../definition/schema.ts";
import { OPERATOR, type Surface, surfaceOf } from "../../model/actor.ts";
import type { ExecutionEvent, ExecutionStarted } from "../../model/events.ts";
import { MASK } from "../../model/mask.ts";
import type { RequestOpened } from "../../model/requests.ts";
import type { ReadonlyState } from "../../model/state.ts";
import { stepIdOf } from "../../model/step-path.ts";
import type { AuditChange, AuditRecord } from "../../ports/audit.ts";
import { type Masker, sensitiveOf } from "./sensitive.ts";

/** A record that gets its id when it is committed. */
export type AuditDraft = Omit<AuditRecord, "id">;

/** What follows from the engine alone. */
const ENGINE = { actor: "engine", surface: "engine" } as const;

/** Where people start runs from, by type of trigger. */
const SURFACES: Readonly<Record<string, Surface>> = {
  slash: "slack",
  message: "slack",
  mention: "slack",
  reaction: "slack",
  "file-shared": "slack",
  "member-joined": "slack",
  "channel-created": "slack",
  shortcut: "slack",
  api: "api",
  webhook: "api",
};

/** The start of an execution. */
export function auditOfStart(start: ExecutionStarted): AuditDraft {
  const { trigger, version, answerable = [], at } = start;
  const { userId, type, from } = trigger;
  const known = SURFACES[type];
  const token = answerable.find(({ why, of }) => why === "token" && of === undefined);
  const who = userId ?? (known === "api" ? (token?.person ?? OPERATOR) : ENGINE.actor);
  const surface = known ?? (type === "manual" ? (from ?? surfaceOf(userId ?? OPERATOR)) : "engine");
  const { id, source, event } = trigger;
  const detail = omitUndefined({ trigger: type, id, source, event, version });
  return { ...about(start), at, actor: who, surface, action: "start", result: "done", detail };
}

/**
 * What is recorded of an event: who did what, what they were shown, what became another value. Sensitive values are masked.
 *
 * @param before - the state before the event. It is read at once.
 * @param from - who acts in whose name, and from where.
 */
export function auditOf(
  definition: Definition,
  before: ReadonlyState,
  event: ExecutionEvent,
  { tokenOwner, surface = null }: ActedFrom = {},
): readonly AuditDraft[] {
  const find = RECORDED[event.type] ?? otherOf(event);
  if (!find) return [];
  let masker: Masker | null | undefined;
  const context: Context = {
    state: before,
    get masker() {
      masker ??= sensitiveOf(definition, before);
      return masker;
    },
  };
  return find(context, event).map((draft) => ({
    ...about(before.start),
    ...draft,
    actor: draft.actor === OPERATOR ? (tokenOwner ?? OPERATOR) : draft.actor,
    // What follows by itself, beside what the person did, is not theirs.
    surface: draft.surface === "slack" ? (surface ?? "slack") : draft.surface,
  }));
}

interface ActedFrom {
  /** The person in whose name the API acts. @default it acts as the operator */
  readonly tokenOwner?: string | undefined;
  /** From where people acted, if their ids do not say so. @default Slack */
  readonly surface?: Surface | null;
}

interface Context {
  readonly state: ReadonlyState;
  readonly masker: Masker | null;
}

type Found = Omit<AuditDraft, "executionId" | "workflowId">;
type Recorder = (context: Context, event: ExecutionEvent) => readonly Found[];

const RECORDED: Readonly<Partial<Record<ExecutionEvent["type"], Recorder>>> = {
  execution_cancel_requested: (_context, event) =>
    event.type === "execution_cancel_requested"
      ? [{ ...by(event.by), at: event.at, action: "cancel", result: "done" }]
      : [],
  execution_reopened: ({ state, masker }, event) => {
    if (event.type !== "execution_reopened") return [];
    const { path, variables, again, at } = event;
    const changes = changesOf(state.variables, variables ?? {}, masker);
    const detail = omitUndefined({
      fromStep: path === undefined ? undefined : stepIdOf(path),
      again: again && [...again],
    });
    return [
      {
        ...by(event.by),
        at,
        action: "retry",
        result: "done",
        detail,
        ...(changes.length > 0 && { changes }),
      },
    ];
  },
  execution_migrated: (context, event) => {
    if (event.type !== "execution_migrated") return [];
    const { at, version, asked } = event;
    const changes = [{ of: "version", from: context.state.version, to: version }];
    const migrated: Found = { ...by(event.by), at, action: "migrate", result: "done", changes };
    return [migrated, ...asked.map(({ request }) => opened(context, request, at))];
  },
  step_waiting: requested,
  budget_requested: requested,
  outcome_asked: requested,
  budget_changed: (_context, event) => {
    if (event.type !== "budget_changed" || event.by === undefined) return [];
    const { at, requestId, choice, addedNano } = event;
    const detail = omitUndefined({ choice, addedNano });
    return [{ ...by(event.by), at, action: "run_budget", requestId, result: "done", detail }];
  },
  decision_recorded: (context, event) => {
    if (event.type !== "decision_recorded") return [];
    const { requestId, at, choice, comment } = event;
    const said = comment === undefined ? undefined : (context.masker?.text(comment) ?? comment);
    const edits = event.edits && toJson(context.masker?.value(event.edits) ?? event.edits);
    const detail = omitUndefined({ choice, comment: said, edits });
    return [{ ...decision(context, requestId, event.by), at, result: "done", detail }];
  },
  decision_refused: (context, event) => {
    if (event.type !== "decision_refused") return [];
    const { requestId, at, reason } = event;
    const detail = { reason };
    return [{ ...decision(context, requestId, event.by), at, result: "refused", detail }];
  },
  decision_voided: (context, event) => {
    if (event.type !== "decision_voided") return [];
    const { at, requestId, stepId, changed, request } = event;
    const detail = toJson({ stepId, changed: context.masker?.value(changed) ?? changed });
    const voided: Found = {
      ...ENGINE,
      at,
      action: "decision_voided",
      ...(requestId !== null && { requestId, ...shownOf(context, requestId) }),
      result: "done",
      ...(isJsonObject(detail) && { detail }),
    };
    return [voided, opened(context, request, at)];
  },
  decision_renewed: (_context, event) =>
    event.type === "decision_renewed"
      ? [ended(event.requestId, event.at, outcomeOf(event.output))]
      : [],
  // What it seals follows from the decision, which is recorded with its edits.
  decision_sealed: () => [],
  step_completed: closed,
  step_failed: closed,
  execution_failed: endedWithRequests,
  execution_cancelled: endedWithRequests,
};

/** What is about a decision and has no line of its own is recorded by its name: nothing about decisions gets lost. */
function otherOf(event: ExecutionEvent): Recorder | null {
  const type: string = event.type;
  if (!/^(?:request|decision|vote)_/.test(type)) return null;
  return (context) => {
    const members = toJson(event);
    if (!isJsonObject(members)) return [];
    const { type: _type, at, by: who, requestId, signalId: _signal, ...rest } = members;
    const when = typeof at === "number" ? at : 0;
    return [
      {
        ...(typeof who === "string" ? by(who) : ENGINE),
        at: when,
        action: "request_changed",
        result: "done",
        ...(typeof requestId === "string" && { requestId, ...shownOf(context, requestId) }),
        detail: { event: type, ...(context.masker?.value(rest) ?? rest) },
      },
    ];
  };
}

function requested(context: Context, event: ExecutionEvent): readonly Found[] {
  const request = "request" in event ? event.request : undefined;
  if (request === undefined || !("at" in event)) return [];
  return [opened(context, request, event.at)];
}

function opened(context: Context, request: RequestOpened, at: number): Found {
  return {
    ...ENGINE,
    at,
    action: "request_opened",
    requestId: request.id,
    shown: { hash: request.hash, text: shownText(request, context.masker) },
    result: "done",
    detail: { approvers: [...request.approvers], required: request.required },
  };
}

/** The end of a step that was asking. */
function closed({ state }: Context, event: ExecutionEvent): readonly Found[] {
  if (event.type !== "step_completed" && event.type !== "step_failed") return [];
  const requestId = state.activeSteps.get(event.path)?.requestId ?? null;
  if (requestId === null || !state.openRequests.has(requestId)) return [];
  const output = event.type === "step_completed" ? event.output : null;
  return [ended(requestId, event.at, outcomeOf(output))];
}

function outcomeOf(output: Json): string {
  const outcome = readOwn(output, "decision");
  return typeof outcome === "string" ? outcome : "cancelled";
}

function endedWithRequests({ state }: Context, event: ExecutionEvent): readonly Found[] {
  if (!("at" in event)) return [];
  return [...state.openRequests].map((id) => ended(id, event.at, "cancelled"));
}

function ended(requestId: string, at: number, outcome: string): Found {
  const action = outcome === "expired" ? "request_expired" : "request_closed";
  return { ...ENGINE, at, action, requestId, result: "done", detail: { outcome } };
}

function decision(context: Context, requestId: string, who: string) {
  const shown = shownOf(context, requestId);
  return { ...by(who), action: "decide" as const, requestId, ...shown };
}

function shownOf({ state, masker }: Context, requestId: string): Pick<AuditDraft, "shown"> {
  const request = state.requests.get(requestId)?.opened;
  return request ? { shown: { hash: request.hash, text: shownText(request, masker) } } : {};
}

/** What the card says: title, text, and all else that is decided on. */
function shownText(request: RequestOpened, masker: Masker | null): string {
  const { title, message } = request;
  const releases: Json = toJson(request.seal?.releases ?? null);
  const parts = [title, message, ...(releases === null ? [] : [JSON.stringify(releases)])];
  const text = parts.filter((part) => part !== "").join("\n");
  return masker?.text(text) ?? text;
}

function changesOf(
  before: JsonObject,
  after: JsonObject,
  masker: Masker | null,
): readonly AuditChange[] {
  return Object.entries(after).flatMap(([of, to]) => {
    const from = (Object.hasOwn(before, of) ? before[of] : null) ?? null;
    if (hashJson(from) === hashJson(to)) return [];
    if (masker?.variables.has(of)) return [{ of, from: MASK, to: MASK }];
    return [{ of, from: masker?.value(from) ?? from, to: masker?.value(to) ?? to }];
  });
}

function by(who: string) {
  return { actor: who, surface: surfaceOf(who) };
}

function about({ executionId, workflowId }: ExecutionStarted) {
  return { executionId, workflowId };
}
