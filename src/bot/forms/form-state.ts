import { z } from "zod";
import type { InputDefinition } from "../../engine/definition/schema.ts";
import { anyJsonObject } from "../../shared/any-json.ts";
import { sha256 } from "../../shared/hash.ts";
import { canonicalJson, type JsonObject, toJson } from "../../shared/json.ts";

const Pointed = z.object({
  channel: z.string(),
  ts: z.string(),
  threadTs: z.string(),
  text: z.string(),
  messageUser: z.string().nullable(),
});

/** What the form of a workflow's inputs carries from opening to start. */
export const FormState = z.object({
  workflowId: z.string(),
  /** Which door it was opened by: it decides what the run records as its trigger, and where it reports. */
  via: z.enum(["slash", "home", "shortcut"]),
  /** The conversation in which it was asked for; `null`: in none. */
  channel: z.string().nullable(),
  threadTs: z.string().optional(),
  /** The message that it is about. */
  message: Pointed.nullable(),
  /** Values by input, as typed in a command or filled in on an earlier page. Never one of a sensitive input. */
  given: anyJsonObject(),
  /** Counted from 0. */
  page: z.int().min(0),
  /** Stands for the inputs as the form shows them; absent: it is not open yet. */
  inputs: z.string().optional(),
  /** What its run starts under; absent: the dialog's id. A form that is opened again starts no second run. */
  startKey: z.string().optional(),
  /** Counts how often its values were replaced: Slack keeps what stands in a field whose block keeps its id. */
  refilled: z.int().min(0),
});
export type FormState = Omit<z.output<typeof FormState>, "given"> & { readonly given: JsonObject };

type Inputs = Readonly<Record<string, InputDefinition>>;

/** Most fields on one page: Slack takes 100 blocks in a dialog, and longer pages are not read. */
const PAGE_SIZE = 40;

/**
 * The inputs of each page, at least one page. What is sensitive stands on the last pages, so that it need not be kept between
 * pages.
 */
export function pagesOf(inputs: Inputs): readonly (readonly [string, InputDefinition][])[] {
  const all = Object.entries(inputs);
  const sorted =
    all.length <= PAGE_SIZE
      ? all
      : all.toSorted(([, one], [, other]) => Number(one.sensitive) - Number(other.sensitive));
  const count = Math.max(1, Math.ceil(sorted.length / PAGE_SIZE));
  return Array.from({ length: count }, (_, page) =>
    sorted.slice(page * PAGE_SIZE, (page + 1) * PAGE_SIZE),
  );
}

/** Equal for equal inputs: another one means that the workflow was deployed anew. */
export function fingerprintOf(inputs: Inputs): string {
  return sha256(canonicalJson(toJson(inputs)))
    .toString("hex")
    .slice(0, 16);
}
