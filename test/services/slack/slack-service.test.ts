import { describe, expect, test } from "vitest";
import { openSimulator } from "../../../simulator/simulator.ts";
import type { ServiceAction } from "../../../src/engine/ports/service.ts";
import { createSlackService } from "../../../src/services/slack/slack-service.ts";
import type { AppError } from "../../../src/shared/errors.ts";
import type { Json, JsonObject } from "../../../src/shared/json.ts";
import { json, startLoopbackServer } from "../../support/loopback-server.ts";
import { serviceContext } from "../../support/service-context.ts";
import { silentSlack } from "../../support/silent-slack.ts";

function sendMessage(apiUrl: string): ServiceAction {
  const action = createSlackService(silentSlack(apiUrl)).actions["sendMessage"];
  if (!action) throw new Error("There is no such action.");
  return action;
}

async function open() {
  const simulator = await openSimulator({ realistic: false });
  const action = sendMessage(simulator.apiUrl);
  return {
    send: async (params: JsonObject, key = "exec_1/send#1"): Promise<Json> =>
      action.execute(params, serviceContext({ idempotencyKey: key })),
    look: async (params: JsonObject, key = "exec_1/send#1"): Promise<Json | null | undefined> =>
      action.look?.(params, serviceContext({ idempotencyKey: key })),
    messages: async (channel: string, threadTs?: string): Promise<readonly JsonObject[]> => {
      const query = new URLSearchParams({ channel, ...(threadTs && { thread_ts: threadTs }) });
      const answer = await fetch(`${simulator.url}/sim/messages?${query.toString()}`);
      return ((await answer.json()) as { messages: JsonObject[] }).messages;
    },
    fault: async (fault: JsonObject): Promise<void> => {
      const body = JSON.stringify({ target: "slack", times: 1, ...fault });
      const headers = { "content-type": "application/json" };
      const answer = await fetch(`${simulator.url}/sim/faults`, { method: "POST", body, headers });
      expect(answer.status).toBe(200);
    },
    [Symbol.asyncDispose]: async () => simulator[Symbol.asyncDispose](),
  };
}

