import { hashJson, isJsonObject, type Json, type JsonObject, toJson } from "../../shared/json.ts";

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
