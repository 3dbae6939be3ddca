import type { RequestView } from "./executions.ts";

/** What people are asked, and what they choose. */
export interface Approvals {
  /**
   * Records what a person chose. Checks who may first; durable when `recorded` resolves to `true`.
   *
   * A refusal is an answer, not an error.
   */
  vote(decision: VoteRequest): Promise<VoteAnswer>;
  /** Requests that are open, newest execution first, at most `limit`. */
  listOpen(limit: number): Promise<readonly OpenRequest[]>;
  /**
   * What a person may decide now and has not decided yet, newest execution first: their own requests are not among it, nor
   * are those of groups that they are not in. Only the newest 500 open requests are read.
   */
  listFor(userId: string): Promise<readonly OpenRequest[]>;
  /**
   * Who can decide a request, as far as is known: what it says may be a minute old. Never rejects.
   *
   * @param notBefore - what was read before this moment is read again; milliseconds since 1970.
   */
  audience(request: RequestView, notBefore?: number): Promise<Audience>;
}

/** The people of a request. */
export interface Audience {
  /** Who can decide, in the order of the definition; those who have voted are among them. */
  readonly deciders: readonly string[];
  /** Why other names lead to nobody: parts of a sentence, with mentions. */
  readonly missing: readonly string[];
  /** Who is named, but excluded from deciding. */
  readonly excluded: readonly string[];
  /** People and channels that get a copy of the card besides. */
  readonly notified: readonly string[];
  /** A sentence that says why it cannot be decided, with mentions; `null`: it can. */
  readonly undecidable: string | null;
}

export interface OpenRequest {
  readonly executionId: string;
  readonly workflowId: string;
  readonly request: RequestView;
}

export interface VoteRequest {
  readonly executionId: string;
  readonly requestId: string;
  readonly round: number;
  /** The hash that the button carried. */
  readonly hash: string;
  readonly choice: string;
  readonly by: string;
  readonly comment?: string;
}

export type VoteAnswer =
  | {
      readonly recorded: true;
      /** Resolves when the execution has taken the decision, or refused it because another came first. */
      readonly settled: Promise<VoteOutcome>;
    }
  | {
      readonly recorded: false;
      readonly reason:
        | "not_found"
        | "already_decided"
        | "already_voted"
        | "superseded"
        | "unknown_choice"
        | "not_an_approver"
        | "self_approval"
        | "guest";
      /** A sentence for the person. */
      readonly message: string;
    };

/** `pending`: another process has the execution and has not answered within 5 s; the card will show it. */
export type VoteOutcome =
  | { readonly kind: "counted" }
  | { readonly kind: "refused"; readonly message: string }
  | { readonly kind: "pending" };
