import { didYouMean } from "../../../shared/did-you-mean.ts";
import type { ConfigProblem } from "../../definition/step-type.ts";

/** What is wrong with the member `timezone` of a trigger. */
export function checkTimezone(timezone: string): readonly ConfigProblem[] {
  try {
    Intl.DateTimeFormat("en", { timeZone: timezone });
    return [];
  } catch {
    const near = didYouMean(timezone, Intl.supportedValuesOf("timeZone"));
    return [
      {
        path: ["timezone"],
        message: `there is no time zone "${timezone}"`,
        fix: `Use an IANA name, such as Europe/Berlin or UTC.${near}`,
      },
    ];
  }
}
