import { z } from "zod";
import { AppError } from "../../errors.ts";
import type { Json } from "../../json.ts";
import { Duration, MAX_DURATION_MS } from "../duration.ts";
import { parseTemplate, renderTemplate } from "../template.ts";
import { OutputVariable } from "./output-variable.ts";
import { type ConfigProblem, defineStepType, type StepProgram } from "./step-type.ts";

const WaitConfig = z.strictObject({
  duration: Duration.optional(),
  /** A time in ISO 8601 with its zone, or a template that gives one. */
  until: z.string().optional(),
  outputVariable: OutputVariable.optional(),
});
type WaitConfig = z.output<typeof WaitConfig>;

/** Waits for a time to pass or to come; a restart does not lose it. A time that has passed is no wait. */
export const wait = defineStepType({
  kind: "wait",
  summary: "Waits for a duration, or until a point in time.",
  config: WaitConfig,
  hasAttempts: false,
  check: checkWait,
  bind: bindWait,
});

function checkWait(config: WaitConfig): readonly ConfigProblem[] {
  if ((config.duration === undefined) === (config.until === undefined)) {
    return [
      {
        path: [],
        message:
          config.until === undefined
            ? "nothing says how long to wait"
            : "both duration and until are given",
        fix: 'Give "duration" (such as 2h) or "until" (such as 2026-01-31T09:00:00Z), not both.',
      },
    ];
  }
  if (config.until === undefined || config.until.includes("{{") || parseTime(config.until) !== null)
    return [];
  return [
    {
      path: ["until"],
      message: `"${config.until.slice(0, 80)}" is no time with a zone`,
      fix: "Write it as 2026-01-31T09:00:00Z or 2026-01-31T09:00:00+01:00, or use a template that gives such a time.",
    },
  ];
}

function bindWait(config: WaitConfig): StepProgram {
  const until = config.until === undefined ? null : parseTemplate(config.until);
  return {
    enter: ({ scope, now }) => {
      const due =
        until === null ? now + (config.duration ?? 0) : timeOf(renderTemplate(until, scope), now);
      return due <= now
        ? { kind: "complete", output: outputAt(now) }
        : { kind: "wait", on: "timer", due };
    },
    wake: (_act, _request, cause, now) =>
      cause === "due" ? { kind: "complete", output: outputAt(now) } : { kind: "wait" },
    routes: { kind: "none" },
    timeoutMs: 0,
    expressions: [],
  };
}

function outputAt(now: number): Json {
  return { wokenBy: "timer", at: new Date(now).toISOString() };
}

/** Milliseconds since 1970, or `null`: without a zone nobody knows which moment is meant. */
function parseTime(text: string): number | null {
  const form = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/;
  const trimmed = text.trim();
  const ms = form.test(trimmed) ? Date.parse(trimmed) : Number.NaN;
  return Number.isNaN(ms) ? null : ms;
}

function timeOf(value: Json, now: number): number {
  const ms = typeof value === "string" ? parseTime(value) : null;
  if (ms === null) {
    throw new AppError({
      code: "params_invalid",
      message: `"until" gave ${(JSON.stringify(value) ?? "").slice(0, 80)}, which is no time with a zone such as 2026-01-31T09:00:00Z.`,
    });
  }
  if (ms - now <= MAX_DURATION_MS) return ms;
  throw new AppError({ code: "params_invalid", message: '"until" is more than ten years away.' });
}
