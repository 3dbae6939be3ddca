import { describe, expect, test } from "vitest";
import { z } from "zod";
import type { JsonObject } from "../../../src/shared/json.ts";
import { openSlackSteps } from "../../support/slack-steps.ts";

type Steps = Awaited<ReturnType<typeof openSlackSteps>>;
const GENERAL = "C0GENERAL";

/** A message of this run, and its place. */
async function posted(slack: Steps, more: JsonObject = {}) {
  const { messageTs } = await slack.call("sendMessage", {
    ...{ channel: GENERAL, message: "one" },
    ...more,
  });
  return { channel: GENERAL, messageTs: z.string().parse(messageTs) };
}

describe("a message", () => {
  test("in Markdown is a block of it, with the text for notifications", async () => {
    await using slack = await openSlackSteps();

    await posted(slack, { message: "A table", markdown: "| a | b |\n|---|---|\n| 1 | 2 |" });

    expect(await slack.messages(GENERAL)).toMatchObject([
      {
        text: "A table",
        blocks: [{ type: "markdown", text: "| a | b |\n|---|---|\n| 1 | 2 |" }],
      },
    ]);
  });

  test("in a thread is shown in the channel, too, if it says so", async () => {
    await using slack = await openSlackSteps();
    const { messageTs: threadTs } = await posted(slack);

    await posted(slack, { message: "done", threadTs, broadcast: true });

    expect(await slack.messages(GENERAL)).toMatchObject([
      { text: "one" },
      { text: "done", subtype: "thread_broadcast", thread_ts: threadTs },
    ]);
  });

  test("for one person is seen by them alone", async () => {
    await using slack = await openSlackSteps();

    await posted(slack, { message: "only you", visibleTo: "<@U0BOB>" });

    const texts = async (user: string) =>
      (await slack.messages(GENERAL, { user })).map(({ text, ephemeral }) => [text, ephemeral]);
    expect(await texts("U0BOB")).toEqual([["only you", true]]);
    expect(await texts("U0ALICE")).toEqual([]);
  });

  test("for a person who is not in the channel is refused with what to do", async () => {
    await using slack = await openSlackSteps();

    await expect(posted(slack, { visibleTo: "U0NOBODY" })).rejects.toMatchObject({
      code: "slack_rejected",
      message: expect.stringContaining("who is not in the channel: invite them first"),
    });
  });
});

describe("a message for later", () => {
  const later = (): string => new Date(Date.now() + 3_600_000).toISOString();

  test("waits at Slack, without metadata, which would keep it from being posted", async () => {
    await using slack = await openSlackSteps();
    const sendAt = later();

    const output = await slack.call("sendMessage", { channel: "#general", message: "hi", sendAt });

    expect(output).toEqual({
      ...{ messageTs: null, channel: GENERAL, scheduledMessageId: expect.any(String) },
      sendAt: `${sendAt.slice(0, 19)}.000Z`,
    });
    expect(slack.simulator.workspace.scheduled.list()).toMatchObject([{ text: "hi" }]);
    const calls = await fetch(`${slack.simulator.url}/sim/calls?method=chat.scheduleMessage`);
    expect(JSON.stringify(await calls.json())).not.toContain("metadata");
  });

  test("is found again by its channel, time and text", async () => {
    await using slack = await openSlackSteps();
    const params = { channel: GENERAL, message: "hi & <@U0BOB>", sendAt: later() };
    const startedAt = Date.now();
    const output = await slack.call("sendMessage", params, { startedAt });

    expect(slack.policy("sendMessage", params)).toBe("look");
    expect(await slack.look("sendMessage", params, { startedAt })).toEqual(output);
    expect(await slack.look("sendMessage", { ...params, message: "else" })).toBeNull();
    const muchLater = { startedAt: startedAt + 3_600_000 };
    expect(await slack.look("sendMessage", params, muchLater)).toBeNull();
  });

  test.for([
    ["2020-01-31T09:00:00Z", "has passed"],
    ["2999-01-31T09:00:00Z", "120 days at most"],
    ["tomorrow", "no time with a zone"],
  ])("at %s is refused", async ([sendAt = "", why]) => {
    await using slack = await openSlackSteps();

    const sent = slack.call("sendMessage", { channel: GENERAL, message: "hi", sendAt });

    await expect(sent).rejects.toThrow(why);
  });
});

test.for<[JsonObject, string[]]>([
  [{}, ["message is missing"]],
  [{ markdown: "m", blocks: [] }, ['markdown cannot be given together with "blocks"']],
  [{ message: "m", broadcast: true }, ['broadcast means nothing without "threadTs"']],
  [
    { message: "m", visibleTo: "U1", sendAt: "{{variables.at}}" },
    ['visibleTo cannot be given together with "sendAt"'],
  ],
  [{ message: "m", sendAt: "2026-02-31T09:00:00Z" }, [expect.stringContaining("has no day 31")]],
  [{ message: "m", markdown: "{{variables.text}}" }, []],
])("%j is found at deployment", async ([params, problems]) => {
  await using slack = await openSlackSteps();

  expect(slack.problems("sendMessage", { channel: "#a", ...params })).toEqual(problems);
});

