import { describe, expect, test } from "vitest";
import { z } from "zod";
import { postMessage } from "../../../simulator/workspace/conversation.ts";
import type { ParamOrigin, ServiceContext } from "../../../src/engine/ports/service.ts";
import { openSlackSteps } from "../../support/slack-steps.ts";

type Steps = Awaited<ReturnType<typeof openSlackSteps>>;

const WRITTEN = { origins: { channel: { kind: "definition" } } } as const;
const MADE = {
  origins: { channel: { kind: "action", action: "slack.createChannel", member: "channel" } },
} as const;
const FROM_DATA = { origins: { channel: { kind: "data" } } } as const;

function channelOf(slack: Steps, id: string) {
  const channel = slack.simulator.workspace.state.directory.channel(id);
  if (!channel) throw new Error(`There is no channel ${id}.`);
  return channel;
}

/** A private channel of Alice and the bot. */
async function secretChannel(slack: Steps): Promise<string> {
  const { channel } = await slack.call("createChannel", { name: "secret", private: true });
  const id = z.string().parse(channel);
  await slack.call("inviteToChannel", { channel: id, users: "U0ALICE" }, MADE);
  return id;
}

describe("a channel that a step makes", () => {
  test("has the bot in it, and is found by its name at once", async () => {
    await using slack = await openSlackSteps();

    const made = await slack.call("createChannel", { name: "inc-42" });
    await slack.call("sendMessage", { channel: "#inc-42", message: "begun" });

    expect(made).toEqual({ channel: expect.stringMatching(/^C/), name: "inc-42" });
    expect(await slack.messages(z.string().parse(made["channel"]))).toMatchObject([
      { text: "begun" },
    ]);
  });

  test("is private if it says so", async () => {
    await using slack = await openSlackSteps();

    const { channel } = await slack.call("createChannel", { name: "inc-42", private: true });

    expect(channelOf(slack, z.string().parse(channel)).isPrivate).toBe(true);
  });

  test("whose name is taken is refused with what to do", async () => {
    await using slack = await openSlackSteps();

    await expect(slack.call("createChannel", { name: "general" })).rejects.toThrow(
      /name_taken.*choose another name/,
    );
  });

  test("is found again if the bot made it in this run, and no other", async () => {
    await using slack = await openSlackSteps();
    const startedAt = Date.now();
    const made = await slack.call("createChannel", { name: "inc-42" }, { startedAt });

    const look = (name: string, since = startedAt) =>
      slack.look("createChannel", { name }, { startedAt: since });
    expect(await look("inc-42")).toEqual(made);
    expect(await look("inc-42", startedAt + 3_600_000)).toBeNull();
    expect(await look("general")).toBeNull();
    expect(await look("nowhere")).toBeNull();
  });

  test("needs a scope that may be left out, and says so", async () => {
    await using slack = await openSlackSteps({ grantsOptional: false });

    await expect(slack.call("createChannel", { name: "x" })).rejects.toThrow(
      /missing_scope.*channels:manage/,
    );
  });
});

describe("inviting people", () => {
  test("leaves out who is there already, and may be repeated", async () => {
    await using slack = await openSlackSteps();
    const { channel } = await slack.call("createChannel", { name: "inc-42" });
    const invite = (users: readonly string[]) =>
      slack.call("inviteToChannel", { channel: "#inc-42", users: [...users] }, WRITTEN);

    expect(await invite(["U0ALICE"])).toEqual({ channel, invited: ["U0ALICE"], alreadyIn: [] });
    expect(await invite(["<@U0BOB>", "U0ALICE", "U0BOB"])).toEqual({
      ...{ channel, invited: ["U0BOB"], alreadyIn: ["U0ALICE"] },
    });
    expect(await invite(["U0BOB"])).toMatchObject({ invited: [], alreadyIn: ["U0BOB"] });
  });

  test("invites those whom it can, and names who cannot be", async () => {
    await using slack = await openSlackSteps();
    const { channel } = await slack.call("createChannel", { name: "inc-42" });
    const users = ["U0BOB", "U0NOBODY"];

    await expect(
      slack.call("inviteToChannel", { channel: channel ?? "", users }, MADE),
    ).rejects.toThrow(/<@U0NOBODY>.*user_not_found/);

    expect(channelOf(slack, z.string().parse(channel)).members).toContain("U0BOB");
  });
});

describe("topic and end of a channel", () => {
  test("the topic is a text: nothing in it looks like a mention", async () => {
    await using slack = await openSlackSteps();

    await slack.call(
      "setTopic",
      { channel: "#general", topic: "DB down, see <!channel>" },
      WRITTEN,
    );

    expect(channelOf(slack, "C0GENERAL").topic).toBe("DB down, see ‹!channel›");
  });

  test("archiving twice is archiving once, and nothing is posted there afterwards", async () => {
    await using slack = await openSlackSteps();
    const { channel } = await slack.call("createChannel", { name: "inc-42" });
    const params = { channel: z.string().parse(channel) };

    expect(await slack.call("archiveChannel", params, MADE)).toEqual(params);
    expect(await slack.call("archiveChannel", params, MADE)).toEqual(params);

    expect(channelOf(slack, params.channel).isArchived).toBe(true);
    await expect(slack.call("sendMessage", { ...params, message: "x" })).rejects.toThrow(
      "is_archived",
    );
  });

  test("the channel of all members is not archived", async () => {
    await using slack = await openSlackSteps();

    await expect(slack.call("archiveChannel", { channel: "#general" }, WRITTEN)).rejects.toThrow(
      "the channel that all members are in",
    );
  });
});

