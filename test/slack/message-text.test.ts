import { describe, expect, test } from "vitest";
import { readMessageText, readShown } from "../../src/slack/message-text.ts";

describe("the text of a message", () => {
  test.for<readonly [string, string, string]>([
    ["a bare domain", "<http://a.example|a.example>/x", "a.example/x"],
    ["an address with a scheme", "<https://a.example/?b=1&amp;c=2>", "https://a.example/?b=1&c=2"],
    ["a mail address", "<mailto:me@a.example|me@a.example>", "me@a.example"],
    ["a number of a phone", "<tel:+4930123|+4930123>", "+4930123"],
    ["a link with a label of its own", "<https://a.example|here>", "<https://a.example|here>"],
    [
      "a label that feigns another host",
      "<http://b.example|a.example>",
      "<http://b.example|a.example>",
    ],
    ["mentions", "<@U1> in <#C1|general> &lt;@U2&gt;", "<@U1> in <#C1|general> <@U2>"],
  ])("%s is as it was typed", ([, sent, typed]) => {
    expect(readMessageText({ text: sent })).toBe(typed);
  });

  test("is that of its blocks if it has no other", () => {
    const section = { type: "section", text: { type: "mrkdwn", text: "disk is full" } };
    const rich = {
      type: "rich_text",
      elements: [
        {
          type: "rich_text_section",
          elements: [
            { type: "user", user_id: "U1" },
            { type: "text", text: " look at " },
            { type: "link", url: "https://a.example", text: "this" },
            { type: "emoji", name: "fire" },
          ],
        },
        {
          type: "rich_text_list",
          elements: [{ type: "rich_text_section", elements: [{ type: "text", text: "first" }] }],
        },
      ],
    };
    const button = { type: "button", text: { type: "plain_text", text: "Mute" } };
    const message = {
      text: " ",
      blocks: [section, rich, { type: "actions", elements: [button] }, { type: "divider" }],
    };
    expect(readMessageText(message)).toBe("disk is full\n<@U1> look at this:fire:\nfirst");
  });

  test("is that of its attachments if it has neither", () => {
    const attachments = [
      { title: "Build 7", text: "failed", fallback: "Build 7 failed" },
      { fallback: "only this" },
    ];
    expect(readMessageText({ text: "", attachments })).toBe("Build 7\nfailed\nonly this");
  });

  test.for([null, undefined, {}, { text: 3, blocks: [3], attachments: [null] }])(
    "is empty where there is none: %j",
    (message) => {
      expect(readMessageText(message)).toBe("");
    },
  );
});

describe("what people read of a message", () => {
  test.for<readonly [string, string, string]>([
    ["a link by its label", "<https://x.example/urgent|the page>", "the page"],
    ["a link without a label", "<https://x.example/a?b=1&amp;c>", "https://x.example/a?b=1&c"],
    ["a mail address", "<mailto:me@a.example|me@a.example>", "me@a.example"],
    ["a channel and a group", "<#C1|ops>, <!subteam^S1|@finance>", "#ops, @finance"],
    ["everybody in the channel", "<!here> look", "@here look"],
    ["a date", "<!date^1700000000^{date}|Nov 14>", "Nov 14"],
    ["angle brackets that were typed", "&lt;https://x.example|a&gt;", "<https://x.example|a>"],
  ])("is %s", ([, sent, shown]) => {
    expect(readShown({ text: sent })).toEqual([shown]);
  });

  test("is the emoji, of which Slack says the signs", () => {
    const emoji = (name: string, rest = {}) => ({ type: "emoji", name, ...rest });
    const elements = [
      emoji("tada", { unicode: "1f389" }),
      emoji("flag-de", { unicode: "1f1e9-1f1ea" }),
      emoji("odd", { unicode: "110000" }),
      emoji("own"),
    ];
    const section = { type: "rich_text_section", elements };
    const text = ":tada::skin-tone-3: :flag-de: :odd: :own:";
    expect(readShown({ text, blocks: [{ type: "rich_text", elements: [section] }] })).toEqual([
      text,
      "🎉 🇩🇪 :odd: :own:",
    ]);
  });
});
