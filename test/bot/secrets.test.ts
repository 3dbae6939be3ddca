import { expect, test } from "vitest";
import { contentOf, TestBot, tsOf } from "../support/bot.ts";
import { json, startLoopbackServer } from "../support/loopback-server.ts";

const KEY = "sk-live-4f9a81c2d7e6";

function calling(url: string) {
  return {
    id: "calling",
    name: "Calling",
    triggers: [{ type: "slash" }],
    steps: [
      {
        id: "call",
        type: "service",
        config: { service: "http", url, headers: { Authorization: "Bearer {{secrets.KEY}}" } },
        next: "tell",
      },
      {
        id: "tell",
        type: "service",
        config: {
          service: "slack",
          channel: "#general",
          message: "It said: {{stepResults.call.output.data}}",
        },
      },
    ],
  };
}

/** Everything that the bot has sent to Slack. */
async function sentBy(bot: TestBot): Promise<string> {
  const methods = ["chat.postMessage", "chat.update", "chat.postEphemeral", "views.publish"];
  return JSON.stringify(await Promise.all(methods.map((method) => bot.calls(method))));
}

test("a secret that a server repeats is in no message, no record and no log line", async () => {
  await using server = await startLoopbackServer((request, response) =>
    json(200, {
      you: request.headers["authorization"],
      basic: Buffer.from(`user:${KEY}`).toString("base64"),
      parts: [KEY.slice(0, 9), KEY.slice(9)],
      id: 7,
    })(request, response),
  );
  const log: string[] = [];
  await using bot = await TestBot.start({
    definitions: [calling(server.url)],
    connected: true,
    secrets: { KEY },
    onLog: (line) => log.push(line),
  });

  await bot.slash("U0ALICE", "run calling");
  const message = await bot.message("C0GENERAL", /It said/);

  expect(server.received[0]?.headers["authorization"]).toBe(`Bearer ${KEY}`);
  expect(contentOf(message)).toContain("Bearer [secret]");
  expect(contentOf(message)).toMatch(/id.*7/);
  const { executions } = await bot.engine.executions.list({ limit: 1 });
  const kept = JSON.stringify(await bot.engine.executions.get(executions[0]?.executionId ?? ""));
  expect(kept).toContain("[secret]");
  for (const text of [kept, await sentBy(bot), log.join()]) {
    expect(text).not.toContain("sk-live");
    expect(text).not.toContain(Buffer.from(`user:${KEY}`).toString("base64").slice(0, 12));
  }
});

test("a refusal that quotes a secret shows it neither on the card nor in the thread", async () => {
  await using server = await startLoopbackServer(
    json(401, { error: `${"The key that was given is not known here. ".repeat(4)}${KEY}` }),
  );
  await using bot = await TestBot.start({
    definitions: [calling(server.url)],
    connected: true,
    secrets: { KEY },
  });

  await bot.slash("U0ALICE", "run calling");
  const card = await bot.message("C0GENERAL", /Failed/);
  await bot.message("C0GENERAL", /401/, tsOf(card));

  expect(await bot.slash("U0ALICE", "status")).not.toContain("sk-live");
  expect(await sentBy(bot)).not.toContain("sk-live");
});
