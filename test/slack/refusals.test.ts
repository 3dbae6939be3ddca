import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { refusalOf, TABLE } from "../../src/slack/refusals.ts";
import { isTokenRefusal } from "../../src/slack/token-refusals.ts";

interface Documented {
  readonly everyMethod: string;
  readonly undocumented: string;
  readonly methods: Readonly<Record<string, string>>;
}

const documented = JSON.parse(
  readFileSync(new URL("../fixtures/slack-error-codes.json", import.meta.url), "utf8"),
) as Documented;

const all = [documented.everyMethod, documented.undocumented, ...Object.values(documented.methods)]
  .join(" ")
  .split(" ");

describe("Slack's refusals", () => {
  test.for(Object.entries({ "every method": documented.everyMethod, ...documented.methods }))(
    "are sorted for all that is documented for %s",
    ([, codes]) => {
      const unsorted = codes.split(" ").filter((code) => code !== "" && !refusalOf(code).isKnown);
      expect(unsorted).toEqual([]);
    },
  );

  test("say what to do, one code like the other", () => {
    for (const code of all.filter((known) => known !== "")) {
      expect(refusalOf(code).remedy, code).toMatch(/^[A-Z].*[.)]$/);
    }
  });

  test("have no two meanings, and none is made up", () => {
    const sorted = TABLE.flatMap(([, , codes]) => codes.trim().split(/\s+/));
    expect(sorted).toEqual([...new Set(sorted)]);
    expect([...new Set(sorted)].toSorted()).toEqual([...new Set(all)].filter(Boolean).toSorted());
  });

  test.for([
    ["ratelimited", "limited"],
    ["external_channel_migrating", "later"],
    ["internal_error", "unclear"],
    ["is_inactive", "elsewhere"],
    ["user_disabled", "elsewhere"],
    ["message_not_found", "anew"],
    ["hash_conflict", "person"],
    ["plan_upgrade_required", "admin"],
    ["message_limit_exceeded", "admin"],
    ["invalid_blocks", "never"],
  ] as const)("are met as they need it: %s", ([code, help]) => {
    expect(refusalOf(code).help).toBe(help);
  });

  test.for([
    "account_inactive",
    "app_uninstalled",
    "invalid_auth",
    "team_disabled",
    "token_revoked",
    "user_removed_from_team",
  ])("of the token itself say that the app has to be installed anew: %s", (code) => {
    expect(isTokenRefusal(code)).toBe(true);
    expect(refusalOf(code)).toMatchObject({
      ...{ help: "admin", isKnown: true },
      remedy: expect.stringContaining("SLACK_BOT_TOKEN"),
    });
  });

  test.for([
    ["restricted_action_of_tomorrow", "elsewhere"],
    ["invalid_thing", "never"],
    ["poem_too_long", "never"],
    ["a_reason_of_tomorrow", "admin"],
  ] as const)("that are new are sorted by their form: %s", ([code, help]) => {
    expect(refusalOf(code)).toMatchObject({ help, isKnown: false });
  });
});
