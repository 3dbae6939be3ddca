import type { CronProblem } from "../engine/ports/cron.ts";

/** The fields from the last to the first, so that the seconds may be missing. */
const FIELDS = [
  { name: "days of the week", size: 7, within: "a week" },
  { name: "months", size: 12, within: "a year" },
  { name: "days", size: 31, within: "a month" },
  { name: "hours", size: 24, within: "a day" },
  { name: "minutes", size: 60, within: "an hour" },
  { name: "seconds", size: 60, within: "a minute" },
] as const;

const MINUTES_PER_DAY = 1440;

/**
 * Steps that are larger than their field, which a cron expression may hold but which mean something
 * else than they seem to: every 90 minutes would be every hour.
 *
 * @param expression - one without other problems.
 */
export function problemsOfSteps(expression: string): readonly CronProblem[] {
  const fields = expression.trim().split(/\s+/).reverse();
  return fields.flatMap((field, index) => {
    const kind = FIELDS[index];
    if (!kind) return [];
    return field.split(",").flatMap((part): readonly CronProblem[] => {
      const step = Number(/\/(\d+)$/.exec(part)?.[1] ?? 0);
      if (step <= kind.size) return [];
      const isAllDay = kind.name === "minutes" && fields[index - 1] === "*";
      return [
        {
          message: `"${part}" is a step of ${step} ${kind.name}, but ${kind.name} are counted within ${kind.within}: only the first of them would be left`,
          fix: (isAllDay ? everySoManyMinutes(step, fields) : null) ?? fixOf(kind),
        },
      ];
    });
  });
}

function fixOf({ name, size }: (typeof FIELDS)[number]): string {
  const others = name === "minutes" ? ', with their hours, such as "0 0,7,14,21 * * *"' : "";
  return `Give a step of ${size} at most, or name the ${name} themselves${others}.`;
}

/** The expressions that mean it, where the day can be divided so. */
function everySoManyMinutes(step: number, fields: readonly string[]): string | null {
  if (MINUTES_PER_DAY % step !== 0) return null;
  const hours = new Map<number, number[]>();
  for (let at = 0; at < MINUTES_PER_DAY; at += step) {
    const minute = at % 60;
    hours.set(minute, [...(hours.get(minute) ?? []), Math.floor(at / 60)]);
  }
  const [weekday, month, day, , , seconds] = fields;
  const prefix = seconds === undefined ? "" : `${seconds} `;
  const expressions = [...hours].map(
    ([minute, some]) => `"${prefix}${minute} ${some.join(",")} ${day} ${month} ${weekday}"`,
  );
  return expressions.length === 1
    ? `Write ${expressions.join("")}.`
    : `Use a trigger each for ${expressions.join(" and ")}.`;
}
