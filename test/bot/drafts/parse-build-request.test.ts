import { describe, expect, test } from "vitest";
import { parseBuildRequest, readPlain } from "../../../src/bot/drafts/parse-build-request.ts";

describe("reading a request for a workflow", () => {
  test.for([
    ["build me a workflow that posts the menu", "a workflow that posts the menu"],
    ["Make a workflow to sort tickets", "a workflow to sort tickets"],
    ["please create an expense approval workflow", "an expense approval workflow"],
    ["Can you build us a new workflow\nfor vacations?", "a new workflow\nfor vacations?"],
    ["build me a workflow", ""],
    ["create a new workflow that …", ""],
  ])("%s", ([text = "", wanted]) => {
    expect(parseBuildRequest(text)).toBe(wanted);
  });

  test.for(["help", "how do I build a workflow?", "make it two approvers", "build me a house", ""])(
    "not: %s",
    (text) => {
      expect(parseBuildRequest(text)).toBeNull();
    },
  );

  test("takes channels, people, groups and links as they are written in definitions", () => {
    const typed =
      "to <#C1|approvals> or <#C2>, <@U0BOB|bob> &amp; <!subteam^S1|@finance> <!subteam^S2> <https://a.example/x?a=1&amp;b|a> &lt;b&gt;";
    expect(readPlain(typed)).toBe(
      "to #approvals or C2, U0BOB & @finance S2 https://a.example/x?a=1&b <b>",
    );
  });

  test("takes domains and mail addresses as they were typed", () => {
    const typed = "<http://www.example.com|www.example.com> or <mailto:a@b.example|a@b.example>";
    expect(readPlain(typed)).toBe("www.example.com or a@b.example");
  });
});