describe("sendMessage", () => {
  test("posts to a channel by name or id and says where the message stands", async () => {
    await using slack = await open();

    const byName = await slack.send({ channel: "#general", message: "one" });
    await slack.send({ channel: "<#C0GENERAL|general>", message: "two" });

    const [first, second] = await slack.messages("C0GENERAL");
    expect(byName).toEqual({ channel: "C0GENERAL", messageTs: first?.["ts"] });
    expect(first).toMatchObject({
      text: "one",
      metadata: { event_type: "heddle_step", event_payload: { key: "exec_1/send#1" } },
    });
    expect(second).toMatchObject({ text: "two" });
  });

  test("writes to a person", async () => {
    await using slack = await open();

    expect(await slack.send({ channel: "<@U0ALICE>", message: "hello" })).toMatchObject({
      channel: "D0ALICE",
    });
  });

  test("posts into a thread, and blocks", async () => {
    await using slack = await open();
    const parent = await slack.send({ channel: "C0GENERAL", message: "parent" });
    const threadTs = (parent as { messageTs: string }).messageTs;
    const blocks = [{ type: "section", text: { type: "mrkdwn", text: "*hi*" } }];

    await slack.send({ channel: "C0GENERAL", message: "reply", threadTs, blocks });

    const [, reply] = await slack.messages("C0GENERAL", threadTs);
    expect(reply).toMatchObject({ text: "reply", blocks: [{ type: "section" }] });
  });

  test("cuts a text that Slack would cut, and says so", async () => {
    await using slack = await open();

    await slack.send({ channel: "C0GENERAL", message: "x".repeat(40_001) });

    const [message] = await slack.messages("C0GENERAL");
    expect(message?.["text"]).toHaveLength(40_000);
    expect(message?.["text"]).toMatch(/x\n… \(cut: /);
  });
});

describe("looking for a message", () => {
  test("finds the one that the same step posted, in a channel that is named", async () => {
    await using slack = await open();
    const params = { channel: "#general", message: "one" };
    const output = await slack.send(params);
    await slack.send(params, "exec_2/send#1");

    expect(await slack.look(params)).toEqual(output);
    expect(await slack.look(params, "exec_3/send#1")).toBeNull();
    expect(await slack.look({ ...params, channel: "#nowhere" })).toBeNull();
  });

  test("finds it in a thread and in a direct conversation", async () => {
    await using slack = await open();
    const parent = await slack.send({ channel: "C0GENERAL", message: "parent" }, "other");
    const threadTs = (parent as { messageTs: string }).messageTs;
    const reply = { channel: "C0GENERAL", message: "reply", threadTs };
    const direct = { channel: "U0BOB", message: "direct" };
    const outputs = [await slack.send(reply, "a"), await slack.send(direct, "b")];

    expect([await slack.look(reply, "a"), await slack.look(direct, "b")]).toEqual(outputs);
  });
});

describe("trouble", () => {
  test.each([
    ["#no-such-channel", /channel_not_found.*invite the bot/],
    ["U0NOBODY", /user_not_found|channel_not_found/],
  ])("%s is refused with what to do", async (channel, message) => {
    await using slack = await open();

    await expect(slack.send({ channel, message: "x" })).rejects.toMatchObject({
      code: "slack_rejected",
      retryable: false,
      message: expect.stringMatching(message),
    });
  });

  test("a rate limit says how long to wait", async () => {
    await using slack = await open();
    await slack.fault({ method: "chat.postMessage", retry_after: 7 });

    const refused = await slack
      .send({ channel: "C0GENERAL", message: "x" })
      .catch((error: unknown) => error);

    expect(refused).toMatchObject({
      code: "slack_limited",
      retryable: true,
      outcomeUnknown: false,
    });
    // A second and a half before the turn, which is a quarter later at most than Slack asks for.
    const { retryAfterMs } = refused as AppError;
    expect(retryAfterMs).toBeGreaterThan(4500);
    expect(retryAfterMs).toBeLessThanOrEqual(7250);
    expect(await slack.messages("C0GENERAL")).toEqual([]);
  });

  test.each([
    [{ error: "not_in_channel" }, { code: "slack_rejected", retryable: false }],
    [{ error: "invalid_auth" }, { code: "slack_rejected", retryable: false }],
    [{ error: "internal_error" }, { retryable: true, outcomeUnknown: true }],
    [{ status: 500 }, { retryable: true, outcomeUnknown: true }],
    [
      { raw: "<html>gateway</html>" },
      {
        retryable: true,
        outcomeUnknown: true,
        message: "Slack did not answer properly: no_slack_answer (posting to C0GENERAL).",
      },
    ],
  ])("%j is sorted", async (fault, error) => {
    await using slack = await open();
    await slack.fault({ method: "chat.postMessage", ...fault });

    await expect(slack.send({ channel: "C0GENERAL", message: "x" })).rejects.toMatchObject(error);
  });

  test("no answer leaves the outcome unknown, a closed port does not", async () => {
    const silent = await startLoopbackServer(() => {});
    const send = sendMessage(`${silent.url}/api/`);
    const params = { channel: "C0GENERAL", message: "x" };

    await expect(send.execute(params, serviceContext())).rejects.toMatchObject({
      code: "slack_unavailable",
      retryable: true,
      outcomeUnknown: true,
    });
    await silent[Symbol.asyncDispose]();
    await expect(send.execute(params, serviceContext())).rejects.toMatchObject({
      retryable: true,
      outcomeUnknown: false,
    });
  });

  test("a page instead of an answer leaves the outcome unknown", async () => {
    await using server = await startLoopbackServer(json(200, "<html>"));

    await expect(
      sendMessage(`${server.url}/api/`).execute(
        { channel: "C0GENERAL", message: "x" },
        serviceContext(),
      ),
    ).rejects.toMatchObject({ code: "slack_unavailable", outcomeUnknown: true });
  });
});
