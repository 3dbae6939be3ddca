import { asAppError } from "../../shared/errors.ts";
import { findFirst } from "../../shared/find-first.ts";
import type { Json, JsonObject } from "../../shared/json.ts";
import { LruMap } from "../../shared/lru-map.ts";
import { omitUndefined } from "../../shared/omit-undefined.ts";
import { eachPage } from "../../shared/pages.ts";
import { isUserId } from "../../shared/slack-ids.ts";
import type {
  Approvals as ApprovalsApi,
  Audience,
  DecisionForm,
  DelegationRequest,
  InvalidAnswer,
  NotRecorded,
  OpenRequest,
  PendingRequests,
  RequestRef,
  VoteAnswer,
  VoteOutcome,
  VoteRequest,
} from "../api/approvals.ts";
import { isOutdated, refusal, whyClosed } from "../execution/decider/refusal.ts";
import type { ExecutionEvent } from "../model/events.ts";
import {
  approversNow,
  type Choice,
  currentEdits,
  type Edits,
  editsMark,
  hasHandedOver,
  type RefusalReason,
} from "../model/requests.ts";
import type { ReadonlyRequest, RequestState } from "../model/state.ts";
import type { Clock } from "../ports/clock.ts";
import type { Directory, Freshness } from "../ports/directory.ts";
import type { ExecutionRecord, SignalKind } from "../ports/executions.ts";
import type { Store } from "../ports/store.ts";
import { sentFrom } from "../ports/surface.ts";
import type { EngineEvents } from "../runtime/engine-events.ts";
import { ApprovalAudience, type AudienceRequest, mayAct } from "./approval-audience.ts";
import { findExclusion } from "./exclusion-check.ts";
import type { Executions } from "./executions.ts";
import type { InputExistence } from "./input-existence.ts";
import { choiceOf, isReplaced } from "./request-checks.ts";
import { fieldsFor, readContents, toInvalidAnswer } from "./vote-contents.ts";

export interface ApprovalsOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly directory: Directory;
  readonly executions: Pick<Executions, "read" | "get">;
  readonly existence: Pick<InputExistence, "problems">;
  readonly events: EngineEvents;
}

/** Open requests that are read to find those that one person may decide. */
const MAX_OPEN = 500;
const PAGE = 200;

type MemberReader = Directory["groupMembers"];

/** How long a click waits for its outcome; then the card shows it. In milliseconds. */
const SETTLE_MS = 5000;

/** What a person reads whose decision does not count. */
const REFUSALS: Readonly<Record<RefusalReason, string>> = {
  already_decided: "This was decided already; your click changed nothing.",
  already_voted: "Your decision was recorded before; a second click changes nothing.",
  expired: "The time to decide is over; your click changed nothing.",
  cancelled: "This is no longer needed: the run was ended, or continued without it.",
  edited:
    "The values were changed since you saw them, so your click changed nothing. Open it again: it shows them as they are now.",
  handed_over:
    "You handed this decision to another person, so it is theirs; your click changed nothing.",
  not_voted: "You have no vote here that could be taken back.",
  superseded: "This card is out of date. Decide on the newest card of this request.",
};

/** Keys of the settings of receipts; the person follows. */
const RECEIPT_MARKS = "receipts:";

/** The events by which a click has had its effect. */
const COUNTS: ReadonlySet<ExecutionEvent["type"]> = new Set([
  "decision_recorded",
  "request_delegated",
  "vote_withdrawn",
]);

/** Takes people's decisions: checks who may decide, stores the decision, reports its outcome. */
export class Approvals implements ApprovalsApi {
  readonly #options: ApprovalsOptions;
  readonly #audience: ApprovalAudience;
  /** Open requests by execution, as of a revision: they are listed far more often than they change. */
  readonly #listed = new LruMap<
    string,
    { readonly rev: number; readonly requests: readonly OpenRequest[] }
  >(MAX_OPEN);
  /** Clicks by signal: a person who clicks twice at once waits twice. */
  readonly #waiting = new Map<string, Set<(settled: VoteOutcome) => void>>();

