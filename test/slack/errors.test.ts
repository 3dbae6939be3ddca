import { ErrorCode } from "@slack/web-api";
import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../src/shared/json.ts";
import { toSlackError, toSlackFailure } from "../../src/slack/errors.ts";

/** What the Web API client throws when Slack answers `ok: false`. */
function answered(data: JsonObject): Error {
  return Object.assign(new Error("An API error occurred"), {
    code: ErrorCode.PlatformError,
    data: { ok: false, ...data },
  });
}

describe("what Slack refuses", () => {
  test("for want of a scope names the scope, and the log has what the app has", () => {
    const error = toSlackError(
      answered({ error: "missing_scope", needed: "groups:history", provided: "chat:write" }),
      "reading a message",
    );
    expect(error.message).toContain("(missing_scope). It needs the scope groups:history.");
    expect(error.details).toEqual({
      slackError: "missing_scope",
      needed: "groups:history",
      provided: "chat:write",
    });
  });

  test("because of its blocks says which and why", () => {
    const error = toSlackError(
      answered({
        error: "invalid_blocks",
        response_metadata: {
          messages: [
            "[ERROR] must be more than 0 characters [json-pointer:/blocks/0/text/text]",
            "[ERROR] must be more than 0 characters [json-pointer:/blocks/0/text/text]",
          ],
        },
      }),
      "posting to #general",
    );
    expect(error.message).toContain(
      "Slack says: must be more than 0 characters at /blocks/0/text/text.",
    );
  });

  test("tells no token, and not all that Slack may say", () => {
    const remark = `xoxb-123-abc is bad ${"very ".repeat(200)}`;
    const data = { error: "invalid_arguments", response_metadata: { messages: [remark] } };
    const { message } = toSlackError(answered(data), "posting");
    expect(message).not.toContain("xoxb");
    expect(message.length).toBeLessThan(400);
  });

  test("at the moment alone may be tried again, and did not happen", () => {
    const refusal = answered({ error: "org_login_required" });
    expect(toSlackFailure(refusal)).toMatchObject({ kind: "later", code: "org_login_required" });
    expect(toSlackError(refusal, "posting")).toMatchObject({
      code: "slack_unavailable",
      retryable: true,
      outcomeUnknown: false,
    });
  });
});
