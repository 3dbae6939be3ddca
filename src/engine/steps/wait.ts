import { z } from "zod";
import { MAX_DURATION_MS } from "../../shared/duration.ts";
import { AppError, isAppError } from "../../shared/errors.ts";
import { type Json, type JsonObject, readOwn } from "../../shared/json.ts";
import { parseTime } from "../../shared/parse-time.ts";
import { parseTemplate } from "../../shared/template-parser.ts";
import { EventName } from "../definition/schema.ts";
import {
  type ConfigProblem,
  defineStepType,
  OutputVariable,
  type StepProgram,
} from "../definition/step-type.ts";
import { compileExpression, type Expression } from "../language/expression.ts";
import { type Scope, withRoot } from "../language/scope.ts";
import { renderTemplate } from "../language/template.ts";
import { DurationOrTemplate, resolveDuration } from "./durations.ts";

const WaitConfig = z.strictObject({
  duration: DurationOrTemplate.optional(),
  /** A time in ISO 8601 with its zone, or a template that gives one. */
  until: z.string().optional(),
  /** Name of the event to wait for. */
  event: EventName.optional(),
  /** CEL: is this event meant? It reads `event.payload`, `event.name`, `event.id`, and what every step may read. */
  match: z.string().max(2000).optional(),
  /** How long to wait for the event. */
  timeout: DurationOrTemplate.optional(),
  outputVariable: OutputVariable.optional(),
});
type WaitConfig = z.output<typeof WaitConfig>;

/**
 * Waits for a time to pass or to come, or for a named event; a restart does not lose it. A time that has passed is no wait. An
 * event counts from the beginning of the run on, also if it came before the step; the same event never ends a step twice.
 */
export const wait = defineStepType({
  kind: "wait",
  summary: "Waits for a duration, until a point in time, or for a named event.",
  config: WaitConfig,
  hasAttempts: false,
  check: checkWait,
  bind: bindWait,
});

function checkWait(config: WaitConfig): readonly ConfigProblem[] {
  const { duration, until, event } = config;
  const given = [duration, until, event].filter((value) => value !== undefined);
  if (given.length !== 1) {
    const message = given.length === 0 ? "nothing says how long to wait" : tooMuch(config);
    const fix =
      'Give "duration" (such as 2h), "until" (such as 2026-01-31T09:00:00Z) or "event", one of them.';
    return [{ path: [], message, fix }];
  }
  if (event === undefined) return [...checkUntil(config), ...checkEventParts(config)];
  return checkMatch(config);
}

function tooMuch({ duration, until, event }: WaitConfig): string {
  const names = Object.entries({ duration, until, event }).flatMap(([name, value]) =>
    value === undefined ? [] : [name],
  );
  return names.length === 2
    ? `both ${names.join(" and ")} are given`
    : `${names.join(", ")} are all given`;
}

function checkUntil({ until }: WaitConfig): readonly ConfigProblem[] {
  if (until === undefined || until.includes("{{")) return [];
  const time = parseTime(until);
  if (typeof time === "number") return [];
  const fix = time.isMissingDay
    ? "Name a day of that month."
    : "Write it as 2026-01-31T09:00:00Z or 2026-01-31T09:00:00+01:00, or use a template that gives such a time.";
  return [{ path: ["until"], message: `"${until.slice(0, 80)}" is ${time.reason}`, fix }];
}

function checkEventParts({ match, timeout }: WaitConfig): readonly ConfigProblem[] {
  return Object.entries({ match, timeout }).flatMap(([name, value]) => {
    if (value === undefined) return [];
    const message = `"${name}" means nothing without "event"`;
    return [{ path: [name], message, fix: 'Name the "event" to wait for, or remove it.' }];
  });
}

function checkMatch({ match }: WaitConfig): readonly ConfigProblem[] {
  try {
    if (match !== undefined) compileExpression(match);
    return [];
  } catch (error) {
    if (!isAppError(error)) throw error;
    const fix = "Write a CEL expression, such as event.payload.orderId == variables.orderId.";
    return [{ path: ["match"], message: error.message, fix }];
  }
}

function bindWait(config: WaitConfig): StepProgram {
  return config.event === undefined ? bindTimer(config) : bindEvent(config, config.event);
}

function bindTimer(config: WaitConfig): StepProgram {
  const until = config.until === undefined ? null : parseTemplate(config.until);
  return {
    enter: ({ scope, now }) => {
      const due =
        until === null
          ? now + resolveDuration("duration", config.duration ?? 0, scope)
          : timeOf(renderTemplate(until, scope), now);
      return due <= now
        ? { kind: "complete", output: outputAt("timer", now) }
        : { kind: "wait", on: "timer", due };
    },
    wake: (_act, _request, cause, now) =>
      cause === "due" ? { kind: "complete", output: outputAt("timer", now) } : { kind: "wait" },
    routes: { kind: "none" },
    timeoutMs: 0,
    expressions: [],
  };
}

function bindEvent({ match, timeout }: WaitConfig, event: string): StepProgram {
  const expression = match === undefined ? null : compileExpression(match);
  return {
    enter: ({ scope, now }) => ({
      kind: "wait",
      on: "event",
      event,
      ...(timeout !== undefined && { due: now + resolveDuration("timeout", timeout, scope) }),
    }),
    wake: (_act, _request, cause, now) =>
      cause === "due" ? { kind: "complete", output: outputAt("timeout", now) } : { kind: "wait" },
    take: (scope, { id, name, at, payload }, now) => {
      const described = { id, name, at: new Date(at).toISOString(), payload };
      if (expression && !isMeant(expression, withRoot(scope, "event", described))) return null;
      return { ...outputAt("event", now), event: described };
    },
    routes: { kind: "closed", values: timeout === undefined ? ["event"] : ["event", "timeout"] },
    routeKey: (output) => String(readOwn(output, "wokenBy")),
    timeoutMs: 0,
    expressions: expression ? [{ path: ["match"], expression, roots: ["event"] }] : [],
  };
}

/** An event that lacks what the condition asks for is another one than is meant. */
function isMeant(match: Expression, scope: Scope): boolean {
  try {
    return match.evaluate(scope) === true;
  } catch (error) {
    if (isAppError(error)) return false;
    throw error;
  }
}

function outputAt(wokenBy: "timer" | "event" | "timeout", now: number): JsonObject {
  return { wokenBy, at: new Date(now).toISOString() };
}

function timeOf(value: Json, now: number): number {
  const time =
    typeof value === "string"
      ? parseTime(value)
      : { reason: "no time with a zone", isMissingDay: false };
  if (typeof time !== "number") {
    const example = time.isMissingDay ? "" : " such as 2026-01-31T09:00:00Z";
    throw new AppError({
      code: "params_invalid",
      message: `"until" gave ${(JSON.stringify(value) ?? "").slice(0, 80)}, which is ${time.reason}${example}.`,
    });
  }
  if (time - now <= MAX_DURATION_MS) return time;
  throw new AppError({ code: "params_invalid", message: '"until" is more than ten years away.' });
}
