import { createTask, parse, validateDetailed } from "node-cron";
import type { Cron, CronProblem, CronSchedule } from "../engine/ports/cron.ts";
import { problemsOfSteps } from "./cron-steps.ts";

const MINUTE_MS = 60_000;

/** Cron expressions by node-cron, without its timers: the engine's clock decides when. */
export function createCron(): Cron {
  return {
    problems: (expression) => {
      const { errors } = validateDetailed(expression);
      if (errors.length === 0) return problemsOfSteps(expression);
      return errors.map(
        ({ field, value, message }): CronProblem => ({
          message:
            field === "expression"
              ? `the cron expression cannot be read: ${message}`
              : `${JSON.stringify(value ?? "")} is not possible for the ${words(field)}`,
        }),
      );
    },
    parse: (expression, timezone) => createCronSchedule(expression, timezone),
  };
}

function createCronSchedule(expression: string, timezone: string): CronSchedule {
  const { second } = parse(expression);
  const first = second[0] ?? 0;
  const task = createTask(expression, () => undefined, { timezone });
  // Only its matching is used; destroying it removes it from the library's registry, where it would
  // leak.
  void task.destroy();
  return {
    hasSeconds: second.length > 1 || first > 0,
    between: (after, until, limit) => {
      const found: number[] = [];
      // Backward, since the latest are wanted. Whether a minute matches does not depend on the
      // second.
      const last = Math.floor(until / MINUTE_MS) * MINUTE_MS;
      for (
        let minute = last;
        minute > after - MINUTE_MS && found.length < limit;
        minute -= MINUTE_MS
      ) {
        if (!task.match(new Date(minute + first * 1000))) continue;
        for (const at of second.map((one) => minute + one * 1000).reverse())
          if (at > after && at <= until) found.push(at);
      }
      return found.slice(0, limit).reverse();
    },
  };
}

/** `dayOfMonth` as words: `day of month`. */
function words(field: string): string {
  return field.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
