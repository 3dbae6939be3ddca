import { createHmac } from "node:crypto";
import { once } from "node:events";
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from "node:http";
import { describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { memberAt, parseJson } from "../json.ts";
import { Person } from "./support/person.ts";
import { RawSocket } from "./support/raw-socket.ts";
import { startSample } from "./support/sample-app.ts";
import { clientOf, openSample } from "./support/web-client.ts";

const timings = { eventRetriesMs: [0, 5, 10] };

describe("Socket Mode", () => {
  test("says hello and sends complete envelopes", async () => {
    await using simulator = await openSample({ timings });
    const raw = await RawSocket.open(simulator);
    const alice = new Person(simulator.url, "U0ALICE");

    expect(await raw.next()).toMatchObject({
      type: "hello",
      num_connections: 1,
      connection_info: { app_id: "A0HEDDLE" },
    });
    const answer = alice.act("slash", { channel: "C0GENERAL", command: "/sample", text: " hi " });
    const frame = await raw.next();
    raw.ack(frame);

    expect(frame).toMatchObject({
      type: "slash_commands",
      accepts_response_payload: true,
      payload: { command: "/sample", text: "hi" },
    });
    expect(await answer).toMatchObject({ ok: true, acked: true });
  });

  test("an address is good for one connection", async () => {
    await using simulator = await openSample({ timings });
    const { url = "" } = await clientOf(simulator, "xapp-simulator").apps.connections.open({});
    const first = new RawSocket(url);
    await first.next();

    const second = new WebSocket(url);
    const [error] = await once(second, "error");

    expect(String(error)).toContain("403");
  });

  test("an eleventh connection is turned away", async () => {
    await using simulator = await openSample({ realistic: false, timings });
    for (let count = 0; count < 10; count += 1) await (await RawSocket.open(simulator)).next();

    const eleventh = await RawSocket.open(simulator);

    expect(await eleventh.next()).toMatchObject({
      type: "disconnect",
      reason: "too_many_websockets",
    });
  });

  test("each payload goes to one of the open sockets in turn", async () => {
    await using simulator = await openSample({ timings });
    const sockets = [await RawSocket.open(simulator), await RawSocket.open(simulator)];
    for (const raw of sockets) await raw.next();
    const alice = new Person(simulator.url, "U0ALICE");

    for (const raw of sockets) {
      const answer = alice.act("message", { channel: "D0ALICE", text: "hi" });
      raw.ack(await raw.next());
      expect(await answer).toMatchObject({ acked: true });
    }
  });

  test("a click and a command on a socket that drops are lost, an event comes again", async () => {
    await using simulator = await openSample({
      timings: { ackMs: 1_000, eventRetriesMs: [50, 0, 0] },
    });
    const first = await RawSocket.open(simulator);
    await first.next();
    const alice = new Person(simulator.url, "U0ALICE");
    const click = alice.act("action", { channel: "C0GENERAL", ts: "1.000001", action_id: "a" });
    const command = alice.act("slash", { channel: "C0GENERAL", command: "/sample", text: "" });
    const event = alice.act("message", { channel: "D0ALICE", text: "hi" });
    for (let count = 0; count < 3; count += 1) await first.next();

    await alice.act("disconnect");
    const second = await RawSocket.open(simulator);
    expect(await second.next()).toMatchObject({ type: "hello" });
    const frame = await second.next();
    second.ack(frame);

    expect(frame).toMatchObject({ type: "events_api", retry_attempt: 1 });
    expect(await event).toMatchObject({ acked: true });
    const lost = { acked: false, error: "operation_timeout" };
    expect(await Promise.all([click, command])).toMatchObject([lost, lost]);
  });

  test("without a socket a click and a command fail at once", async () => {
    await using simulator = await openSample();
    const alice = new Person(simulator.url, "U0ALICE");
    const failed = { acked: false, ackMs: 0, error: "dispatch_failed" };

    const click = await alice.act("action", { channel: "C0GENERAL", ts: "1.1", action_id: "a" });
    const command = await alice.act("slash", { channel: "C0GENERAL", command: "/sample" });

    expect([click, command]).toMatchObject([failed, failed]);
  });

  test("an event is sent again three times, with its number and the same id", async () => {
    await using simulator = await openSample({ timings: { ...timings, ackMs: 30 } });
    const raw = await RawSocket.open(simulator);
    await raw.next();
    const alice = new Person(simulator.url, "U0ALICE");

    const answer = await alice.act("message", { channel: "D0ALICE", text: "hi" });
    const frames = [await raw.next(), await raw.next(), await raw.next(), await raw.next()];

    expect(answer).toMatchObject({ ok: true, acked: false, error: "operation_timeout" });
    expect(frames.map((frame) => frame["retry_attempt"])).toEqual([0, 1, 2, 3]);
    expect(frames.map((frame) => frame["retry_reason"])).toEqual([
      "",
      "timeout",
      "timeout",
      "timeout",
    ]);
    const ids = frames.map((frame) => memberAt(frame, "payload", "event_id"));
    expect(new Set(ids).size).toBe(1);
  });

  test("a refresh is announced to every socket", async () => {
    await using simulator = await openSample({ timings });
    const raw = await RawSocket.open(simulator);
    await raw.next();

    await new Person(simulator.url, "U0ALICE").act("disconnect", { kind: "refresh_requested" });

    expect(await raw.next()).toMatchObject({ type: "disconnect", reason: "refresh_requested" });
  });
});

interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** An app behind an address that answers with the given statuses, the last one for ever. */
async function httpApp(statuses: readonly number[], headers: Record<string, string> = {}) {
  const received: Received[] = [];
  const server = createServer((request, response) => void answer(request, response));
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    let body = "";
    for await (const chunk of request) body += String(chunk);
    const status = statuses[received.length] ?? statuses.at(-1) ?? 200;
    received.push({ headers: request.headers, body });
    response.writeHead(status, headers).end();
  };
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  return {
    url: `http://127.0.0.1:${port}/slack/events`,
    received,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

describe("HTTP mode", () => {
  test("signs requests and sends the three kinds in their own forms", async () => {
    await using app = await httpApp([200]);
    await using simulator = await openSample({ eventsUrl: app.url, timings });
    const alice = new Person(simulator.url, "U0ALICE");

    await alice.act("slash", { channel: "C0GENERAL", command: "/sample", text: "a b" });
    await alice.act("action", { channel: "C0GENERAL", ts: "1.000001", action_id: "a" });
    await alice.act("message", { channel: "D0ALICE", text: "hi" });

    const [command, click, event] = app.received;
    expect(new URLSearchParams(command?.body).get("text")).toBe("a b");
    expect(parseJson(new URLSearchParams(click?.body).get("payload") ?? "")).toMatchObject({
      type: "block_actions",
    });
    expect(parseJson(event?.body ?? "")).toMatchObject({ type: "event_callback" });
    for (const { headers, body } of app.received) {
      const base = ["v0", headers["x-slack-request-timestamp"], body].join(":");
      const expected = createHmac("sha256", "simulator").update(base).digest("hex");
      expect(headers["x-slack-signature"]).toBe(`v0=${expected}`);
    }
  });

  test("an event that failed comes again with retry headers, unless the app declines", async () => {
    await using app = await httpApp([500, 500, 200]);
    await using simulator = await openSample({ eventsUrl: app.url, timings });

    const sent = await new Person(simulator.url, "U0ALICE").act("message", {
      channel: "D0ALICE",
      text: "hi",
    });

    expect(sent).toMatchObject({ acked: true });
    expect(app.received.map(({ headers }) => headers["x-slack-retry-num"])).toEqual([
      undefined,
      "1",
      "2",
    ]);
    expect(app.received[1]?.headers["x-slack-retry-reason"]).toBe("http_error");

    await using declining = await httpApp([500], { "x-slack-no-retry": "1" });
    await using second = await openSample({ eventsUrl: declining.url, timings });
    await new Person(second.url, "U0ALICE").act("message", { channel: "D0ALICE", text: "hi" });
    expect(declining.received).toHaveLength(1);
  });

  test("the reason of a retry tells a redirect and a closed port apart", async () => {
    await using app = await httpApp([302, 200]);
    await using simulator = await openSample({ eventsUrl: app.url, timings });
    await new Person(simulator.url, "U0ALICE").act("message", { channel: "D0ALICE", text: "hi" });

    expect(app.received[1]?.headers["x-slack-retry-reason"]).toBe("too_many_redirects");

    const gone = await httpApp([200]);
    await gone[Symbol.asyncDispose]();
    await using nobody = await openSample({ eventsUrl: gone.url, timings });
    await new Person(nobody.url, "U0ALICE").act("message", { channel: "D0ALICE", text: "hi" });
    expect(nobody.workspace.traffic.deliveries().map(({ retry }) => retry?.reason)).toEqual([
      undefined,
      "connection_failed",
      "connection_failed",
      "connection_failed",
    ]);
  });

  test("an address is good when it gives the challenge back", async () => {
    await using setup = await startSample("http");
    await using deaf = await httpApp([200]);
    await using simulator = await openSample({ eventsUrl: deaf.url, timings });

    expect(await new Person(setup.simulator.url, "U0ALICE").act("verify-url")).toMatchObject({
      ok: true,
    });
    expect(await new Person(simulator.url, "U0ALICE").act("verify-url")).toMatchObject({
      ok: false,
      error: "it did not give the challenge back",
    });
  });

  test("an app that is not there fails a command at once, for the person to see", async () => {
    await using simulator = await openSample({
      eventsUrl: "http://127.0.0.1:9/slack/events",
      timings,
    });
    const alice = new Person(simulator.url, "U0ALICE");

    const answer = await alice.act("slash", { channel: "C0GENERAL", command: "/sample" });

    expect(answer).toMatchObject({ ok: false, acked: false, error: "dispatch_failed" });
    expect(await alice.messages("C0GENERAL")).toMatchObject([
      {
        ephemeral: true,
        user: "USLACKBOT",
        text: '`/sample` failed with the error "dispatch_failed".',
      },
    ]);
  });
});
