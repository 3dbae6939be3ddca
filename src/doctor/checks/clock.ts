import type { DoctorContext } from "../context.ts";
import { type Check, type Finding, ok, problem, unknown, warning } from "../finding.ts";

/** A signature is refused when its time is further away than this: https://docs.slack.dev/authentication/verifying-requests-from-slack */
const SIGNATURE_MS = 5 * 60_000;
/** From here on schedules and the times of runs are visibly wrong. */
const NOTICEABLE_MS = 10_000;

/** This machine's clock against Slack's. */
export function clockCheck({ identity, dates, config }: DoctorContext): Check {
  return {
    id: "clock",
    title: "Clock",
    async run() {
      // The date comes with any answer, also with a refusal.
      await identity().catch(() => null);
      return [judgeClock(dates.aheadMs(), config.slack.appToken === null)];
    },
  };
}

/**
 * Pure.
 *
 * @internal exported for its test
 */
export function judgeClock(aheadMs: number | null, isHttp: boolean): Finding {
  if (aheadMs === null) {
    return unknown("Slack did not answer with its time.", "Compare the clock with another one.");
  }
  const seconds = Math.round(Math.abs(aheadMs) / 1000);
  const off = `The clock is ${seconds} s ${aheadMs > 0 ? "ahead of" : "behind"} Slack's.`;
  const fix = "Switch on time synchronization (NTP, for instance: timedatectl set-ntp true).";
  if (Math.abs(aheadMs) >= SIGNATURE_MS) {
    const harm = isHttp
      ? "Every request of Slack is refused: signatures count for 5 min."
      : "Schedules, waits and the times of runs are wrong by as much.";
    return problem(`${off} ${harm}`, fix);
  }
  if (Math.abs(aheadMs) >= NOTICEABLE_MS) return warning(off, fix);
  return ok(`within ${seconds + 1} s of Slack's`);
}
