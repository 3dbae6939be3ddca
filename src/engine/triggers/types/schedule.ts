import { z } from "zod";
import type { ConfigProblem } from "../../definition/step-type.ts";
import { defineTriggerType, type TriggerType } from "../../definition/trigger-type.ts";
import type { Cron } from "../../ports/cron.ts";
import { checkTimezone } from "./timezone.ts";

export const ScheduleConfig = z.strictObject({
  /** Five fields, or six with seconds first. */
  cron: z.string().min(1).max(200),
  /** IANA name, such as `Europe/Berlin`. */
  timezone: z.string().min(1).max(60).default("UTC"),
  /** Which of the times that passed while no process was running are made up for: none, the last one, or all (at most a hundred). */
  missed: z.enum(["skip", "latest", "all"]).default("skip"),
});
export type ScheduleConfig = z.output<typeof ScheduleConfig>;

/** The clock starts the workflow. Variables: `triggeredBy` (`schedule`) and `at`, the time that was scheduled, in UTC. */
export function createSchedule(cron: Cron): TriggerType<ScheduleConfig> {
  return defineTriggerType({
    kind: "schedule",
    summary: "Started by the clock: a cron expression in a time zone.",
    config: ScheduleConfig,
    gives: ["triggeredBy", "at"],
    check: (config) => [...checkTimezone(config.timezone), ...checkCron(config.cron, cron)],
  });
}

function checkCron(expression: string, cron: Cron): readonly ConfigProblem[] {
  return cron.problems(expression).map(({ message, fix }) => ({
    path: ["cron"],
    message,
    fix:
      fix ??
      'Give minute, hour, day of month, month and day of week, such as "0 9 * * 1-5" for weekdays at nine.',
  }));
}
