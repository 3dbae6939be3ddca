import { z } from "zod";
import { LIMITS } from "../slack/limits.ts";

/** What a button of a run's card carries. */
const RunValue = z.object({ e: z.string() });
export type RunValue = z.output<typeof RunValue>;

/** What a button of an approval carries: execution, request, round, hash of the question, choice. */
const DecisionValue = z.object({
  e: z.string(),
  r: z.string(),
  n: z.int(),
  h: z.string(),
  c: z.string(),
});
export type DecisionValue = z.output<typeof DecisionValue>;

/** What a button that shows a request carries: execution, request, page. */
const RequestValue = z.object({ e: z.string(), r: z.string(), p: z.int().min(0).optional() });
export type RequestValue = z.output<typeof RequestValue>;

/** What a button of a draft carries: draft and round. */
const DraftValue = z.object({ d: z.string(), n: z.int() });
export type DraftValue = z.output<typeof DraftValue>;

/** What a retry button carries: execution, step, values as typed, whether an unknown outcome is accepted. */
const RetryValue = z.object({
  e: z.string(),
  f: z.string().optional(),
  v: z.record(z.string(), z.string()).optional(),
  d: z.boolean().optional(),
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

/** What labels a decision: execution, path, and the number of the choice; absent: AI was right. */
const LabelValue = z.object({ e: z.string(), p: z.string(), c: z.int().optional() });
export type LabelValue = z.output<typeof LabelValue>;

export function toLabelValue(value: LabelValue): string {
  return toText(value);
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

export function toRunValue(value: RunValue): string {
  return toText(value);
}

export function toRequestValue(value: RequestValue): string {
  return toText(value);
}

export function toDecisionValue(value: DecisionValue): string {
  return toText(value);
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
export function parseRequestValue(text: string | undefined): RequestValue | null {
  return RequestValue.safeParse(parseJson(text)).data ?? null;
}

function toText(value: object): string {
  const text = JSON.stringify(value);
  if (text.length > LIMITS.buttonValue)
    throw new RangeError(`a button's value has ${text.length} characters`);
  return text;
}

function parseJson(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
