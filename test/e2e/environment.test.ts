import { describe, expect, test } from "vitest";
import { runUntilExit } from "../support/bot-process.ts";

describe("a wrong environment", () => {
  test("ends the process with 78 and names every wrong variable, never a value", async () => {
    const { code, output } = await runUntilExit({
      SLACK_BOT_TOKEN: "hunter2-is-no-token",
      PORT: "many",
      API_TOKEN: "hunter2",
      API_TOKEN_OWNER: "U0NOBODY",
      ADMINS: "alice",
    });

    expect(code).toBe(78);
    for (const name of [
      "SLACK_BOT_TOKEN",
      "SLACK_APP_TOKEN",
      "OPENAI_API_KEY",
      "PORT",
      "API_TOKEN",
      "ADMINS",
    ]) {
      expect(output).toContain(name);
    }
    expect(output).not.toContain("hunter2");
    expect(output).not.toMatch(/\n\s+at /);
  });
});
