import { parseArgs } from "node:util";
import { omitUndefined } from "../shared/omit-undefined.ts";

/** The arguments of `npm run doctor -- …`. */
export interface DoctorArguments {
  readonly json: boolean;
  readonly eventsUrl?: string;
}

export const USAGE = `npm run doctor -- [options]

Checks what the bot needs: configuration, Slack, store, model, mail, databases, workflows. Changes nothing and posts nothing.

  --json               print the findings as JSON, for programs (npm run --silent doctor -- --json)
  --events-url URL     HTTP mode, while the bot runs: put this public address to Slack's test

Exit code: 0 without problems (there may be warnings), 1 with problems, 64 for wrong arguments.`;

/** @throws {TypeError} with what is wrong, for a person. */
export function readArguments(argv: readonly string[]): DoctorArguments {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      json: { type: "boolean", default: false },
      "events-url": { type: "string" },
    },
  });
  const { json, "events-url": eventsUrl } = values;
  if (eventsUrl !== undefined && !URL.canParse(eventsUrl)) {
    throw new TypeError(
      "--events-url must be an address like https://bot.example.com/slack/events.",
    );
  }
  return { json, ...omitUndefined({ eventsUrl }) };
}
