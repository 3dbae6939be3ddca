import { z } from "zod";
import { anyJsonObject } from "../../../shared/any-json.ts";
import { Duration } from "../../../shared/duration.ts";
import type { JsonObject } from "../../../shared/json.ts";
import type { ConfigProblem } from "../../definition/step-type.ts";
import { defineTriggerType, type TriggerType } from "../../definition/trigger-type.ts";
import type { Cron } from "../../ports/cron.ts";
import { checkTimezone } from "./timezone.ts";

/** Most expressions, and most lines with values, of one trigger. */
const MAX_LINES = 20;
const MAX_JITTER_MS = 3_600_000;

const Expression = z.string().min(1).max(200);

const Expressions = z
  .union([Expression, z.array(Expression).min(1).max(MAX_LINES)])
  .transform((value): readonly string[] => (typeof value === "string" ? [value] : value));

const Timezone = z.string().min(1).max(60);

export const ScheduleConfig = z.strictObject({
  cron: Expressions.optional().describe(
    "five fields, or six with seconds first; a list means the times of all; absent: `schedules` has them",
  ),
  timezone: Timezone.default("UTC").describe("IANA name, such as `Europe/Berlin`"),
  schedules: z
    .array(
      z.strictObject({
        cron: Expressions.describe("as of the trigger"),
        timezone: Timezone.optional().describe("absent: that of the trigger"),
        inputs: anyJsonObject()
          .optional()
          .describe("object with values for the runs that the line starts"),
      }),
    )
    .min(1)
    .max(MAX_LINES)
    .optional()
    .describe("in place of `cron`: lines with values of their own for the runs that they start"),
  missed: z
    .enum(["skip", "latest", "all"])
    .default("skip")
    .describe(
      "which of the times that passed while no process was running are made up for: none, the last one, or all (at most a hundred)",
    ),
  jitter: Duration.refine((ms) => ms <= MAX_JITTER_MS, "must be 1h at most")
    .default(0)
    .describe(
      "by how much runs start later than their times at most, spread by workflow and time; 1h at most",
    ),
});
export type ScheduleConfig = z.output<typeof ScheduleConfig>;

/** One expression of a schedule. */
export interface ScheduleLine {
  readonly expression: string;
  readonly timezone: string;
  /** Variables of its runs. */
  readonly inputs: JsonObject;
}

/** All expressions of a schedule. */
export function linesOf({
  cron = [],
  timezone,
  schedules = [],
}: ScheduleConfig): readonly ScheduleLine[] {
  return [
    ...cron.map((expression) => ({ expression, timezone, inputs: {} })),
    ...schedules.flatMap(({ cron: some, timezone: own = timezone, inputs = {} }) =>
      some.map((expression) => ({ expression, timezone: own, inputs })),
    ),
  ];
}

/**
 * The clock starts the workflow. Variables: `triggeredBy` (`schedule`), `at`, the time that was scheduled, in UTC, and the values of
 * the line.
 */
export function createSchedule(cron: Cron): TriggerType<ScheduleConfig> {
  return defineTriggerType({
    kind: "schedule",
    summary: "Started by the clock: cron expressions in time zones, each with values if wanted.",
    config: ScheduleConfig,
    gives: ["triggeredBy", "at"],
    values: ({ schedules = [] }) =>
      schedules.map(({ inputs = {} }, index) => ({ path: ["schedules", index, "inputs"], inputs })),
    check: (config) => checkSchedule(config, cron),
  });
}

type Path = ConfigProblem["path"];

function checkSchedule(config: ScheduleConfig, cron: Cron): readonly ConfigProblem[] {
  const { cron: expressions, timezone, schedules } = config;
  const problems = [...checkTimezone(timezone), ...checkAll(expressions ?? [], [], cron)];
  for (const [index, line] of (schedules ?? []).entries()) {
    const path = ["schedules", index];
    const zone = line.timezone === undefined ? [] : checkTimezone(line.timezone);
    problems.push(...zone.map((problem) => ({ ...problem, path: [...path, ...problem.path] })));
    problems.push(...checkAll(line.cron, path, cron));
  }
  if (expressions === undefined && schedules === undefined)
    problems.push({
      path: ["cron"],
      message: '"cron" is missing',
      fix: `${HOW} Lines with values of their own stand in "schedules".`,
    });
  if (expressions !== undefined && schedules !== undefined)
    problems.push({
      path: ["schedules"],
      message: 'both "cron" and "schedules" are given',
      fix: 'Move "cron" into a line of "schedules".',
    });
  return problems;
}

const HOW =
  'Give minute, hour, day of month, month and day of week, such as "0 9 * * 1-5" for weekdays at nine.';

/** @param within - where the member `cron` stands. */
function checkAll(
  expressions: readonly string[],
  within: Path,
  cron: Cron,
): readonly ConfigProblem[] {
  return expressions.flatMap((expression, index) => {
    const path = [...within, "cron", ...(expressions.length === 1 ? [] : [index])];
    return cron.problems(expression).map(({ message, fix = HOW }) => ({ path, message, fix }));
  });
}
