import type { Template } from "../../shared/template-parser.ts";
import type { PromptVersionId } from "../ports/prompts.ts";

/** Names of prompts: lower case, so that files and people cannot differ by case alone. */
export const PROMPT_NAME = /^[a-z][a-z0-9-]{0,63}$/;

/** What `promptRef` holds: a name, or one version of it: `urgency`, `urgency@3`. */
export const PROMPT_REF = /^[a-z][a-z0-9-]{0,63}(?:@[1-9]\d{0,8})?$/;

/** A named prompt as a step asks it. */
export interface NamedPrompt extends PromptVersionId {
  readonly template: Template;
}

/** The prompts that definitions may name, as far as they are known here. */
export interface PromptLookup {
  /** The versions that a reference may stand for now: one, or two while executions are split; `null`: there is none. */
  get(ref: string): readonly NamedPrompt[] | null;
  names(): readonly string[];
}

/** @param ref - matches {@link PROMPT_REF}. */
export function parsePromptRef(ref: string): {
  readonly name: string;
  readonly version: number | null;
} {
  const [name = "", version] = ref.split("@");
  return { name, version: version === undefined ? null : Number(version) };
}

/** The references to named prompts in a definition, wherever they stand; what is no definition has none. */
export function promptRefsIn(source: unknown): readonly string[] {
  const refs: string[] = [];
  collectRefs(source, refs);
  return refs;
}

function collectRefs(source: unknown, refs: string[]): void {
  if (typeof source !== "object" || source === null) return;
  for (const name of Object.keys(source)) {
    const value: unknown = Reflect.get(source, name);
    const isRef = name === "promptRef" && typeof value === "string" && PROMPT_REF.test(value);
    if (isRef && !Array.isArray(source)) refs.push(value);
    else collectRefs(value, refs);
  }
}