  constructor(options: ApprovalsOptions) {
    this.#options = options;
    this.#audience = new ApprovalAudience(options.directory, options.clock);
    options.events.on("committed", ({ events }) => this.#committed(events));
  }

  async listOpen(limit: number): Promise<readonly OpenRequest[]> {
    const open: OpenRequest[] = [];
    const pages = eachPage((cursor) =>
      this.#options.store.executions.list(
        omitUndefined({ isAsking: true as const, limit: PAGE, cursor }),
      ),
    );
    for await (const page of pages) {
      for (const record of page.records) {
        open.push(...(await this.#openRequestsOf(record)));
        if (open.length >= limit) return open.slice(0, limit);
      }
    }
    return open;
  }

  async #openRequestsOf({
    executionId,
    workflowId,
    rev,
  }: ExecutionRecord): Promise<readonly OpenRequest[]> {
    const known = this.#listed.get(executionId);
    if (known?.rev === rev) return known.requests;
    const view = await this.#options.executions.get(executionId);
    const requests = view.requests
      .filter((request) => request.outcome === null)
      .map((request) => ({ executionId, workflowId, request }));
    this.#listed.set(executionId, { rev: view.rev, requests });
    return requests;
  }

  async listFor(userId: string): Promise<readonly OpenRequest[]> {
    return (await this.pendingFor(userId)).requests;
  }

  async pendingFor(userId: string): Promise<PendingRequests> {
    const open = await this.listOpen(MAX_OPEN + 1);
    const pending = await this.#decidableBy(userId, open.slice(0, MAX_OPEN));
    return { ...pending, isCut: open.length > MAX_OPEN };
  }

  audience(request: AudienceRequest, notBefore?: number): Promise<Audience> {
    return this.#audience.of(request, notBefore);
  }

  async receiptsSince(userId: string): Promise<number | null> {
    const since = await this.#options.store.kv.get(RECEIPT_MARKS + userId);
    return typeof since === "number" ? since : null;
  }

  async setReceipts(userId: string, wanted: boolean): Promise<void> {
    if (wanted === ((await this.receiptsSince(userId)) !== null)) return;
    const { kv } = this.#options.store;
    await kv.set(RECEIPT_MARKS + userId, wanted ? this.#options.clock.now() : null);
  }

  async vote(decision: VoteRequest): Promise<VoteAnswer> {
    const checked = await this.#check(decision);
    if ("recorded" in checked) return checked;
    const { request, choice } = checked;
    const contents = readContents(request, choice, decision);
    if ("errors" in contents) return invalidAnswer(contents.errors);
    const missing = await this.#missing(request, contents.edits ?? {});
    if (missing.length > 0) return invalidAnswer(missing);
    const { requestId, by, seen, via } = decision;
    const turn = request.turns.get(by) ?? 0;
    const id = `${requestId}:${by}${turn === 0 ? "" : `:${turn}`}`;
    const payload = {
      requestId,
      choice: choice.id,
      by,
      ...contents,
      ...omitUndefined({ seen, via }),
    };
    return this.#send(id, "decision", decision.executionId, payload);
  }

  /** What is edited to a channel or a person that does not exist. */
  async #missing({ opened }: ReadonlyRequest, edits: Edits): Promise<readonly InvalidAnswer[]> {
    const edited = (opened.editable ?? []).filter(({ name }) => Object.hasOwn(edits, name));
    const fields = Object.fromEntries(
      edited.map(({ name, type, sensitive = false }) => [name, { type, sensitive }]),
    );
    const values = Object.fromEntries(
      Object.entries(edits).map(([name, { after }]): [string, Json] => [name, after]),
    );
    const problems = await this.#options.existence.problems(fields, values);
    return problems.map(toInvalidAnswer);
  }

  async form(decision: VoteRequest): Promise<DecisionForm | NotRecorded> {
    const checked = await this.#check({ ...decision, seen: null });
    if ("recorded" in checked) return checked;
    const { request, choice } = checked;
    return {
      recorded: null,
      title: request.opened.title,
      choice,
      fields: fieldsFor(request, choice.id),
      seen: editsMark(currentEdits(request)),
    };
  }

  async delegate(delegation: DelegationRequest): Promise<VoteAnswer> {
    const { executionId, requestId, by, to } = delegation;
    const request = await this.#open(delegation, refusal);
    if ("recorded" in request) return request;
    const refused =
      (await this.#refusePerson(request, by)) ?? (await this.#refuseDelegate(request, by, to));
    if (refused) return refused;
    const id = `${requestId}:${by}:${request.turns.get(by) ?? 0}:delegate`;
    return this.#send(id, "delegate", executionId, { requestId, by, to });
  }

  async withdraw(which: RequestRef): Promise<VoteAnswer> {
    const { executionId, requestId, by } = which;
    const request = await this.#open(which, (open, _by, at) => whyClosed(open, at));
    if ("recorded" in request) return request;
    if (!request.votes.some((vote) => vote.by === by)) return notRecorded("not_voted");
    const id = `${requestId}:${by}:${request.turns.get(by) ?? 0}:back`;
    return this.#send(id, "withdraw_vote", executionId, { requestId, by });
  }

  async #send(
    id: string,
    kind: SignalKind,
    executionId: string,
    content: JsonObject,
  ): Promise<VoteAnswer> {
    const { store, clock, events } = this.#options;
    const click = this.#whenSettled(id);
    const { by } = content;
    const payload = { ...content, ...(typeof by === "string" && sentFrom(by)) };
    const isNew = await store.signals.insert({ id, executionId, kind, payload, at: clock.now() });
    if (!isNew) {
      click.giveUp();
      return notRecorded("already_voted");
    }
    events.emit("wake", { executionId });
    return { recorded: true, settled: click.settled };
  }

