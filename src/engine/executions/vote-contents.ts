import { canonicalJson, type Json, type JsonObject } from "../../shared/json.ts";
import type { FormField, InvalidAnswer } from "../api/approvals.ts";
import { readInput } from "../definition/inputs.ts";
import type { Problem } from "../definition/problem.ts";
import { InputDefinition } from "../definition/schema.ts";
import {
  type Choice,
  currentEdits,
  type Edit,
  type EditableField,
  type Edits,
  MAX_COMMENT,
  REJECT,
} from "../model/requests.ts";
import type { ReadonlyRequest } from "../model/state.ts";

/** What a vote says besides its choice; or everything that is wrong with it. */
export type VoteContents =
  | { readonly comment?: string; readonly edits?: Edits }
  | { readonly errors: readonly InvalidAnswer[] };

/** Checks the comment and converts what was typed into the fields. Pure. */
export function readContents(
  request: ReadonlyRequest,
  choice: Choice,
  given: { readonly comment?: string; readonly fields?: JsonObject },
): VoteContents {
  const comment = given.comment?.trim() ?? "";
  const read = fieldsFor(request, choice.id).map((field) => readField(field, given.fields ?? {}));
  const errors = [...commentErrors(choice, comment), ...read.flatMap(({ problems }) => problems)];
  if (errors.length > 0) return { errors };
  const edits = Object.fromEntries(
    read.flatMap(({ edit }): [string, Edit][] => (edit ? [edit] : [])),
  );
  return {
    ...(comment !== "" && { comment }),
    ...(Object.keys(edits).length > 0 && { edits }),
  };
}

/** The fields of a choice's dialog, filled with what the values are by now. */
export function fieldsFor(request: ReadonlyRequest, choiceId: string): readonly FormField[] {
  if (choiceId === REJECT) return [];
  const edits = currentEdits(request);
  return (request.opened.editable ?? []).map((field): FormField => {
    const value = Object.hasOwn(edits, field.name)
      ? (edits[field.name]?.after ?? null)
      : field.value;
    return { ...field, original: field.value, value, fits: fits(field, value) };
  });
}

function commentErrors({ comment, label }: Choice, text: string): readonly InvalidAnswer[] {
  if (comment === "required" && text === "")
    return [{ field: null, message: `"${label}" needs a comment: say why.` }];
  const length = Array.from(text).length;
  if (length <= MAX_COMMENT) return [];
  const message = `The comment has ${length} characters; at most ${MAX_COMMENT} are kept. Shorten it.`;
  return [{ field: null, message }];
}

function readField(
  field: FormField,
  fields: JsonObject,
): { readonly problems: readonly InvalidAnswer[]; readonly edit: [string, Edit] | null } {
  const { name, original, value, fits: isShown } = field;
  const given = Object.hasOwn(fields, name) ? (fields[name] ?? null) : value;
  // What the field could not show is left as it is, unless something was written into it.
  const isKept = isSame(given, value) || (isBlank(given) && (!isShown || isBlank(value)));
  const read = isKept
    ? { value, problems: [] }
    : readInput(name, definitionOf(field), given, "text");
  const problems = read.problems.map((problem) => toInvalidAnswer({ ...problem, path: name }));
  const isEdited = !isSame(read.value, original);
  return { problems, edit: isEdited ? [name, { before: original, after: read.value }] : null };
}

/** A problem with a field, whose name is its path, in sentences for the person who filled it in. */
export function toInvalidAnswer({ path, message, fix }: Problem): InvalidAnswer {
  const sentence = `${message.slice(0, 1).toUpperCase()}${message.slice(1)}`;
  return { field: path, message: `${sentence}. ${fix}` };
}

/** Nothing is filled in: Slack gives null for it. */
function isBlank(value: Json): boolean {
  if (Array.isArray(value)) return value.length === 0;
  return value === null || (typeof value === "string" && value.trim() === "");
}

/** Can a field of this type show exactly this value? */
function fits(field: EditableField, value: Json): boolean {
  if (isBlank(value)) return true;
  if (typeof value === "string" && value.length > MAX_COMMENT) return false;
  // Slack's number fields take digits alone.
  if (typeof value === "number" && !/^-?[\d.]+$/.test(String(value))) return false;
  const read = readInput(field.name, definitionOf(field), value, "json");
  return read.problems.length === 0 && isSame(read.value, value);
}

function definitionOf(field: EditableField): InputDefinition {
  const { type, label, description, required, default: preset, min, max } = field;
  const { options, pattern, sensitive } = field;
  const members = { type, label, description, required, default: preset, min, max };
  return InputDefinition.parse({ ...members, options, pattern, sensitive });
}

function isSame(one: Json, other: Json): boolean {
  return canonicalJson(one) === canonicalJson(other);
}
