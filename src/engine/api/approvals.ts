import type { Json, JsonObject } from "../../shared/json.ts";
import type { Choice, EditableField } from "../model/requests.ts";
import type { RequestView } from "./executions.ts";

/** What people are asked, and what they choose. */
export interface Approvals {
  /**
   * Records what a person chose. Checks who may first; durable when `recorded` resolves to `true`.
   *
   * A refusal is an answer, not an error.
   */
  vote(decision: VoteRequest): Promise<VoteAnswer>;
  /**
   * What the dialog of a choice shows this person: the fields as they are by now. Refused as a vote would be. Records nothing.
   */
  form(decision: VoteRequest): Promise<DecisionForm | NotRecorded>;
  /**
   * Hands the decision of one approver to another person, who decides in their place. As durable as a vote.
   *
   * Refused for people who may not decide themselves, and for people whom the request excludes.
   */
  delegate(delegation: DelegationRequest): Promise<VoteAnswer>;
  /** Withdraws a vote that has not decided yet; the person may vote anew. As durable as a vote. */
  withdraw(which: RequestRef): Promise<VoteAnswer>;
  /** Requests that are open, newest execution first, at most `limit`. */
  listOpen(limit: number): Promise<readonly OpenRequest[]>;
  /**
   * What a person may decide now and has not decided yet, newest execution first: their own requests are not among it, nor
   * are those of groups that they are not in, or that cannot be read. Only the newest 500 open requests are read.
   */
  listFor(userId: string): Promise<readonly OpenRequest[]>;
  /** The same, with the groups that could not be read. */
  pendingFor(userId: string): Promise<PendingRequests>;
  /**
   * Who can decide a request, as far as is known: what it says may be a minute old. Never rejects.
   *
   * @param notBefore - what was read before this moment is read again; milliseconds since 1970.
   */
  audience(request: RequestView, notBefore?: number): Promise<Audience>;
  /** Since when a person wants a receipt for each decision, in milliseconds since 1970; `null`: they want none. */
  receiptsSince(userId: string): Promise<number | null>;
  /** Asked again, what was set stays as it is. */
  setReceipts(userId: string, wanted: boolean): Promise<void>;
}

/** The people of a request. */
export interface Audience {
  /** Who can decide, in the order of the definition; those who have voted are among them. */
  readonly deciders: readonly string[];
  /** Why other names lead to no person: parts of a sentence, with mentions. */
  readonly missing: readonly string[];
  /** Who is named, but excluded from deciding. */
  readonly excluded: readonly string[];
  /** People and channels that get a copy of the card besides. */
  readonly notified: readonly string[];
  /** A sentence that says why it cannot be decided, with mentions; `null`: it can. */
  readonly undecidable: string | null;
}

/** What waits for a person, as far as it is known. */
export interface PendingRequests {
  readonly requests: readonly OpenRequest[];
  /** Groups of open requests whose members could not be read: what waits for them may be missing. */
  readonly unread: readonly {
    /** As it is mentioned in Slack, or its name. */
    readonly group: string;
    /** A sentence: why, and what to do. */
    readonly why: string;
  }[];
  /** More requests are open than are read: older ones may be missing. */
  readonly isCut: boolean;
}

export interface OpenRequest {
  readonly executionId: string;
  readonly workflowId: string;
  readonly request: RequestView;
}

/** Which request a person means, and as whom they act. */
export interface RequestRef {
  readonly executionId: string;
  readonly requestId: string;
  readonly round: number;
  /** The hash that the button carried. */
  readonly hash: string;
  readonly by: string;
}

export interface VoteRequest extends RequestRef {
  readonly choice: string;
  /** Where it was made: `home`, or the id of a Slack conversation. */
  readonly via?: string;
  /** At most 3,000 characters. */
  readonly comment?: string;
  /** What stands in the fields of the dialog: text is converted by the field's type. A field that is not named stays as it is. */
  readonly fields?: JsonObject;
  /** `seen` of the form that was filled in; without it nothing but a rejection counts where values can be edited. */
  readonly seen?: string;
}

export interface DelegationRequest extends RequestRef {
  /** Slack user id. */
  readonly to: string;
}

/** A field of a decision's dialog. */
export interface FormField extends EditableField {
  /** What it is by now: as it was, or as others who decided changed it. */
  readonly value: Json;
  /** What it was when the request was opened. */
  readonly original: Json;
  /** `false`: the value cannot be shown in a field of this type; left empty, it stays. */
  readonly fits: boolean;
}

export interface DecisionForm {
  readonly recorded: null;
  readonly title: string;
  readonly choice: Choice;
  readonly fields: readonly FormField[];
  readonly seen: string;
}

/** What is wrong with one part of an answer. */
export interface InvalidAnswer {
  /** Name of the field; `null`: the comment. */
  readonly field: string | null;
  readonly message: string;
}

export interface NotRecorded {
  readonly recorded: false;
  readonly reason:
    | "not_found"
    | "already_decided"
    | "already_voted"
    | "superseded"
    | "unknown_choice"
    | "not_an_approver"
    | "self_approval"
    | "excluded"
    | "guest"
    | "answer_invalid"
    | "edited"
    | "handed_over"
    | "not_voted"
    | "out_of_rounds"
    | "not_delegable";
  /** A sentence for the person. */
  readonly message: string;
  /** With `answer_invalid`. */
  readonly errors?: readonly InvalidAnswer[];
}

export type VoteAnswer =
  | {
      readonly recorded: true;
      /** Resolves when the execution has taken the decision, or refused it because another came first. */
      readonly settled: Promise<VoteOutcome>;
    }
  | NotRecorded;

/** `pending`: another process has the execution and has not answered within 5 s; the card will show it. */
export type VoteOutcome =
  | { readonly kind: "counted" }
  | { readonly kind: "refused"; readonly message: string }
  | { readonly kind: "pending" };
