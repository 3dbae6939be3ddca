import { describe, expect, test } from "vitest";
import { judgeClock } from "../../src/doctor/checks/clock.ts";
import { judgeProxy } from "../../src/doctor/checks/proxy.ts";
import { judgeSigningSecret } from "../../src/doctor/checks/slack-connection.ts";
import { judgeScopes } from "../../src/doctor/checks/slack-scopes.ts";

describe("scopes", () => {
  const manifest = { scopes: ["chat:write", "commands"], optionalScopes: ["files:read"] };

  test("an optional one that is not granted is mentioned, and no problem", () => {
    const [finding] = judgeScopes(new Set(["chat:write", "commands"]), manifest, null);

    expect(finding).toEqual({
      level: "ok",
      what: "all 2 that the bot needs; optional ones that are not granted: files:read",
    });
  });

  test("a needed one that is missing comes with its line and the page of the app", () => {
    const [finding] = judgeScopes(new Set(["commands", "files:read"]), manifest, "A0APP");

    expect(finding).toMatchObject({ level: "problem" });
    expect(finding?.what).toBe("1 of 2 needed scopes are not granted: chat:write.");
    expect(finding?.fix).toContain("/A0APP/app-manifest\n      - chat:write\n");
  });
});

test("a clock that is 5 min off breaks HTTP mode, whose signatures then no longer count", () => {
  expect(judgeClock(1000, true).level).toBe("ok");
  expect(judgeClock(-20_000, true).level).toBe("warning");
  expect(judgeClock(300_000, true)).toMatchObject({
    level: "problem",
    what: expect.stringContaining("Every request of Slack is refused"),
  });
  expect(judgeClock(300_000, false).what).toContain("Schedules");
  expect(judgeClock(null, false).level).toBe("unknown");
});

test("a signing secret has 32 hexadecimal digits, at Slack itself", () => {
  expect(judgeSigningSecret("0123456789abcdef0123456789abcdef", null).level).toBe("ok");
  expect(judgeSigningSecret("xoxb-something-else", null).level).toBe("warning");
  expect(judgeSigningSecret("simulator", "http://127.0.0.1:4000/api/").level).toBe("ok");
});

test("a proxy is named without its password", () => {
  const proxy = {
    https: "http://bob:hunter22@proxy.example:8080",
    http: "http://bob:hunter22@proxy.example:8080",
    except: "localhost",
  };

  expect(judgeProxy(null, false)).toEqual([]);
  expect(judgeProxy(proxy, true)).toEqual([
    { level: "ok", what: "Slack is reached through proxy.example:8080, but for NO_PROXY" },
  ]);
  expect(judgeProxy({ ...proxy, except: null }, false)[0]?.what).toContain("NODE_USE_ENV_PROXY");
});
