import { expect, test } from "vitest";
import { isJsonObject, type JsonObject, toObjects } from "../../simulator/json.ts";
import { openSimulator } from "../../simulator/simulator.ts";
import { Person } from "../../simulator/test/support/person.ts";
import { tsOf } from "../support/bot.ts";
import { BotProcess } from "../support/bot-process.ts";
import { see } from "../support/slack-assertions.ts";

const GENERAL = "C0GENERAL";
const DM = "D0ALICE";
const WISH = "build me a workflow that asks @finance to approve purchases over $500 in #approvals";

const noting = (id: string, trigger: JsonObject): JsonObject => ({
  id,
  name: id,
  triggers: [trigger],
  steps: [{ id: "note", type: "transform", config: { expression: "variables" } }],
});

test("a message, a reaction, a request for a workflow and the opening of Home survive the bot that was killed with them", async () => {
  // Slack repeats at once, after a minute and after five; here it is faster, and the bot is up again before the last time.
  await using simulator = await openSimulator({
    realistic: false,
    timings: { eventRetriesMs: [0, 5000, 20_000] },
  });
  await using bot = await BotProcess.start(simulator);
  const alice = new Person(simulator.url, "U0ALICE");
  const post = (path: string, body: JsonObject) =>
    fetch(path, { method: "POST", body: JSON.stringify(body) });
  await post(
    `${bot.url}/api/workflows`,
    noting("outage", { type: "message", keywords: ["outage"] }),
  );
  await post(`${bot.url}/api/workflows`, noting("look", { type: "reaction", emoji: "eyes" }));
  const message = await alice.act("message", { channel: GENERAL, text: "Look here" });
  // Nothing can be stored before Slack has said who it is that asks.
  const slow = { target: "slack", method: "users.info", delay_ms: 2500, times: 10 };
  await post(`${simulator.url}/sim/faults`, slow);
  const sent = [
    alice.act("message", { channel: GENERAL, text: "an outage" }),
    alice.act("reaction", { channel: GENERAL, ts: message["ts"] ?? "", name: "eyes" }),
    alice.act("message", { channel: DM, text: WISH }),
    alice.act("home-open"),
  ];
  await alice.until(async () => {
    const { entries } = await alice.see("inspector");
    const waiting = toObjects(entries).filter(
      ({ type, kind, ack }) => type === "delivery" && kind === "events_api" && !isJsonObject(ack),
    );
    return waiting.length === 4 ? true : undefined;
  });

  await bot.kill();
  await fetch(`${simulator.url}/sim/faults`, { method: "DELETE" });
  const [, , asked] = await Promise.all(sent);
  await bot.start();

  const list = async (workflow: string): Promise<readonly JsonObject[]> => {
    const answer = await fetch(`${bot.url}/api/executions?workflowId=${workflow}`);
    const body: unknown = await answer.json();
    return toObjects(isJsonObject(body) ? body["executions"] : undefined);
  };
  await alice.until(async () => (await list("outage"))[0]);
  await alice.until(async () => (await list("look"))[0]);
  await see(alice, DM, /Draft: /, tsOf(asked ?? {}));
  await alice.until(async () => toObjects((await alice.see("home"))["blocks"])[0]);
  expect(await list("outage")).toHaveLength(1);
  expect(await list("look")).toHaveLength(1);
}, 60_000);