  /** Those of the requests that this person may decide and has not voted on yet, in the same order. */
  async #decidableBy(
    userId: string,
    requests: readonly OpenRequest[],
  ): Promise<Omit<PendingRequests, "isCut">> {
    // What is listed is only shown; the click is checked by itself.
    const read = this.#memberReader("recent");
    const unread = new Map<string, string>();
    const members: MemberReader = (group) =>
      read(group).catch((error: unknown) => {
        unread.set(group, asAppError(error).message);
        return null;
      });
    const found: OpenRequest[] = [];
    if (!mayAct(await this.#options.directory.person(userId, "recent")))
      return { requests: found, unread: [] };
    for (const open of requests) {
      const { opened, votes } = open.request;
      const hasVoted = votes.some((vote) => vote.by === userId);
      if (hasVoted || hasHandedOver(open.request, userId)) continue;
      if (!(await isApprover(approversNow(open.request), userId, members))) continue;
      if ((await findExclusion(opened, userId, members)) === null) found.push(open);
    }
    return {
      requests: found,
      unread: [...unread].map(([group, why]) => ({ group: mentionList([group]), why })),
    };
  }

  /** Answers the clicks that a commit settles. */
  #committed(events: readonly ExecutionEvent[]): void {
    for (const event of events) {
      if (COUNTS.has(event.type) && "signalId" in event && event.signalId !== undefined)
        this.#settle(event.signalId, { kind: "counted" });
      if (event.type === "decision_refused") {
        this.#settle(event.signalId, { kind: "refused", message: REFUSALS[event.reason] });
      }
    }
  }

  /** The request and the choice, if this person may make it. @param decision - `seen: null`: what they saw does not matter. */
  async #check(decision: Omit<VoteRequest, "seen"> & { readonly seen?: string | null }) {
    const request = await this.#open(decision, refusal);
    if ("recorded" in request) return request;
    const choice = choiceOf(request.opened, decision.choice);
    if ("recorded" in choice) return choice;
    const refused = await this.#refusePerson(request, decision.by);
    if (refused) return refused;
    if (decision.seen !== null && isOutdated(request, choice.id, decision.seen))
      return decision.seen === undefined ? needsDialog(choice) : notRecorded("edited");
    return { request, choice };
  }

  /** The request, if the button shows it as it is and nothing of `why` stands against it. */
  async #open(
    { executionId, requestId, round, hash, by }: RequestRef,
    why: (request: RequestState, by: string, at: number) => RefusalReason | null,
  ): Promise<RequestState | NotRecorded> {
    const { state } = await this.#options.executions.read(executionId);
    const request = state.requests.get(requestId);
    if (!request) return notFound();
    const reason = why(request, by, this.#options.clock.now());
    if (reason) return isReplaced(state, request) ? notRecorded("superseded") : notRecorded(reason);
    const { opened } = request;
    return opened.round === round && opened.hash === hash ? request : notRecorded("superseded");
  }

  async #refusePerson(request: RequestState, by: string): Promise<NotRecorded | null> {
    const person = await this.#options.directory.person(by);
    if (!mayAct(person)) {
      const message =
        "Guests and people from other organizations cannot decide. Your click changed nothing.";
      return { recorded: false, reason: "guest", message };
    }
    const members = this.#memberReader();
    const excluded = await findExclusion(request.opened, by, members);
    if (excluded) {
      const reason = excluded.isStarter ? "self_approval" : "excluded";
      const { undecidable } = await this.#audience.of(request);
      const message =
        undecidable === null ? excluded.message : `${excluded.message} ${undecidable}`;
      return { recorded: false, reason, message };
    }
    if (await isApprover(approversNow(request), by, members)) return null;
    const who = await this.#whoElse(request);
    const message = `You are not among those who decide this. ${who} Your click changed nothing.`;
    return { recorded: false, reason: "not_an_approver", message };
  }

  /** Whom to ask, in the words of the card. */
  async #whoElse(request: RequestState): Promise<string> {
    const { undecidable, excluded } = await this.#audience.of(request);
    if (undecidable !== null) return undecidable;
    const able = approversNow(request).filter((name) => !excluded.includes(name));
    return `Only ${mentionList(able)} can decide this.`;
  }

  /** Why this person cannot decide in place of another. */
  async #refuseDelegate(
    request: RequestState,
    by: string,
    to: string,
  ): Promise<NotRecorded | null> {
    const { opened, votes } = request;
    const refuse = (message: string): NotRecorded => ({
      recorded: false,
      reason: "not_delegable",
      message,
    });
    if (opened.budget || opened.doubt)
      return refuse("This question is for the owner of the run alone; it cannot be handed on.");
    if (to === by) return refuse("That is you. Choose another person.");
    if (!mayAct(await this.#options.directory.person(to)))
      return refuse(
        "This person cannot decide: choose a member of this workspace, no guest or app.",
      );
    if ((await findExclusion(opened, to, this.#memberReader())) !== null)
      return refuse("This person may not decide about this run. Choose another person.");
    if (votes.some((vote) => vote.by === to))
      return refuse("This person has decided already. Choose another person.");
    const isAsked = await isApprover(approversNow(request), to, this.#memberReader());
    if (opened.required > 1 && isAsked && !hasHandedOver(request, to))
      return refuse(
        `This person is asked already, and ${opened.required} people have to agree. Choose another person.`,
      );
    return null;
  }

  /** Groups are read now, not when the request was opened: who left the group since cannot decide. Each is read once. */
  #memberReader(freshness: Freshness = "now"): MemberReader {
    const known = new Map<string, ReturnType<MemberReader>>();
    return (group) => {
      const members = known.get(group) ?? this.#options.directory.groupMembers(group, freshness);
      known.set(group, members);
      return members;
    };
  }

  #whenSettled(signalId: string): {
    readonly settled: Promise<VoteOutcome>;
    readonly giveUp: () => void;
  } {
    const { promise, resolve } = Promise.withResolvers<VoteOutcome>();
    const clicks = this.#waiting.get(signalId) ?? new Set();
    this.#waiting.set(signalId, clicks);
    const answer = (settled: VoteOutcome): void => {
      cancel();
      clicks.delete(answer);
      if (clicks.size === 0 && this.#waiting.get(signalId) === clicks)
        this.#waiting.delete(signalId);
      resolve(settled);
    };
    const giveUp = (): void => answer({ kind: "pending" });
    const cancel = this.#options.clock.after(SETTLE_MS, giveUp);
    clicks.add(answer);
    return { settled: promise, giveUp };
  }

  #settle(signalId: string, settled: VoteOutcome): void {
    for (const answer of this.#waiting.get(signalId) ?? []) answer(settled);
  }
}

/** A group that cannot be read does not matter where another name means the person; else what it met is thrown. */
async function isApprover(
  approvers: readonly string[],
  userId: string,
  members: MemberReader,
): Promise<boolean> {
  if (approvers.includes(userId)) return true;
  const groups = approvers.filter((name) => !isUserId(name));
  const isIn = async (group: string): Promise<boolean> =>
    (await members(group))?.includes(userId) === true;
  return (await findFirst(groups, isIn)) !== null;
}

/** What a person hears whose click does not count. */
function notRecorded(reason: RefusalReason): NotRecorded {
  const known = reason === "expired" || reason === "cancelled" ? "already_decided" : reason;
  return { recorded: false, reason: known, message: REFUSALS[reason] };
}

/** The values that may be edited are part of what is decided, and were not shown. */
function needsDialog({ label }: Choice): NotRecorded {
  const message = `"${label}" is given in its dialog, which shows the values: click its button on the newest card.`;
  return { recorded: false, reason: "edited", message };
}

function notFound(): NotRecorded {
  const message = "This request is no longer known. If it should be, ask the operator of the bot.";
  return { recorded: false, reason: "not_found", message };
}

function mentionList(approvers: readonly string[]): string {
  return approvers
    .map((approver) =>
      isUserId(approver)
        ? `<@${approver}>`
        : /^S[A-Z0-9]+$/.test(approver)
          ? `<!subteam^${approver}>`
          : approver,
    )
    .join(", ");
}

function invalidAnswer(errors: readonly InvalidAnswer[]): NotRecorded {
  const message = errors.map((error) => error.message).join(" ");
  return { recorded: false, reason: "answer_invalid", message, errors };
}
