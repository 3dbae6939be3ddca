import { omitUndefined } from "../../shared/omit-undefined.ts";
import { eachPage } from "../../shared/pages.ts";
import { isUserId } from "../../shared/slack-ids.ts";
import type {
  Approvals as ApprovalsApi,
  Audience,
  OpenRequest,
  VoteAnswer,
  VoteOutcome,
  VoteRequest,
} from "../api/approvals.ts";
import { refusal } from "../execution/decider/handle-signal.ts";
import type { ExecutionEvent, RefusalReason } from "../model/events.ts";
import type { RequestState } from "../model/state.ts";
import type { Clock } from "../ports/clock.ts";
import type { Directory } from "../ports/directory.ts";
import type { ExecutionRecord } from "../ports/executions.ts";
import type { Store } from "../ports/store.ts";
import type { EngineEvents } from "../runtime/engine-events.ts";
import { ApprovalAudience, type AudienceRequest, mayAct } from "./approval-audience.ts";
import type { Executions } from "./executions.ts";

export interface ApprovalsOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly directory: Directory;
  readonly executions: Pick<Executions, "read" | "get">;
  readonly events: EngineEvents;
}

/** Open requests that are read to find those that one person may decide. */
const MAX_OPEN = 500;
const PAGE = 200;

type MemberReader = Directory["groupMembers"];
type NotRecorded = Extract<VoteAnswer, { readonly recorded: false }>;

/** How long a click waits for its outcome; then the card shows it. In milliseconds. */
const SETTLE_MS = 5000;

/** What a person reads whose decision does not count. */
const REFUSALS: Readonly<Record<RefusalReason, string>> = {
  already_decided: "This was decided already; your click changed nothing.",
  already_voted: "Your decision was recorded before; a second click changes nothing.",
  expired: "The time to decide is over; your click changed nothing.",
  cancelled: "This is not needed any more: the run was ended, or went on without it.",
  superseded: "This card is out of date. Decide on the newest card of this request.",
};

/** Takes people's decisions: checks who may decide, stores the decision, reports its outcome. */
export class Approvals implements ApprovalsApi {
  readonly #options: ApprovalsOptions;
  readonly #audience: ApprovalAudience;
  /** Clicks by signal: a person who clicks twice at once waits twice. */
  readonly #waiting = new Map<string, Set<(settled: VoteOutcome) => void>>();

