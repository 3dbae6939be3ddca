import { didYouMean } from "../../shared/did-you-mean.ts";
import { AppError } from "../../shared/errors.ts";
import { readOwn } from "../../shared/json.ts";
import { beginningOf, shorten } from "../../shared/shorten.ts";
import type { Scope } from "./scope.ts";

const MAX_LISTED = 12;

/** A path as a person writes it: `variables.amount`, `stepResults['a b'].output`, `items[0]`. */
export function writePath(path: readonly string[]): string {
  let text = "";
  for (const segment of path) {
    if (/^\d+$/.test(segment)) text += `[${segment}]`;
    else if (/^[\p{L}\p{N}_$-]+$/u.test(segment)) text += `${text === "" ? "" : "."}${segment}`;
    else text += `['${beginningOf(segment, 80)}']`;
  }
  return shorten(text, 200);
}

/** The error for a path that leads nowhere. It names the path and what there is instead; names alone, never values. */
export function missingValue(path: readonly string[], scope: Scope): AppError {
  return new AppError({
    code: "template_missing",
    message: `{{${writePath(path)}}} has no value. ${explainMissing(path, scope)}`,
  });
}

/** One or two sentences about the last part of the path that exists: what it holds, and what may have been meant. */
export function explainMissing(path: readonly string[], scope: Scope): string {
  const root = path[0] ?? "";
  if (!Object.hasOwn(scope.roots, root)) {
    return `${listed("Paths begin with", Object.keys(scope.roots))}${didYouMean(root, Object.keys(scope.roots))}`;
  }
  let depth = 1;
  while (depth < path.length && read(path.slice(0, depth + 1), scope) !== undefined) depth += 1;
  const missing = path[depth] ?? "";
  const holder = read(path.slice(0, depth), scope);
  const names = typeof holder === "object" && holder !== null ? Object.keys(holder) : [];
  return `${describe(path.slice(0, depth), holder, names)}${didYouMean(missing, names)}`;
}

function describe(path: readonly string[], holder: unknown, names: readonly string[]): string {
  const name = writePath(path);
  if (Array.isArray(holder)) return `${name} is a list of ${holder.length}.`;
  if (typeof holder !== "object" || holder === null) {
    const type = holder === null || holder === undefined ? "empty" : `a ${typeof holder}`;
    return `${name} is ${type}: there is nothing inside.`;
  }
  const words = ROOT_WORDS[name] ?? { none: `${name} is empty.`, some: `${name} has` };
  return names.length === 0 ? words.none : listed(words.some, names);
}

const ROOT_WORDS: Readonly<Record<string, { readonly none: string; readonly some: string }>> = {
  variables: { none: "There are no variables.", some: "Known variables:" },
  stepResults: { none: "No step has run yet.", some: "Steps that have run:" },
};

function listed(lead: string, names: readonly string[]): string {
  const shown = names.slice(0, MAX_LISTED).map((name) => name.slice(0, 80));
  const more = names.length > MAX_LISTED ? ` and ${names.length - MAX_LISTED} more` : "";
  return `${lead} ${shown.join(", ")}${more}.`;
}

function read(path: readonly string[], scope: Scope): unknown {
  const value = scope.read(path);
  if (value !== undefined) return value;
  let holder: unknown = scope.roots;
  for (const segment of path) holder = readOwn(holder, segment);
  return holder;
}