describe("a channel that data chose", () => {
  const ACTIONS = [
    ["inviteToChannel", { users: "U0BOB" }],
    ["archiveChannel", {}],
    ["setTopic", { topic: "mine" }],
  ] as const;

  test.for(ACTIONS)(
    "%s is for who is in it, whoever the run does it for",
    async ([action, more]) => {
      await using slack = await openSlackSteps();
      const channel = await secretChannel(slack);
      const act = (context: Partial<ServiceContext>) =>
        slack.call(action, { channel, ...more }, { ...FROM_DATA, ...context });

      await expect(act({ startedBy: "U0BOB" })).rejects.toThrow("who started the run is not in it");
      await expect(act({})).rejects.toThrow("no person started the run");
      expect(channelOf(slack, channel)).toMatchObject({ topic: "", members: ["U0BOT", "U0ALICE"] });

      await act({ startedBy: "U0ALICE" });
    },
  );

  test.for<[string, ParamOrigin]>([
    ["another action", { kind: "action", action: "http.request", member: "channel" }],
    ["another member", { kind: "action", action: "slack.createChannel", member: "name" }],
  ])("is not made by the run if it comes from %s", async ([, channel]) => {
    await using slack = await openSlackSteps();
    const id = await secretChannel(slack);
    const context = { origins: { channel }, startedBy: "U0BOB" };

    await expect(
      slack.call("inviteToChannel", { channel: id, users: "U0BOB" }, context),
    ).rejects.toThrow("is not in it");
  });

  test("is no direct conversation", async () => {
    await using slack = await openSlackSteps();

    await expect(
      slack.call("inviteToChannel", { channel: "U0ALICE", users: "U0BOB" }, WRITTEN),
    ).rejects.toThrow("is no channel");
  });
});

describe("reading a thread", () => {
  async function thread(slack: Steps, channel: string) {
    const { messageTs } = await slack.call("sendMessage", { channel, message: "What happened?" });
    const threadTs = z.string().parse(messageTs);
    const text = "The <https://db.example|database>";
    await slack.person("message", { user: "U0ALICE", channel, text, thread_ts: threadTs });
    return { channel, threadTs };
  }

  test("gives what was said, oldest first", async () => {
    await using slack = await openSlackSteps();
    const place = await thread(slack, "C0GENERAL");

    const { messages, hasMore } = await slack.call("readThread", place);

    expect(messages).toEqual([
      { ts: place.threadTs, user: "U0BOT", isBot: true, text: "What happened?" },
      {
        ...{ ts: expect.any(String), user: "U0ALICE", isBot: false },
        text: expect.stringContaining("database"),
      },
    ]);
    expect(hasMore).toBe(false);
  });

  test("ends at its limit and says that there is more, over several pages", async () => {
    await using slack = await openSlackSteps();
    const place = await thread(slack, "C0GENERAL");
    const { workspace } = slack.simulator;
    for (let reply = 0; reply < 250; reply += 1)
      postMessage(workspace, channelOf(slack, "C0GENERAL"), {
        ...{ user: "U0ALICE", text: `reply ${reply}`, thread_ts: place.threadTs },
      });

    const read = async (limit: number) => {
      const { messages, hasMore } = await slack.call("readThread", { ...place, limit });
      return [z.array(z.object({ ts: z.string() })).parse(messages).length, hasMore];
    };
    expect(await read(1)).toEqual([1, true]);
    expect(await read(230)).toEqual([230, true]);
    expect(await read(252)).toEqual([252, false]);
  });

  test("of a private channel is for who is in it, even where the definition names the channel", async () => {
    await using slack = await openSlackSteps();
    const place = await thread(slack, await secretChannel(slack));
    const read = (context: Partial<ServiceContext>) => slack.call("readThread", place, context);

    await expect(read({ ...WRITTEN, startedBy: "U0BOB" })).rejects.toThrow("is private");
    await expect(read(WRITTEN)).rejects.toThrow("is private");
    expect(await read({ ...FROM_DATA, startedBy: "U0ALICE" })).toMatchObject({ hasMore: false });
  });

  test("of a direct conversation is for the person in it", async () => {
    await using slack = await openSlackSteps();
    const place = await thread(slack, "D0ALICE");

    await expect(slack.call("readThread", place, { startedBy: "U0BOB" })).rejects.toThrow(
      "that the person in it has started",
    );
    expect(await slack.call("readThread", place, { startedBy: "U0ALICE" })).toMatchObject({
      messages: [{}, {}],
    });
  });

  test("that is not there says what to check", async () => {
    await using slack = await openSlackSteps();
    const place = { channel: "C0GENERAL", threadTs: "1700000000.000100" };

    await expect(slack.call("readThread", place)).rejects.toThrow('check "threadTs"');
  });
});
