import { createHmac } from "node:crypto";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { describe, expect, test } from "vitest";
import type { Delivery } from "../../simulator/delivery/transport.ts";
import { askWorkflow } from "../support/ask-workflow.ts";
import { TestBot } from "../support/bot.ts";

const FORM = "application/x-www-form-urlencoded";
const JSON_TYPE = "application/json";
const now = (): number => Math.floor(Date.now() / 1000);

/** The headers with which Slack signs a body. */
function signed(body: string, type = JSON_TYPE, at = now(), secret = "simulator") {
  const digest = createHmac("sha256", secret).update(`v0:${at}:${body}`).digest("hex");
  return {
    "content-type": type,
    "x-slack-request-timestamp": String(at),
    "x-slack-signature": `v0=${digest}`,
  };
}

async function post(bot: TestBot, body: string, headers: Record<string, string>) {
  const response = await fetch(bot.eventsUrl, { method: "POST", body, headers });
  return { status: response.status, text: await response.text() };
}

const startBot = () => TestBot.start({ definitions: [askWorkflow()], mode: "http" });

/** The bot still does what people ask of it. */
async function expectAlive(bot: TestBot): Promise<void> {
  expect(await bot.slash("U0ALICE", "list")).toContain("Ask");
}

/** Begins a request and sends no more of it than this. */
async function begin(bot: TestBot, headers: Record<string, string>, body = ""): Promise<Socket> {
  const url = new URL(bot.eventsUrl);
  const socket = connect(Number(url.port), url.hostname);
  socket.on("error", () => undefined);
  await once(socket, "connect");
  const lines = Object.entries({ host: url.host, ...headers }).map(
    ([name, value]) => `${name}: ${value}`,
  );
  socket.write(`POST ${url.pathname} HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n${body}`);
  return socket;
}

async function statusOf(socket: Socket): Promise<number> {
  const [chunk] = await once(socket, "data");
  return Number(String(chunk).split(" ")[1]);
}

const fresh = signed("");
const HEADS: readonly (readonly [string, Record<string, string>])[] = [
  ["no signature", { "content-type": JSON_TYPE }],
  ["an empty signature", { ...fresh, "x-slack-signature": "" }],
  ["a signature of another version", { ...fresh, "x-slack-signature": `v1=${"0".repeat(64)}` }],
  ["a signature that is cut short", { ...fresh, "x-slack-signature": "v0=0123" }],
  ["no time", { "content-type": JSON_TYPE, "x-slack-signature": fresh["x-slack-signature"] }],
  ["a time that is none", { ...fresh, "x-slack-request-timestamp": "soon" }],
  ["a time in another notation", { ...fresh, "x-slack-request-timestamp": "0x7fffffff" }],
  ["a time six minutes ago", signed("", JSON_TYPE, now() - 360)],
  ["a time six minutes ahead", signed("", JSON_TYPE, now() + 360)],
  [
    "a form without a signature that is larger than a test of the certificate",
    { "content-type": FORM },
  ],
];

test("a request without a signature, or with an old one, is refused before its body has come", async () => {
  await using bot = await startBot();
  for (const [what, headers] of HEADS) {
    const socket = await begin(bot, { ...headers, "content-length": "900000" });
    expect([what, await statusOf(socket)]).toEqual([what, 401]);
    // What is left of the body is not waited for long.
    if (what === "no signature") await once(socket, "close");
    else socket.destroy();
  }
});

