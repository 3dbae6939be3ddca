import { type Check, ok, problem } from "../finding.ts";

/** Whether Node has the data of time zones, which schedules and waits need. */
export function timeZonesCheck(): Check {
  return {
    id: "time_zones",
    title: "Time zones",
    async run() {
      const zones = Intl.supportedValuesOf("timeZone");
      const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
      if (zones.includes("Asia/Tokyo") && zones.includes("America/New_York")) {
        return [ok(`${zones.length} known; this machine is in ${timeZone}`)];
      }
      return [
        problem(
          "This Node lacks the data of time zones: schedules with a time zone fail.",
          "Use a Node with full ICU, such as the one that npm ci installs, and unset NODE_ICU_DATA.",
        ),
      ];
    },
  };
}
