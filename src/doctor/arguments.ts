import { parseArgs } from "node:util";
import { omitUndefined } from "../shared/omit-undefined.ts";
import { isUserId } from "../shared/slack-ids.ts";

/** The arguments of `npm run doctor -- …`. */
export interface DoctorArguments {
  readonly json: boolean;
  readonly eventsUrl?: string;
  /** `null`: nothing is posted. */
  readonly live: LiveArguments | null;
}

export interface LiveArguments {
  readonly channel: string | null;
  readonly user: string | null;
  readonly clickMs: number;
  readonly burst: number;
  readonly watchMs: number;
  /** File for the report: JSON if its name ends so, else Markdown. `null`: standard output. */
  readonly report: string | null;
}

const MOST_BURST = 30;

export const USAGE = `npm run doctor -- [options]

Checks what the bot needs: configuration, Slack, store, model, mail, databases, workflows. Changes nothing and posts nothing.

  --json               print the findings as JSON, for programs (npm run --silent doctor -- --json)
  --events-url URL     HTTP mode, while the bot runs: put this public address to Slack's test

  --live               then use Slack as the bot does and measure it: posts, edits, asks for a click, opens a dialog and
                       App Home, uploads a file, posts a short burst, and removes what it posted. Stop the bot before.
  --channel C…         where to post: a channel that the bot is in
  --user U…            who is asked to click; without --channel, in the direct message with this person
  --wait SECONDS       how long to wait for the click (60)
  --burst N            posts, and as many edits, in a row: 0 to ${MOST_BURST} (10)
  --watch SECONDS      keep the connection so long afterwards, to see Slack refresh it (0)
  --report FILE        write the report for the maintainers there: Markdown, or JSON for a name that ends in .json

Exit code: 0 without problems (there may be warnings), 1 with problems, 64 for wrong arguments.`;

/** @throws {TypeError} with what is wrong, for a person. */
export function readArguments(argv: readonly string[]): DoctorArguments {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      json: { type: "boolean", default: false },
      "events-url": { type: "string" },
      live: { type: "boolean", default: false },
      channel: { type: "string" },
      user: { type: "string" },
      wait: { type: "string", default: "60" },
      burst: { type: "string", default: "10" },
      watch: { type: "string", default: "0" },
      report: { type: "string" },
    },
  });
  const { json, "events-url": eventsUrl, channel, user } = values;
  if (eventsUrl !== undefined && !URL.canParse(eventsUrl)) {
    throw new TypeError(
      "--events-url must be an address like https://bot.example.com/slack/events.",
    );
  }
  if (!values.live) return { json, live: null, ...omitUndefined({ eventsUrl }) };
  if (json) throw new TypeError("--json and --live do not go together: use --report FILE.json.");
  checkPlace(channel, user);
  const live = {
    channel: channel ?? null,
    user: user ?? null,
    clickMs: toCount(values.wait, "--wait", 3600) * 1000,
    burst: toCount(values.burst, "--burst", MOST_BURST),
    watchMs: toCount(values.watch, "--watch", 86_400) * 1000,
    report: values.report ?? null,
  };
  return { json, live, ...omitUndefined({ eventsUrl }) };
}

function checkPlace(channel: string | undefined, user: string | undefined): void {
  if (channel === undefined && user === undefined) {
    throw new TypeError(
      "--live needs --channel C… or --user U…: where to post, or whom to write to.",
    );
  }
  if (channel !== undefined && !/^[CGD][A-Z0-9]{2,}$/.test(channel)) {
    throw new TypeError(
      "--channel must be a channel's id like C012ABCDEF (⋮ → Copy link ends in it).",
    );
  }
  if (user !== undefined && !isUserId(user)) {
    throw new TypeError("--user must be a member's id like U012ABCDEF (⋮ → Copy member ID).");
  }
}

function toCount(text: string, name: string, most: number): number {
  const count = Number(text);
  if (Number.isInteger(count) && count >= 0 && count <= most) return count;
  throw new TypeError(`${name} must be a whole number from 0 to ${most}; it is "${text}".`);
}
