import { z } from "zod";
import { sha256 } from "../shared/hash.ts";
import { LIMITS } from "../slack/limits.ts";

/** What a button of a run's card carries. */
const RunValue = z.object({ e: z.string() });
export type RunValue = z.output<typeof RunValue>;

/** What a button carries that shows something of a run in pages: execution and page. */
const RunPageValue = RunValue.extend({ p: z.int().min(0).optional() });
export type RunPageValue = z.output<typeof RunPageValue>;

/** What a button for a request as a whole carries: execution, request, round, hash of the question. */
const RequestValue = z.object({ e: z.string(), r: z.string(), n: z.int(), h: z.string() });
export type RequestValue = z.output<typeof RequestValue>;

/**
 * What a button of an approval carries besides: the choice, whether its dialog asks for a comment, and whether for values. The
 * last two only open the dialog; the engine knows itself what a choice needs.
 */
const DecisionValue = RequestValue.extend({
  c: z.string(),
  k: z.enum(["optional", "required"]).optional(),
  f: z.literal(1).optional(),
});
export type DecisionValue = z.output<typeof DecisionValue>;

/** What the dialog of a choice carries besides: the mark of the values that it shows, and where it was opened from. */
const DialogValue = DecisionValue.extend({
  s: z.string().optional(),
  o: z.literal("home").optional(),
});
export type DialogValue = z.output<typeof DialogValue>;

/** What a button that shows a request carries: execution, request, page, and the channel of the card from which it was opened. */
const ShowValue = z.object({
  e: z.string(),
  r: z.string(),
  p: z.int().min(0).optional(),
  c: z.string().optional(),
});
export type ShowValue = z.output<typeof ShowValue>;

/** What the button carries that resumes a workflow, or one of its triggers (`t`); `null`: everything. */
const ResumeValue = z.object({ w: z.string().nullable(), t: z.string().optional() });
export type ResumeValue = z.output<typeof ResumeValue>;

export function toResumeValue(value: ResumeValue): string {
  return toText(value);
}

/** `null` as in {@link parseRunValue}. */
export function parseResumeValue(text: string | undefined): ResumeValue | null {
  return ResumeValue.safeParse(parseJson(text)).data ?? null;
}

/** What the button carries that archives a workflow. */
const ArchiveValue = z.object({ w: z.string() });

export function toArchiveValue(value: z.output<typeof ArchiveValue>): string {
  return toText(value);
}

/** `null` as in {@link parseRunValue}. */
export function parseArchiveValue(text: string | undefined): z.output<typeof ArchiveValue> | null {
  return ArchiveValue.safeParse(parseJson(text)).data ?? null;
}

/** What the button carries that removes a credential: its name, and whether it is although a workflow needs it. */
const CredentialValue = z.object({ n: z.string(), f: z.boolean() });

export function toCredentialValue(value: z.output<typeof CredentialValue>): string {
  return toText(value);
}

/** `null` as in {@link parseRunValue}. */
export function parseCredentialValue(
  text: string | undefined,
): z.output<typeof CredentialValue> | null {
  return CredentialValue.safeParse(parseJson(text)).data ?? null;
}

/** What the button carries that ends a token of the API: its id. */
const TokenValue = z.object({ t: z.string() });

export function toTokenValue(value: z.output<typeof TokenValue>): string {
  return toText(value);
}

/** `null` as in {@link parseRunValue}. */
export function parseTokenValue(text: string | undefined): z.output<typeof TokenValue> | null {
  return TokenValue.safeParse(parseJson(text)).data ?? null;
}

/** What the button carries that removes runs: one, what is stored about a person, or those of a workflow with a status that ended before a moment. */
const RemovalValue = z.union([
  z.object({ e: z.string() }),
  z.object({ p: z.string() }),
  z.object({
    w: z.string(),
    s: z.enum(["completed", "failed", "cancelled"]).optional(),
    t: z.number().optional(),
  }),
]);
export type RemovalValue = z.output<typeof RemovalValue>;

export function toRemovalValue(value: RemovalValue): string {
  return toText(value);
}

/** `null` as in {@link parseRunValue}. */
export function parseRemovalValue(text: string | undefined): RemovalValue | null {
  return RemovalValue.safeParse(parseJson(text)).data ?? null;
}

/** What a button of a draft carries: draft and round. */
const DraftValue = z.object({ d: z.string(), n: z.int() });
export type DraftValue = z.output<typeof DraftValue>;

/**
 * What a button carries that shows a definition or a difference whole: a draft and its round, a workflow and its version, or two
 * versions of it; and the page.
 */
const PreviewValue = z.union([
  z.object({ d: z.string(), n: z.int(), p: z.int().min(0).optional() }),
  z.object({ w: z.string(), v: z.int(), p: z.int().min(0).optional() }),
  z.object({ w: z.string(), f: z.int(), t: z.int(), p: z.int().min(0).optional() }),
]);
export type PreviewValue = z.output<typeof PreviewValue>;

/** What the button carries that makes a message a change of a draft: the draft, and the time stamp of the message. */
const RecentDraftValue = z.object({ d: z.string(), t: z.string() });
export type RecentDraftValue = z.output<typeof RecentDraftValue>;

/** What the button carries that has a message answered after all: its time stamp, and whether it describes a workflow. */
const AgainValue = z.object({ t: z.string(), b: z.literal(1).optional() });
export type AgainValue = z.output<typeof AgainValue>;

export function toAgainValue(value: AgainValue): string {
  return toText(value);
}

/** `null` as in {@link parseRunValue}. */
export function parseAgainValue(text: string | undefined): AgainValue | null {
  return AgainValue.safeParse(parseJson(text)).data ?? null;
}