describe("changing a message", () => {
  test("replaces its text and its blocks", async () => {
    await using slack = await openSlackSteps();
    const place = await posted(slack, {
      blocks: [{ type: "section", text: { type: "mrkdwn", text: "old" } }],
    });

    expect(await slack.call("updateMessage", { ...place, message: "new" })).toEqual(place);

    const [message] = await slack.messages(GENERAL);
    expect(message).toMatchObject({ text: "new", edited: {} });
    expect(message?.["blocks"] ?? []).toEqual([]);
    // It is still known whose it is.
    await slack.call("updateMessage", { ...place, markdown: "# newer" });
    expect(await slack.messages(GENERAL)).toMatchObject([{ blocks: [{ type: "markdown" }] }]);
  });

  test("cuts what Slack would refuse as too long", async () => {
    await using slack = await openSlackSteps();
    const place = await posted(slack);

    await slack.call("updateMessage", { ...place, message: "x".repeat(4001) });

    const [message] = await slack.messages(GENERAL);
    expect(message?.["text"]).toHaveLength(4000);
  });

  test("of one that is gone fails, and deleting it again does not", async () => {
    await using slack = await openSlackSteps();
    const place = await posted(slack);

    expect(await slack.call("deleteMessage", place)).toEqual(place);
    expect(await slack.call("deleteMessage", place)).toEqual(place);

    expect(await slack.messages(GENERAL)).toEqual([]);
    await expect(slack.call("updateMessage", { ...place, message: "x" })).rejects.toThrow(
      "no such message in C0GENERAL",
    );
  });

  test.for(["updateMessage", "deleteMessage"])(
    "%s takes no message of a person, or of another run that a person chose",
    async (action) => {
      await using slack = await openSlackSteps();
      const text = "mine";
      const { ts } = await slack.person("message", { user: "U0BOB", channel: GENERAL, text });
      const other = await slack.call(
        "sendMessage",
        { channel: GENERAL, message: "of another run" },
        { executionId: "exec_2" },
      );
      const change = (messageTs: unknown, startedBy?: string) =>
        slack.call(
          action,
          {
            ...{ channel: GENERAL, messageTs: z.string().parse(messageTs) },
            ...(action === "updateMessage" && { message: "x" }),
          },
          startedBy === undefined ? {} : { startedBy },
        );

      await expect(change(ts)).rejects.toThrow("messages of this workflow alone");
      await expect(change(other["messageTs"], "U0BOB")).rejects.toThrow("of this run alone");
      expect(await slack.messages(GENERAL)).toMatchObject([
        { text: "mine" },
        { text: "of another run" },
      ]);
      // Nobody of the workspace chose the message.
      await change(other["messageTs"]);
    },
  );
});

describe("a reaction", () => {
  test("is set once, with or without colons", async () => {
    await using slack = await openSlackSteps();
    const place = await posted(slack);

    const output = await slack.call("addReaction", { ...place, emoji: ":eyes:" });
    expect(await slack.call("addReaction", { ...place, emoji: "eyes" })).toEqual(output);

    expect(output).toEqual({ ...place, emoji: "eyes" });
    expect(await slack.messages(GENERAL)).toMatchObject([
      { reactions: [{ name: "eyes", count: 1 }] },
    ]);
  });

  test("without the scope says which one is missing", async () => {
    await using slack = await openSlackSteps({ grantsOptional: false });
    const place = await posted(slack);

    await expect(slack.call("addReaction", { ...place, emoji: "eyes" })).rejects.toThrow(
      /missing_scope.*reactions:write/,
    );
  });

  test("to a message that is not there says what to check", async () => {
    await using slack = await openSlackSteps();
    const place = { channel: GENERAL, messageTs: "1700000000.000100" };

    await expect(slack.call("addReaction", { ...place, emoji: "eyes" })).rejects.toThrow(
      'check "messageTs"',
    );
  });
});

test.for(["sendMessage", "updateMessage", "deleteMessage", "addReaction"])(
  "%s that Slack limits waits, and has tried nothing",
  async (action) => {
    await using slack = await openSlackSteps();
    const place = await posted(slack);
    const method = {
      ...{ sendMessage: "chat.postMessage", updateMessage: "chat.update" },
      ...{ deleteMessage: "chat.delete", addReaction: "reactions.add" },
    }[action];
    await slack.fault(method ?? "", { retry_after: 30 });
    const params = {
      ...(action === "sendMessage" ? { channel: GENERAL } : place),
      ...(action === "addReaction" && { emoji: "eyes" }),
      ...(action.endsWith("dateMessage") || action === "sendMessage" ? { message: "two" } : {}),
    };

    await expect(slack.call(action, params, { idempotencyKey: "two" })).rejects.toMatchObject({
      ...{ code: "slack_limited", retryable: true, outcomeUnknown: false },
    });
    expect(await slack.messages(GENERAL)).toMatchObject([{ text: "one" }]);
  },
);
