import { hashJson, isJsonObject, type Json, type JsonObject, toJson } from "../../shared/json.ts";
import type { Exclusion } from "./answerable.ts";
import type { Change, Seal } from "./seal.ts";

/** The choice that one person is enough for, whatever the quorum: a single no stops it. It edits nothing. */
export const REJECT = "reject";

/** Most characters of a comment. Slack's text fields take no more. */
export const MAX_COMMENT = 3000;

/**
 * A variable that the people who decide may change, with what it was when the request was opened. Besides
 * name and value the members are those of an input's declaration.
 */
export interface EditableField {
  readonly name: string;
  readonly value: Json;
  readonly type: string;
  readonly label?: string;
  readonly description?: string;
  readonly required?: boolean;
  readonly default?: Json;
  readonly min?: number;
  readonly max?: number;
  readonly options?: readonly string[];
  readonly pattern?: string;
  readonly sensitive?: boolean;
}

/** One changed value. */
export type Edit = { readonly before: Json; readonly after: Json };

/** What a vote approves instead of the values that the request was opened with, by name. */
export type Edits = Readonly<Record<string, Edit>>;

/** Where among the items of a list a request stands. */
export interface ItemPlace {
  /** From 0. */
  readonly index: number;
  readonly total: number;
  readonly value: Json;
}

/** How often an approval may send back what it is about. */
export interface ReturnRounds {
  /** Choices from which every way leads to this approval again. */
  readonly choices: readonly string[];
  /** How often one of them was taken before this request. */
  readonly taken: number;
  readonly max: number;
}

/** What may be said of a request besides what it asks. Optional: logs of before do not have it. */
export interface RequestOptions {
  readonly editable?: readonly EditableField[];
  /** The bodies of items around the step, the outermost first. */
  readonly items?: readonly ItemPlace[];
  readonly rounds?: ReturnRounds;
  /** When those who have not voted are reminded, once. */
  readonly remindAt?: number;
  /** When `escalateTo` may decide, too. */
  readonly escalateAt?: number;
  readonly escalateTo?: readonly string[];
}

/** What happened to an open request besides votes, in order. */
export type RequestNote =
  | { readonly kind: "reminded"; readonly at: number }
  | { readonly kind: "escalated"; readonly to: readonly string[]; readonly at: number }
  | { readonly kind: "delegated"; readonly by: string; readonly to: string; readonly at: number }
  | {
      readonly kind: "withdrawn";
      readonly by: string;
      readonly choice: string;
      readonly at: number;
    }
  | {
      /** A vote for the same choice approved other values, so this one counts no more. */
      readonly kind: "voided";
      readonly by: string;
      readonly choice: string;
      /** Who approved other values. */
      readonly editedBy: string;
      readonly at: number;
    };

/** Those who have not voted are asked once more. */
export interface RequestReminded {
  readonly type: "request_reminded";
  readonly path: string;
  readonly requestId: string;
  readonly at: number;
}

/** More people may decide, because those who were asked did not. */
export interface RequestEscalated {
  readonly type: "request_escalated";
  readonly path: string;
  readonly requestId: string;
  readonly to: readonly string[];
  readonly at: number;
}

/** An approver handed the decision to another person. */
export interface RequestDelegated {
  readonly type: "request_delegated";
  readonly path: string;
  readonly requestId: string;
  readonly by: string;
  readonly to: string;
  readonly signalId: string;
  readonly at: number;
}

/** A vote that did not decide yet was taken back. */
export interface VoteWithdrawn {
  readonly type: "vote_withdrawn";
  readonly path: string;
  readonly requestId: string;
  readonly by: string;
  readonly signalId: string;
  readonly at: number;
}

export interface Choice {
  readonly id: string;
  readonly label: string;
  readonly style?: "primary" | "danger";
  /** A comment may or has to be given with it; absent: none is asked for. */
  readonly comment?: "optional" | "required";
}

