import { expect } from "vitest";
import { z } from "zod";
import { createCron } from "../../../src/adapters/node-cron.ts";
import type { ValidationResult } from "../../../src/engine/definition/problem.ts";
import { defineStepType, type StepType } from "../../../src/engine/definition/step-type.ts";
import { validateDefinition } from "../../../src/engine/definition/validation/validate.ts";
import { createStepTypes } from "../../../src/engine/steps/index.ts";
import { createTriggerTypes } from "../../../src/engine/triggers/types/index.ts";

/** A step with attempts whose output is one of a few words. */
const pick = defineStepType({
  kind: "pick",
  summary: "Picks a word.",
  config: z.strictObject({
    words: z.array(z.string()),
    prompt: z.string().default(""),
    doubt: z.string().optional(),
    outputVariable: z.string().optional(),
  }),
  hasAttempts: true,
  bind: ({ words, doubt }) => ({
    enter: () => ({ kind: "complete", output: words[0] ?? null }),
    routes: { kind: "closed", values: words },
    alsoNext: doubt === undefined ? [] : [{ path: ["doubt"], stepId: doubt }],
    timeoutMs: 1000,
    expressions: [],
  }),
});

/** A step with attempts that takes secrets. */
const call = defineStepType({
  kind: "call",
  summary: "Calls somebody.",
  config: z.strictObject({ to: z.string().default(""), outputVariable: z.string().optional() }),
  hasAttempts: true,
  takesSecrets: true,
  bind: () => ({
    enter: () => ({ kind: "complete", output: {} }),
    routes: { kind: "none" },
    timeoutMs: 1000,
    expressions: [],
  }),
});

const stepTypes: ReadonlyMap<string, StepType> = new Map<string, StepType>([
  ...["approval", "parallel", "transform", "wait"].flatMap((kind): [string, StepType][] => {
    const type = createStepTypes({ defaultModel: "gpt-4o-mini" }).get(kind);
    return type === undefined ? [] : [[kind, type]];
  }),
  ["pick", pick],
  ["call", call],
]);

/** Validates with the step types that need nothing from outside, and two that stand for those that do. */
export function validate(source: unknown): ValidationResult {
  const services = { get: () => undefined, names: () => [] };
  return validateDefinition(source, {
    stepTypes,
    triggerTypes: createTriggerTypes({ cron: createCron() }),
    services,
  });
}

/** A definition without problems: pick → ask → pay, or the end. */
export function sample(): Record<string, unknown> {
  return {
    id: "expense",
    name: "Expense",
    triggers: [{ type: "slash" }, { type: "manual" }],
    inputs: { amount: { type: "number", required: true }, item: { type: "string" } },
    output: "stepResults.screen.output",
    steps: [
      {
        id: "screen",
        type: "pick",
        config: { words: ["ok", "odd"], prompt: "{{variables.amount}}", outputVariable: "verdict" },
        next: { ok: "pay", odd: "ask" },
        retryPolicy: { maxRetries: 2, backoffMs: "1s" },
      },
      {
        id: "ask",
        type: "approval",
        config: {
          title: "{{variables.item}}",
          message: "{{stepResults.screen.verdict}}",
          approvers: ["@finance"],
          timeout: "2d",
        },
        next: { approve: "pay", reject: "end", expired: "end" },
      },
      {
        id: "pay",
        type: "call",
        config: { to: "{{variables.verdict}} {{secrets.BANK}}" },
        next: "end",
      },
    ],
  };
}

type Path = readonly (string | number)[];

/** The sample with one place changed; `undefined` removes it. */
export function changed(path: Path, value: unknown): Record<string, unknown> {
  const source = sample();
  let holder: unknown = source;
  for (const key of path.slice(0, -1)) holder = Reflect.get(holder as object, key);
  const last = path.at(-1) ?? "";
  if (value === undefined) Reflect.deleteProperty(holder as object, last);
  else
    Object.defineProperty(holder, last, {
      value,
      enumerable: true,
      configurable: true,
      writable: true,
    });
  return source;
}

/** What is changed, where, to what, and the problem that follows. */
export type Row = readonly [string, readonly (string | number)[], unknown, string];

/** `path: message. fix`, one line each. */
export function problemsOf(source: unknown): readonly string[] {
  return validate(source).problems.map(({ path, message, fix }) => `${path}: ${message}. ${fix}`);
}

/** The warnings, in the form of `problemsOf`. */
export function warningsOf(source: unknown): readonly string[] {
  return validate(source).warnings.map(({ path, message, fix }) => `${path}: ${message}. ${fix}`);
}

/** Checks that the change makes exactly one problem, and that it holds the text. */
export function expectOne(path: readonly (string | number)[], value: unknown, text: string): void {
  const problems = problemsOf(changed(path, value));
  expect(problems.join("\n")).toContain(text);
  expect(problems).toHaveLength(1);
}