  constructor(options: ApprovalsOptions) {
    this.#options = options;
    this.#audience = new ApprovalAudience(options.directory, options.clock);
    options.events.on("committed", ({ events }) => this.#committed(events));
  }

  async listOpen(limit: number): Promise<readonly OpenRequest[]> {
    const open: OpenRequest[] = [];
    // A run with branches can be running while a request of it is open.
    for (const status of ["waiting", "running"] as const) {
      const pages = eachPage((cursor) =>
        this.#options.store.executions.list(omitUndefined({ status, limit: PAGE, cursor })),
      );
      for await (const page of pages) {
        for (const record of page.records) {
          if (record.openRequests.length > 0) open.push(...(await this.#openRequestsOf(record)));
          if (open.length >= limit) return open.slice(0, limit);
        }
      }
    }
    return open;
  }

  async #openRequestsOf({
    executionId,
    workflowId,
  }: ExecutionRecord): Promise<readonly OpenRequest[]> {
    const { requests } = await this.#options.executions.get(executionId);
    return requests
      .filter((request) => request.outcome === null)
      .map((request) => ({ executionId, workflowId, request }));
  }

  async listFor(userId: string): Promise<readonly OpenRequest[]> {
    return this.#decidableBy(userId, await this.listOpen(MAX_OPEN));
  }

  audience(request: AudienceRequest, notBefore?: number): Promise<Audience> {
    return this.#audience.of(request, notBefore);
  }

  async vote(decision: VoteRequest): Promise<VoteAnswer> {
    const { store, clock } = this.#options;
    const { state } = await this.#options.executions.read(decision.executionId);
    const request = state.requests.get(decision.requestId);
    const refused = request ? await this.#refuse(request, decision) : notFound();
    if (refused) return refused;
    const signalId = `${decision.requestId}:${decision.by}`;
    const click = this.#whenSettled(signalId);
    const isNew = await store.signals.insert({
      id: signalId,
      executionId: decision.executionId,
      kind: "decision",
      payload: omitUndefined({
        requestId: decision.requestId,
        choice: decision.choice,
        by: decision.by,
        comment: decision.comment,
      }),
      at: clock.now(),
    });
    if (!isNew) {
      click.giveUp();
      return { recorded: false, reason: "already_voted", message: REFUSALS.already_voted };
    }
    this.#options.events.emit("wake", { executionId: decision.executionId });
    return { recorded: true, settled: click.settled };
  }

  /** Those of the requests that this person may decide and has not voted on yet, in the same order. */
  async #decidableBy(
    userId: string,
    requests: readonly OpenRequest[],
  ): Promise<readonly OpenRequest[]> {
    if (!mayAct(await this.#options.directory.person(userId))) return [];
    const members = this.#memberReader();
    const found: OpenRequest[] = [];
    for (const open of requests) {
      const { opened, votes } = open.request;
      const hasVoted = votes.some((vote) => vote.by === userId);
      if (hasVoted || opened.excluded.includes(userId)) continue;
      if (await isApprover(opened.approvers, userId, members)) found.push(open);
    }
    return found;
  }

  /** Answers the clicks that a commit settles. */
  #committed(events: readonly ExecutionEvent[]): void {
    for (const event of events) {
      if (event.type === "decision_recorded") this.#settle(event.signalId, { kind: "counted" });
      if (event.type === "decision_refused") {
        this.#settle(event.signalId, { kind: "refused", message: REFUSALS[event.reason] });
      }
    }
  }

  async #refuse(request: RequestState, decision: VoteRequest): Promise<NotRecorded | null> {
    const { opened } = request;
    const reason = refusal(request, decision.by, this.#options.clock.now());
    if (reason) {
      const known =
        reason === "already_voted" || reason === "superseded" ? reason : "already_decided";
      return { recorded: false, reason: known, message: REFUSALS[reason] };
    }
    if (opened.round !== decision.round || opened.hash !== decision.hash) {
      return { recorded: false, reason: "superseded", message: REFUSALS.superseded };
    }
    if (!opened.choices.some((choice) => choice.id === decision.choice)) {
      const choices = opened.choices.map((choice) => choice.label).join(", ");
      return { recorded: false, reason: "unknown_choice", message: `One can choose: ${choices}.` };
    }
    return this.#refusePerson(request, decision.by);
  }

  async #refusePerson(request: RequestState, by: string): Promise<NotRecorded | null> {
    const { opened } = request;
    const person = await this.#options.directory.person(by);
    if (!mayAct(person)) {
      const message =
        "Guests and people from other organizations cannot decide. Your click changed nothing.";
      return { recorded: false, reason: "guest", message };
    }
    if (opened.excluded.includes(by)) {
      const who = await this.#whoElse(request);
      const message = `You asked for this run, so somebody else has to decide. ${who} Your click changed nothing.`;
      return { recorded: false, reason: "self_approval", message };
    }
    if (await isApprover(opened.approvers, by, this.#memberReader())) return null;
    const who = await this.#whoElse(request);
    const message = `You are not among those who decide this. ${who} Your click changed nothing.`;
    return { recorded: false, reason: "not_an_approver", message };
  }

  /** Whom to ask, in the words of the card. */
  async #whoElse(request: RequestState): Promise<string> {
    const { undecidable, excluded } = await this.#audience.of(request);
    if (undecidable !== null) return undecidable;
    const able = request.opened.approvers.filter((name) => !excluded.includes(name));
    return `Only ${mentionList(able)} can decide this.`;
  }

  /** Groups are read now, not when the request was opened: who left the group since cannot decide. Each is read once. */
  #memberReader(): MemberReader {
    const known = new Map<string, ReturnType<MemberReader>>();
    return (group) => {
      const members = known.get(group) ?? this.#options.directory.groupMembers(group);
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

async function isApprover(
  approvers: readonly string[],
  userId: string,
  members: MemberReader,
): Promise<boolean> {
  if (approvers.includes(userId)) return true;
  for (const approver of approvers) {
    if (!isUserId(approver) && (await members(approver))?.includes(userId)) return true;
  }
  return false;
}

function notFound(): NotRecorded {
  const message = "This request is not known any more. If it should be, ask whoever runs the bot.";
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
