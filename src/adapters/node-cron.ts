import { validateDetailed } from "node-cron";
import type { Cron, CronProblem } from "../engine/ports/cron.ts";
import { counted } from "../shared/counted.ts";
import { omitUndefined } from "../shared/omit-undefined.ts";
import { problemsOfSteps } from "./cron-steps.ts";
import { createCronSchedule } from "./cron-times.ts";

/**
 * Cron expressions by node-cron, without its timers: the engine's clock decides when. Their dialect is the library's
 * (https://nodecron.com/cron-syntax).
 */
export function createCron(): Cron {
  return {
    problems: (expression) => problemsOf(normalize(expression)),
    parse: (expression, timezone) => createCronSchedule(normalize(expression), timezone),
  };
}

/** Fields may stand apart by any white space. */
function normalize(expression: string): string {
  return expression.trim().split(/\s+/).join(" ");
}

function problemsOf(expression: string): readonly CronProblem[] {
  const { errors } = validateDetailed(expression);
  if (errors.length > 0)
    return errors.map(({ field, value }) =>
      field === "expression" ? problemOfShape(expression) : problemOfField(field, value ?? ""),
    );
  const problems = problemsOfSteps(expression);
  return problems.length === 0 && isNever(expression) ? [NEVER] : problems;
}

/** What is wrong with an expression as a whole. */
function problemOfShape(expression: string): CronProblem {
  const known = FOREIGN.find(({ form }) => form.test(expression));
  if (known) return known.problem;
  const count = expression === "" ? 0 : expression.split(" ").length;
  if (count === 5 || count === 6)
    return { message: "the cron expression has characters that none has" };
  return {
    message: `the cron expression has ${counted(count, "field")}, and needs five, or six with seconds first`,
  };
}

/** What other schedulers know. */
const FOREIGN: readonly { readonly form: RegExp; readonly problem: CronProblem }[] = [
  {
    form: /^@every\b/i,
    problem: {
      message: "@every is not known here",
      fix: 'Write a step: "*/5 * * * *" for every five minutes, "*/30 * * * * *" for every thirty seconds.',
    },
  },
  {
    form: /^@reboot\b/i,
    problem: {
      message: "@reboot is not known here: the start of the bot is no time",
      fix: 'Give a time, such as "0 9 * * *".',
    },
  },
  {
    form: /^@/,
    problem: {
      message: "there is no such name for a time",
      fix: "The names are @yearly, @annually, @monthly, @weekly, @daily and @hourly.",
    },
  },
  {
    form: /^(?:CRON_)?TZ=/i,
    problem: {
      message: "the time zone does not stand in the expression",
      fix: 'Give it as "timezone", such as "Europe/Berlin".',
    },
  },
  {
    form: /^(?:\S+ ){6}\S+$/,
    problem: {
      message: "the cron expression has 7 fields; a year cannot be named",
      fix: "Give second, minute, hour, day of month, month and day of week.",
    },
  },
];

function problemOfField(field: string, value: string): CronProblem {
  const message = `${JSON.stringify(value)} is not possible for the ${words(field)}`;
  if (/^\d+\/\d+$/.test(value))
    return {
      message,
      fix: `A step needs a range: write "${value.replace("/", LAST[field] ?? "-…/")}".`,
    };
  if (/^H\b/i.test(value))
    return { message, fix: 'Write a number; "jitter" of the trigger spreads the starts.' };
  return { message, ...omitUndefined({ fix: RANGES[field] }) };
}

/** From where a step begins to the end of the field. */
const LAST: Readonly<Record<string, string>> = {
  second: "-59/",
  minute: "-59/",
  hour: "-23/",
  dayOfMonth: "-31/",
  month: "-12/",
  dayOfWeek: "-6/",
};

const RANGES: Readonly<Record<string, string>> = {
  second: "Seconds go from 0 to 59, such as 0, */15 or 0,30.",
  minute: "Minutes go from 0 to 59, such as 0, */15 or 0,30.",
  hour: "Hours go from 0 to 23, such as 9, */2 or 9-17.",
  dayOfMonth:
    "Days of the month go from 1 to 31, and no further than the month has; such as 1 or 1,15. L is the last one, L-3 the third before it, 15W the weekday next to the 15th.",
  month: "Months go from 1 to 12, or jan to dec, such as 1 or 1-6.",
  dayOfWeek:
    "Days of the week go from 0 (Sunday) to 7, or sun to sat, such as 1-5. 1#2 is the second Monday of a month, 5L the last Friday.",
};

/** Within 28 years every date falls on every day of the week. */
const [CYCLE_FROM, CYCLE_UNTIL] = [Date.UTC(2001, 0, 1), Date.UTC(2029, 0, 1)];

function isNever(expression: string): boolean {
  return createCronSchedule(expression, "UTC").following(CYCLE_FROM, CYCLE_UNTIL, 1).length === 0;
}

const NEVER: CronProblem = {
  message: "no day fits: the day of the month and the day of the week have to fit both",
  fix: 'Leave one of them "*". For either of two, give two expressions, as a list.',
};

/** `dayOfMonth` as words: `day of month`. */
function words(field: string): string {
  return field.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
