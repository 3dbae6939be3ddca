import { z } from "zod";
import { isAppError } from "../../shared/errors.ts";

const InputProblems = z.object({
  problems: z.array(z.object({ path: z.string(), message: z.string(), fix: z.string() })).min(1),
});

/** What is wrong with an input, by its name in `path`. */
export type InputProblem = z.output<typeof InputProblems>["problems"][number];

/** What a refused start says of single inputs; empty: the error is about something else. */
export function inputProblemsOf(error: unknown): readonly InputProblem[] {
  if (!isAppError(error, "input_invalid")) return [];
  return InputProblems.safeParse(error.details).data?.problems ?? [];
}

/** What is wrong and what to do, in whole sentences. @returns plain text, as it stands under a field; for mrkdwn it is to be escaped. */
export function describeProblem({ message, fix }: Pick<InputProblem, "message" | "fix">): string {
  return [message, fix].map((text) => (/[.!?]$/.test(text) ? text : `${text}.`)).join(" ");
}