/** An approval request as it was opened. Immutable; the votes are events. */
export interface RequestOpened extends RequestOptions {
  /** The step's key: unique, and equal after a restart. */
  readonly id: string;
  readonly round: number;
  /**
   * First 16 hex digits of the SHA-256 of what is asked; a button carries it, so that a stale card
   * decides nothing.
   */
  readonly hash: string;
  readonly title: string;
  readonly message: string;
  /** Channel of the card; absent: the thread of the run's card. */
  readonly channel?: string;
  /** User ids (`U…`), user groups (`S…`, `@handle`), resolved when the click comes. */
  readonly approvers: readonly string[];
  /**
   * People, user groups and channels that get a copy of the card, besides the approvers who do not
   * see it.
   */
  readonly notify?: readonly string[];
  /** How many people have to choose a non-rejecting choice. */
  readonly required: number;
  /** Who may not decide: people, and groups whose members may not. */
  readonly excluded: readonly string[];
  /** The same with the reasons. Absent in old logs: there it is the starter alone. */
  readonly exclusions?: readonly Exclusion[];
  readonly choices: readonly Choice[];
  readonly openedAt: number;
  readonly expiresAt?: number;
  /** Asks whether an attempt had its effect, not for an approval. */
  readonly doubt?: { readonly stepId: string; readonly attempt: number };
  /** It asks for budget; absent: it is the request of an approval step. */
  readonly budget?: BudgetAsked;
  /** What a decision releases; absent: nothing, or it was asked by a release without seals. */
  readonly seal?: Seal;
  /** The decision that does not hold any more, and why; absent: it is asked for the first time. */
  readonly renews?: { readonly requestId: string | null; readonly changed: readonly Change[] };
}

/** The figures that a request for budget was opened with. */
export interface BudgetAsked {
  readonly stepId: string;
  readonly capNano: number;
  /** Known prices of the calls so far. */
  readonly spentNano: number;
  /**
   * Reserved under the cap: worst prices of calls under way and of calls of unknown price.
   */
  readonly heldNano: number;
  /** Worst price of the attempt that waits. */
  readonly neededNano: number;
  /** What the choice `add` adds. */
  readonly addNano: number;
  /** What the choice `cheaper` does. */
  readonly cheaper?: CheaperOption;
}

/** Another way to run a step, for less money. */
export interface CheaperOption {
  readonly model: string;
  /** Members of the step's parameters that change; null removes one. */
  readonly change: JsonObject;
  /** Worst price of one attempt then. */
  readonly reserveNano: number;
}

export interface DecisionRecorded {
  readonly type: "decision_recorded";
  readonly path: string;
  readonly requestId: string;
  readonly by: string;
  readonly choice: string;
  readonly comment?: string;
  /** What it approves instead of the values that the request was opened with. */
  readonly edits?: Edits;
  /** Where it was made: `home`, or the id of a Slack conversation. */
  readonly via?: string;
  readonly signalId: string;
  readonly at: number;
}

export type RefusalReason =
  | "already_decided"
  | "already_voted"
  /** Others changed the values that this person saw. */
  | "edited"
  | "handed_over"
  /** There is no vote to withdraw. */
  | "not_voted"
  | "expired"
  | "cancelled"
  | "superseded";

export interface DecisionRefused {
  readonly type: "decision_refused";
  readonly requestId: string;
  readonly by: string;
  readonly reason: RefusalReason;
  readonly signalId: string;
  readonly at: number;
}

/**
 * A step with an effect was about to begin, and a decision that releases it does not hold any more: it
 * waits for another one. Nothing has happened.
 */
export interface DecisionVoided {
  readonly type: "decision_voided";
  /** Of the step that waits. */
  readonly path: string;
  readonly stepId: string;
  /** The decision that does not hold; `null`: there was none. */
  readonly requestId: string | null;
  readonly changed: readonly Change[];
  /** What is asked now. */
  readonly request: RequestOpened;
  readonly at: number;
}

/** A person decided on other values than were asked: what the decision releases with those. */
export interface DecisionSealed {
  readonly type: "decision_sealed";
  /** Of the step that waits for the decision. */
  readonly path: string;
  readonly requestId: string;
  readonly seal: Seal;
  readonly at: number;
}

