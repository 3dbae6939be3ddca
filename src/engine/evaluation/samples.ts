import { z } from "zod";
import "../../shared/schema-words.ts";
import { anyJson, anyJsonObject } from "../../shared/any-json.ts";
import { AppError } from "../../shared/errors.ts";
import { formatPath } from "../../shared/format-path.ts";
import { type Json, type JsonObject, readOwn, toJson } from "../../shared/json.ts";
import { omitUndefined } from "../../shared/omit-undefined.ts";
import { readJson } from "../../shared/read-json.ts";
import type { Sample } from "../api/evaluation.ts";
import type { Definition } from "../definition/schema.ts";
import type { Scope } from "../language/scope.ts";

const SampleLine = z.strictObject({
  inputs: anyJsonObject(),
  stepResults: anyJsonObject().optional(),
  expected: anyJson(),
  note: z.string().optional(),
});

/**
 * Reads labelled samples: a JSON object on each line; empty lines are skipped.
 *
 * @param place - file name, for errors.
 * @throws {AppError} `input_invalid`, naming place and line.
 */
export function parseSamples(text: string, place: string): readonly Sample[] {
  return text.split("\n").flatMap((line, index) => {
    if (line.trim() === "") return [];
    const { value, fault } = readLine(line);
    const parsed = SampleLine.safeParse(value);
    if (parsed.success) {
      const { inputs, stepResults, expected, note } = parsed.data;
      return {
        inputs,
        expected,
        ...(stepResults && { stepResults }),
        ...omitUndefined({ note }),
      };
    }
    const [issue] = parsed.error.issues;
    const where = issue?.path.length ? `${issue.path.join(".")}: ` : "";
    throw new AppError({
      code: "input_invalid",
      message: `${place}, line ${index + 1}: ${fault ?? `${where}${issue?.message ?? "no JSON object"}`}. A line is {"inputs": {…}, "expected": …, "note": "…"}.`,
    });
  });
}

/** The value of a line, `undefined` if it is no JSON or would be altered; `fault` says what would. */
function readLine(line: string): { readonly value: unknown; readonly fault?: string } {
  try {
    const { value, faults } = readJson(line, "refuse");
    const [fault] = faults;
    if (fault === undefined) return { value };
    return { value: undefined, fault: `${formatPath(fault.path)}: ${fault.message}` };
  } catch {
    return { value: undefined };
  }
}

/** What the step reads: the sample, with the defaults of inputs that it leaves out. */
export function scopeOf(
  { id, name, inputs = {}, version }: Definition,
  sample: Sample,
  key: string,
): Scope {
  const defaults: JsonObject = Object.fromEntries(
    Object.entries(inputs).map(([input, { default: value }]) => [input, value ?? null]),
  );
  const roots: Readonly<Record<string, Json>> = {
    variables: { ...defaults, ...sample.inputs },
    stepResults: sample.stepResults ?? {},
    execution: {
      id: "eval",
      workflowId: id,
      workflowName: name,
      version: version ?? 1,
      startedAt: "1970-01-01T00:00:00.000Z",
      startedBy: null,
      idempotencyKey: key,
    },
    trigger: { type: "evaluation" },
    executionId: "eval",
    workflowId: id,
    costAccumulator: 0,
  };
  return {
    roots,
    read: (path) => {
      let value: unknown = roots;
      for (const segment of path) value = readOwn(value, segment);
      return value === undefined ? undefined : toJson(value);
    },
  };
}
