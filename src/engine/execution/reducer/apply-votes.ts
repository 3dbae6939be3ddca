import { omitUndefined } from "../../../shared/omit-undefined.ts";
import type { ExecutionEvent } from "../../model/events.ts";
import {
  type DecisionRecorded,
  type DecisionRefused,
  isSameEdits,
  nextRequestDue,
  type RequestDelegated,
  type RequestEscalated,
  type RequestReminded,
  type VoteWithdrawn,
} from "../../model/requests.ts";
import type { ExecutionState, RequestState, Vote } from "../../model/state.ts";
import { invalidTransition } from "./invalid-transition.ts";

/** Counts a vote. Earlier ones for the same choice that approve other values count no more. */
export function recordDecision(state: ExecutionState, event: DecisionRecorded): void {
  const request = requireOpen(state, event);
  const { by, choice, at, comment, edits, via } = event;
  for (const vote of request.votes.filter((one) => one.choice === choice)) {
    if (isSameEdits(vote.edits, edits)) continue;
    removeVote(request, vote);
    request.notes.push({ kind: "voided", by: vote.by, choice, editedBy: by, at });
  }
  request.votes.push(omitUndefined({ by, choice, at, comment, edits, via }));
  state.seen.add(event.signalId);
}

/** A vote that others made out of date may be given again. */
export function refuseDecision(state: ExecutionState, event: DecisionRefused): void {
  state.seen.add(event.signalId);
  const request = event.reason === "edited" ? state.requests.get(event.requestId) : undefined;
  if (request) freeToVote(request, event.by);
}

type RequestEvent = RequestReminded | RequestEscalated | RequestDelegated | VoteWithdrawn;

/** Folds what happens to an open request besides votes. */
export function noteOnRequest(state: ExecutionState, event: RequestEvent): void {
  const request = requireOpen(state, event);
  const { at } = event;
  switch (event.type) {
    case "request_reminded":
      request.notes.push({ kind: "reminded", at });
      setTimer(state, request);
      return;
    case "request_escalated":
      request.notes.push({ kind: "escalated", to: event.to, at });
      setTimer(state, request);
      return;
    case "request_delegated":
      state.seen.add(event.signalId);
      request.notes.push({ kind: "delegated", by: event.by, to: event.to, at });
      freeToVote(request, event.by);
      return;
    case "vote_withdrawn": {
      state.seen.add(event.signalId);
      const vote = request.votes.find(({ by }) => by === event.by);
      if (!vote) throw invalidTransition(state, event, "there is no vote to take back");
      removeVote(request, vote);
      request.notes.push({ kind: "withdrawn", by: event.by, choice: vote.choice, at });
    }
  }
}

function requireOpen(
  state: ExecutionState,
  event: ExecutionEvent & { readonly requestId: string },
): RequestState {
  const request = state.requests.get(event.requestId);
  if (!request || request.outcome) throw invalidTransition(state, event, "no such request is open");
  return request;
}

function setTimer(state: ExecutionState, request: RequestState): void {
  const step = state.activeSteps.get(request.path);
  if (step) step.due = nextRequestDue(request);
}

function removeVote(request: RequestState, vote: Vote): void {
  request.votes.splice(request.votes.indexOf(vote), 1);
  freeToVote(request, vote.by);
}

function freeToVote({ turns }: RequestState, by: string): void {
  turns.set(by, (turns.get(by) ?? 0) + 1);
}
