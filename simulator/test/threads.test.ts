import { describe, expect, test } from "vitest";
import { Person } from "./support/person.ts";
import { clientOf, openSample, refusal } from "./support/web-client.ts";

const channel = "C0GENERAL";
const quick = { realistic: false, timings: { ackMs: 5, eventRetriesMs: [] } };

/** A thread of a parent and replies "1" to `count`; the `ts` of each, the parent's first. */
async function postThread(
  { chat }: ReturnType<typeof clientOf>,
  count: number,
): Promise<readonly string[]> {
  const { ts: parent = "" } = await chat.postMessage({ channel, text: "parent" });
  const all = [parent];
  for (let reply = 1; reply <= count; reply += 1) {
    const posted = await chat.postMessage({ channel, thread_ts: parent, text: `${reply}` });
    all.push(posted.ts ?? "");
  }
  return all;
}

describe("conversations.replies", () => {
  test("gives the parent first on every page, where it counts", async () => {
    await using simulator = await openSample(quick);
    const client = clientOf(simulator);
    const [ts = ""] = await postThread(client, 3);

    const first = await client.conversations.replies({ channel, ts, limit: 2 });
    const cursor = first.response_metadata?.next_cursor ?? "";
    const second = await client.conversations.replies({ channel, ts, limit: 2, cursor });

    expect(first.messages?.map(({ text }) => text)).toEqual(["parent", "1"]);
    expect(first.has_more).toBe(true);
    expect(second.messages?.map(({ text }) => text)).toEqual(["parent", "2"]);
  });

  test("gives the parent alone to who asks for one message, whatever `oldest` says", async () => {
    await using simulator = await openSample(quick);
    const client = clientOf(simulator);
    const [ts = "", , second = ""] = await postThread(client, 2);
    const at = { channel, ts, oldest: second, latest: second, inclusive: true };

    const one = await client.conversations.replies({ ...at, limit: 1 });
    const all = await client.conversations.replies(at);

    expect(one.messages?.map(({ text }) => text)).toEqual(["parent"]);
    expect(one.has_more).toBe(true);
    expect(all.messages?.map(({ text }) => text)).toEqual(["parent", "2"]);
  });

  test("finds by the ts of a reply that reply alone, with the thread it belongs to", async () => {
    await using simulator = await openSample(quick);
    const client = clientOf(simulator);
    const [parent, first = ""] = await postThread(client, 2);

    const { messages } = await client.conversations.replies({ channel, ts: first });

    expect(messages).toMatchObject([{ text: "1", ts: first, thread_ts: parent }]);
  });
});

test("an app cannot answer a reply, only the message that began the thread", async () => {
  await using simulator = await openSample(quick);
  const client = clientOf(simulator);
  const [, thread_ts = ""] = await postThread(client, 1);
  const post_at = Math.floor(Date.now() / 1_000) + 3_600;
  const stream = { recipient_user_id: "U0ALICE", recipient_team_id: "T0HEDDLE" };

  for (const call of [
    () => client.chat.postMessage({ channel, thread_ts, text: "x" }),
    () => client.chat.scheduleMessage({ channel, thread_ts, text: "x", post_at }),
    () => client.chat.startStream({ channel, thread_ts, ...stream }),
  ]) {
    expect(await refusal(call())).toMatchObject({ error: "cannot_reply_to_message" });
  }
});

describe("a mention", () => {
  test("notifies nobody who is not in a private channel, and the simulator says so", async () => {
    await using simulator = await openSample(quick);
    const { chat } = clientOf(simulator);
    const alice = new Person(simulator.url, "U0ALICE");

    await chat.postMessage({
      channel: "C0LEADS",
      text: "<@U0BOB>, <@U0CAROL>, <!subteam^S0FINANCE>",
    });
    await chat.postMessage({ channel: "C0LEADS", text: "no one" });

    const [named, nameless] = await alice.messages("C0LEADS");
    expect(named).toMatchObject({ notified: ["U0BOB"], not_notified: ["U0CAROL"] });
    expect(nameless).not.toHaveProperty("notified");
  });

  test("in blocks counts, and an app never sees who was notified", async () => {
    await using simulator = await openSample(quick);
    const client = clientOf(simulator);
    const text = { type: "mrkdwn", text: "<@U0DAVE> decides" } as const;

    await client.chat.postMessage({ channel, text: "x", blocks: [{ type: "section", text }] });

    const seen = await new Person(simulator.url, "U0ALICE").messages(channel);
    expect(seen).toMatchObject([{ notified: ["U0DAVE"], not_notified: [] }]);
    const { messages } = await client.conversations.history({ channel });
    expect(messages?.[0]).not.toHaveProperty("notified");
  });
});