const deep = `${"[".repeat(50_000)}${"]".repeat(50_000)}`;
const BODIES: readonly (readonly [string, string, string])[] = [
  ["a list", "[]", JSON_TYPE],
  ["a list of events", '[{"type": "event_callback"}]', JSON_TYPE],
  ["a number", "1", JSON_TYPE],
  ["a text", '"event_callback"', JSON_TYPE],
  ["null", "null", JSON_TYPE],
  ["true", "true", JSON_TYPE],
  ["nothing", "", JSON_TYPE],
  ["no JSON", "{", JSON_TYPE],
  ["nested deeply", deep, JSON_TYPE],
  ["an object that is nested deeply", `{"type": "event_callback", "event": ${deep}}`, JSON_TYPE],
  ["an object without a type", "{}", JSON_TYPE],
  ["an object whose type is a number", '{"type": 1}', JSON_TYPE],
  ["a form without a payload", "a=1", FORM],
  ["a form with an empty payload", "payload=", FORM],
  ["a form whose payload is no JSON", "payload=%7B", FORM],
  ["a form whose payload is null", "payload=null", FORM],
  ["a form whose payload is a list", "payload=%5B%5D", FORM],
  ["a form with two payloads", "payload=%7B%7D&payload=%7B%7D", FORM],
  ["a form whose payload has no type", "payload=%7B%7D", FORM],
  [
    "a form whose payload has an unknown type",
    `payload=${encodeURIComponent('{"type":"x"}')}`,
    FORM,
  ],
  [
    "a click of no person",
    `payload=${encodeURIComponent('{"type":"block_actions","actions":[{}]}')}`,
    FORM,
  ],
  [
    "a click on nothing",
    `payload=${encodeURIComponent('{"type":"block_actions","user":{"id":"U1"},"actions":[]}')}`,
    FORM,
  ],
  [
    "a dialog without its view",
    `payload=${encodeURIComponent('{"type":"view_submission","user":{"id":"U1"}}')}`,
    FORM,
  ],
  ["a command of no person", "command=%2Fworkflow&text=list", FORM],
  ["two commands", "command=%2Fa&command=%2Fb&user_id=U1", FORM],
];

describe("a signed body", () => {
  test("that Bolt could not read is answered with 400, and the bot continues to work", async () => {
    await using bot = await startBot();
    for (const [what, body, type] of BODIES) {
      const { status } = await post(bot, body, signed(body, type));
      expect([what, status]).toEqual([what, 400]);
    }
    await expectAlive(bot);
  });

  test("of the size of 1 MB is read, and one byte more is 413", async () => {
    await using bot = await startBot();
    const of = (bytes: number): string => `${" ".repeat(bytes - 1)}1`;
    expect((await post(bot, of(1024 * 1024), signed(of(1024 * 1024)))).status).toBe(400);
    expect((await post(bot, of(1024 * 1024 + 1), signed(of(1024 * 1024 + 1)))).status).toBe(413);
  });

  test("that does not end is cut off in favor of those that come whole", async () => {
    await using bot = await startBot();
    const headers = { ...signed("x"), "content-length": "1000" };
    const slow = await Promise.all(Array.from({ length: 200 }, () => begin(bot, headers, "{")));
    const statuses = slow.slice(0, 50).map(statusOf);

    await expectAlive(bot);

    expect(await Promise.all(statuses)).toEqual(Array.from({ length: 50 }, () => 503));
    for (const socket of slow) socket.destroy();
  });
});

test("a wrong signing secret is in the log, once for many requests", async () => {
  const log: string[] = [];
  const onLog = (line: string): unknown => log.push(line);
  await using bot = await TestBot.start({ definitions: [], mode: "http", onLog });

  for (let sent = 0; sent < 3; sent += 1)
    expect((await post(bot, "{}", signed("{}", JSON_TYPE, now(), "another"))).status).toBe(401);

  const lines = log.filter((line) => line.includes("SLACK_SIGNING_SECRET"));
  expect(lines).toHaveLength(1);
});

test("Slack's test of the certificate, which it does not sign, is answered and is nothing more", async () => {
  await using bot = await startBot();
  const send = (body: string) => post(bot, body, { "content-type": FORM });

  expect((await send("ssl_check=1&token=x")).status).toBe(200);
  expect((await send("ssl_check=0&token=x")).status).toBe(401);
  const command = "ssl_check=1&command=%2Fworkflow&user_id=U0ALICE&channel_id=C0GENERAL&text=list";
  expect((await send(command)).status).toBe(200);
  expect(await bot.privates("U0ALICE", "C0GENERAL")).toEqual([]);
});

test("payloads over a web socket that Slack would never send harm nobody", async () => {
  await using bot = await TestBot.start({ definitions: [askWorkflow()] });
  const payloads = [null, [], 1, "x", true, {}, { type: 1 }, { type: "block_actions" }];
  for (const kind of ["interactive", "slash_commands", "events_api"]) {
    for (const payload of payloads) {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the simulator's types know only what Slack sends
      const odd = { kind, payload, acceptsResponse: true } as unknown as Delivery;
      void bot.simulator.workspace.sockets.send(odd);
    }
  }
  await expectAlive(bot);
});
