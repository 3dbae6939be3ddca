import { z } from "zod";
import { Duration, parseDuration, TimeLimit } from "../../shared/duration.ts";
import { AppError } from "../../shared/errors.ts";
import { parseTemplate } from "../../shared/template-parser.ts";
import type { Scope } from "../language/scope.ts";
import { renderTemplate } from "../language/template.ts";

/** What a definition says of how long something takes: milliseconds, or a template that gives a duration. */
export type WrittenDuration = number | string;

const DurationTemplate = z.string().max(1000);

/** A duration in a definition, or a template for one. */
export const DurationOrTemplate = orTemplate(Duration);

/** A duration above 0, or a template for one. */
export const TimeLimitOrTemplate = orTemplate(TimeLimit);

function orTemplate(
  plain: z.ZodType<number, number | string>,
): z.ZodType<WrittenDuration, number | string> {
  return z.union([z.number(), z.string()]).transform((value, context): WrittenDuration => {
    const isTemplate = typeof value === "string" && value.includes("{{");
    const read = (isTemplate ? DurationTemplate : plain).safeParse(value);
    if (read.success) return read.data;
    for (const { message } of read.error.issues)
      context.addIssue({ code: "custom", message, input: value });
    return z.NEVER;
  });
}

/**
 * The milliseconds that are meant when a step is entered.
 *
 * @param name - of the member, for the message.
 * @throws {AppError} `params_invalid` if a template gives no duration.
 */
export function resolveDuration(name: string, written: WrittenDuration, scope: Scope): number {
  if (typeof written === "number") return written;
  const value = renderTemplate(parseTemplate(written), scope);
  const ms = parseDuration(value);
  if (ms !== null) return ms;
  throw new AppError({
    code: "params_invalid",
    message: `"${name}" gave ${(JSON.stringify(value) ?? "").slice(0, 80)}, which is not a duration: a number of milliseconds, or a number with a unit such as 5s, 10m, 2h, 30d (at most 3650d).`,
  });
}

/** As `resolveDuration`. @throws {AppError} `params_invalid` for 0, too. */
export function resolveTimeLimit(name: string, written: WrittenDuration, scope: Scope): number {
  const ms = resolveDuration(name, written, scope);
  if (ms > 0) return ms;
  const message = `"${name}" gave 0: it has to be longer than that.`;
  throw new AppError({ code: "params_invalid", message });
}