export function toRecentDraftValue(value: RecentDraftValue): string {
  return toText(value);
}

/** `null` as in {@link parseRunValue}. */
export function parseRecentDraftValue(text: string | undefined): RecentDraftValue | null {
  return RecentDraftValue.safeParse(parseJson(text)).data ?? null;
}

/**
 * What a retry button carries: execution, step, values as typed, whether an unknown outcome is accepted, steps that are to have
 * their effect once more.
 */
const RetryValue = z.object({
  e: z.string(),
  f: z.string().optional(),
  v: z.record(z.string(), z.string()).optional(),
  d: z.boolean().optional(),
  a: z.array(z.string()).optional(),
});
export type RetryValue = z.output<typeof RetryValue>;

/** What the button of a bulk retry carries: workflow, status, started since. */
const BulkRetryValue = z.object({
  w: z.string(),
  s: z.enum(["failed", "cancelled"]),
  t: z.number(),
});
export type BulkRetryValue = z.output<typeof BulkRetryValue>;

/** The value as text; may be too long for a button, see {@link fitsButton}. */
export function toRetryValue(value: RetryValue): string {
  return JSON.stringify(value);
}

/** Can a button carry it? */
export function fitsButton(value: string): boolean {
  return value.length <= LIMITS.buttonValue;
}

export function toBulkRetryValue(value: BulkRetryValue): string {
  return toText(value);
}

/** `null` as in {@link parseRunValue}. */
export function parseRetryValue(text: string | undefined): RetryValue | null {
  return RetryValue.safeParse(parseJson(text)).data ?? null;
}

/** `null` as in {@link parseRunValue}. */
export function parseBulkRetryValue(text: string | undefined): BulkRetryValue | null {
  return BulkRetryValue.safeParse(parseJson(text)).data ?? null;
}

/**
 * What labels a decision: execution, path or, where an option has no room for it, a hash of the path, and the number of the
 * choice; absent: AI was right.
 */
const LabelValue = z.union([
  z.object({ e: z.string(), p: z.string(), c: z.int().optional() }),
  z.object({ e: z.string(), h: z.string(), c: z.int().optional() }),
]);
export type LabelValue = z.output<typeof LabelValue>;

/** The value as text that an option of a menu can hold, too. */
export function toLabelValue(value: {
  readonly e: string;
  readonly p: string;
  readonly c?: number;
}): string {
  const text = JSON.stringify(value);
  if (text.length <= LIMITS.optionValue) return text;
  const { p, ...rest } = value;
  return JSON.stringify({ ...rest, h: hashPath(p) });
}

/** Stands for the path of a step within one execution. */
export function hashPath(path: string): string {
  return sha256(path).toString("hex").slice(0, 16);
}

/** `null` as in {@link parseRunValue}. */
export function parseLabelValue(text: string | undefined): LabelValue | null {
  return LabelValue.safeParse(parseJson(text)).data ?? null;
}

export function toDraftValue(value: DraftValue): string {
  return toText(value);
}

/** `null` as in {@link parseRunValue}. */
export function parseDraftValue(text: string | undefined): DraftValue | null {
  return DraftValue.safeParse(parseJson(text)).data ?? null;
}

export function toPreviewValue(value: PreviewValue): string {
  return toText(value);
}

/** `null` as in {@link parseRunValue}. */
export function parsePreviewValue(text: string | undefined): PreviewValue | null {
  return PreviewValue.safeParse(parseJson(text)).data ?? null;
}

export function toRunValue(value: RunValue): string {
  return toText(value);
}

export function toShowValue(value: ShowValue): string {
  return toText(value);
}

export function toDecisionValue(value: DecisionValue): string {
  return toText(value);
}

export function toRequestValue(value: RequestValue): string {
  return toText(value);
}

export function toDialogValue(value: DialogValue): string {
  return toText(value);
}

/** Does a click on the choice open a dialog? */
export function opensDialog({ k, f }: DecisionValue): boolean {
  return k !== undefined || f !== undefined;
}

/** `null` as in {@link parseRunValue}. */
export function parseRequestValue(text: string | undefined): RequestValue | null {
  return RequestValue.safeParse(parseJson(text)).data ?? null;
}

/** `null` as in {@link parseRunValue}. */
export function parseDialogValue(text: string | undefined): DialogValue | null {
  return DialogValue.safeParse(parseJson(text)).data ?? null;
}

export function toRunPageValue(value: RunPageValue): string {
  return toText(value);
}

/** `null` as in {@link parseRunValue}. */
export function parseRunPageValue(text: string | undefined): RunPageValue | null {
  return RunPageValue.safeParse(parseJson(text)).data ?? null;
}

/** `null` for anything that none of our buttons ever carried: a click may come from a client that made it up. */
export function parseRunValue(text: string | undefined): RunValue | null {
  return RunValue.safeParse(parseJson(text)).data ?? null;
}

/** `null` as in {@link parseRunValue}. */
export function parseDecisionValue(text: string | undefined): DecisionValue | null {
  return DecisionValue.safeParse(parseJson(text)).data ?? null;
}

/** `null` as in {@link parseRunValue}. */
export function parseShowValue(text: string | undefined): ShowValue | null {
  return ShowValue.safeParse(parseJson(text)).data ?? null;
}

function toText(value: object): string {
  const text = JSON.stringify(value);
  if (text.length > LIMITS.buttonValue)
    throw new RangeError(`a button's value has ${text.length} characters`);
  return text;
}

function parseJson(text: string | undefined): unknown {
  // A longer one is none that a button of ours carried.
  if (text === undefined || text.length > LIMITS.buttonValue) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