/** What was decided when a decision was asked again. It replaces the output of the approval step. */
export interface DecisionRenewed {
  readonly type: "decision_renewed";
  /** Of the step that waits. */
  readonly path: string;
  readonly requestId: string;
  readonly output: Json;
  /** Variables that the deciders gave other values. */
  readonly edits?: Edits;
  readonly at: number;
}

/** The step that waited for a decision may begin: it is entered anew. */
export interface StepReleased {
  readonly type: "step_released";
  readonly path: string;
  readonly at: number;
}

/** As much of a request as these functions need. */
interface AnyRequest {
  readonly opened: RequestOptions & {
    readonly approvers: readonly string[];
    readonly expiresAt?: number;
  };
  readonly notes?: readonly RequestNote[];
}

/**
 * Whom the request asks by now: the approvers as they were named, those whom it was handed to, and
 * those to whom it was escalated; without people who handed it on.
 */
export function approversNow(request: AnyRequest): readonly string[] {
  const { opened, notes = [] } = request;
  const added = notes.flatMap((note) =>
    note.kind === "escalated" ? note.to : note.kind === "delegated" ? [note.to] : [],
  );
  const asked = new Set([...opened.approvers, ...added]);
  return [...asked].filter((name) => !hasHandedOver(request, name));
}

/** Has this person handed the request to another one, and not got it back? */
export function hasHandedOver({ notes = [] }: AnyRequest, userId: string): boolean {
  const last = notes.findLast(
    (note) => note.kind === "delegated" && (note.by === userId || note.to === userId),
  );
  return last?.kind === "delegated" && last.by === userId;
}

/** When something is to be done about an open request by itself; `null`: never. */
export function nextRequestDue({ opened, notes = [] }: AnyRequest): number | null {
  const { remindAt, escalateAt, expiresAt } = opened;
  const dues = [
    notes.some(({ kind }) => kind === "reminded") ? undefined : remindAt,
    notes.some(({ kind }) => kind === "escalated") ? undefined : escalateAt,
    expiresAt,
  ].filter((due) => due !== undefined);
  return dues.length === 0 ? null : Math.min(...dues);
}

/** The times of a request that is opened anew, as long after its opening as before. */
export function timesFrom(
  opened: Pick<RequestOptions, "remindAt" | "escalateAt"> & {
    readonly openedAt: number;
    readonly expiresAt?: number;
  },
  now: number,
): Pick<typeof opened, "remindAt" | "escalateAt" | "expiresAt"> {
  const { openedAt, remindAt, escalateAt, expiresAt } = opened;
  const later = (at: number): number => now + (at - openedAt);
  return {
    ...(remindAt !== undefined && { remindAt: later(remindAt) }),
    ...(escalateAt !== undefined && { escalateAt: later(escalateAt) }),
    ...(expiresAt !== undefined && { expiresAt: later(expiresAt) }),
  };
}

/** Reads edits as a signal carries them. */
export function toEdits(payload: JsonObject): Edits {
  const entries = Object.entries(payload).map(([name, edit]): [string, Edit] => {
    const { before = null, after = null } = isJsonObject(edit) ? edit : {};
    return [name, { before, after }];
  });
  return Object.fromEntries(entries);
}

interface EditingVote {
  readonly choice: string;
  readonly edits?: Edits;
}

/** What the values are by now: as the last vote that may edit approves them. */
export function currentEdits({ votes }: { readonly votes: readonly EditingVote[] }): Edits {
  return votes.findLast(({ choice }) => choice !== REJECT)?.edits ?? {};
}

/** Do two votes approve the same values? */
export function isSameEdits(one: Edits | undefined, other: Edits | undefined): boolean {
  return editsMark(one) === editsMark(other);
}

/** Distinguishes values: what a person saw is compared with what is. */
export function editsMark(edits: Edits = {}): string {
  return hashJson(toJson(edits)).slice(0, 8);
}

/** May nothing be sent back any more? */
export function isOutOfRounds({ rounds }: RequestOptions, choice: string): boolean {
  return rounds !== undefined && rounds.choices.includes(choice) && rounds.taken >= rounds.max;
}
