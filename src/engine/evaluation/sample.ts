import { z } from "zod";
import { AppError } from "../../shared/errors.ts";
import type { Sample } from "../api/evaluation.ts";

const SampleLine = z.strictObject({
  inputs: z.record(z.string(), z.json()),
  stepResults: z.record(z.string(), z.json()).optional(),
  expected: z.json(),
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
    const parsed = SampleLine.safeParse(parseJson(line));
    if (parsed.success) {
      const { inputs, stepResults, expected, note } = parsed.data;
      return {
        inputs,
        expected,
        ...(stepResults && { stepResults }),
        ...(note !== undefined && { note }),
      };
    }
    const [issue] = parsed.error.issues;
    const where = issue?.path.length ? `${issue.path.join(".")}: ` : "";
    throw new AppError({
      code: "input_invalid",
      message: `${place}, line ${index + 1}: ${where}${issue?.message ?? "no JSON object"}. A line is {"inputs": {…}, "expected": …, "note": "…"}.`,
    });
  });
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
