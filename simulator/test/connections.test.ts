import { once } from "node:events";
import { describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import type { Simulator } from "../simulator.ts";
import { ManualClock } from "./support/manual-clock.ts";
import { Person } from "./support/person.ts";
import { RawSocket } from "./support/raw-socket.ts";
import { startSample } from "./support/sample-app.ts";
import { until } from "./support/until.ts";
import { clientOf, openSample } from "./support/web-client.ts";

/** A connection, and what its `hello` says. */
async function connect(simulator: Simulator) {
  const raw = await RawSocket.open(simulator);
  const hello = await raw.next();
  return { raw, said: hello["num_connections"] ?? hello["reason"] };
}

/** A connection by the client that Slack's SDK uses: unlike `ws`, it waits for Slack to close the TCP connection. */
async function openAsSdk(simulator: Simulator) {
  const { url = "" } = await clientOf(simulator, "xapp-simulator").apps.connections.open({});
  const socket = new globalThis.WebSocket(url);
  const opened = Promise.withResolvers<void>();
  socket.addEventListener("message", () => opened.resolve(), { once: true });
  await opened.promise;
  return socket;
}

/** Waits until Slack counts so many connections. */
const counts = ({ workspace }: Simulator, connections: number) =>
  until(async () => (workspace.sockets.connections === connections ? true : undefined));

describe("after the closing handshake", () => {
  test("a connection no longer counts, but its TCP connection stays open", async () => {
    await using simulator = await openSample();
    const socket = await openAsSdk(simulator);

    socket.close();
    await counts(simulator, 0);

    expect(socket.readyState).toBe(socket.CLOSING);
    expect((await connect(simulator)).said).toBe(1);
  });

  test("Slack ends it after some time", async () => {
    await using simulator = await openSample({ timings: { socketLingerMs: 20 } });
    const socket = await openAsSdk(simulator);

    socket.close();

    await until(async () => (socket.readyState === socket.CLOSED ? true : undefined));
  });

  test("which Slack begins when an app stays in spite of a disconnect message", async () => {
    await using simulator = await openSample({
      timings: { socketGraceMs: 10, socketLingerMs: 20 },
    });
    const { raw } = await connect(simulator);

    await new Person(simulator.url, "U0ALICE").act("disconnect", { kind: "link_disabled" });

    expect(await raw.next()).toMatchObject({ type: "disconnect", reason: "link_disabled" });
    const [code] = await once(raw.socket, "close");
    expect(code).toBe(1_000);
  });
});

describe("a ghost", () => {
  test("counts and swallows its share of what is sent, until Slack notices", async () => {
    const clock = new ManualClock();
    await using simulator = await openSample({ clock });
    const alice = new Person(simulator.url, "U0ALICE");
    const click = () =>
      alice.act("action", { channel: "C0GENERAL", ts: "1.000001", action_id: "a" });
    const { raw: left } = await connect(simulator);
    await alice.act("disconnect", { kind: "ghost" });
    await once(left.socket, "close");
    const { raw, said } = await connect(simulator);
    expect(said).toBe(2);

    const lost = click();
    await until(async () => simulator.workspace.traffic.deliveries()[0]);
    const answered = click();
    raw.ack(await raw.next());
    expect(await answered).toMatchObject({ acked: true });
    clock.advance(3_000);
    expect(await lost).toMatchObject({ acked: false, error: "operation_timeout" });

    await until(async () => {
      clock.advance(1_000);
      return simulator.workspace.sockets.connections === 1 ? true : undefined;
    });
  });

  test("is not what a killed app leaves: the end of its TCP connection reaches Slack", async () => {
    await using simulator = await openSample();
    const { raw } = await connect(simulator);

    raw.socket.terminate();

    await counts(simulator, 0);
  });

  test("is what an app leaves that is cut off without Slack knowing", async () => {
    await using simulator = await openSample();
    const { raw } = await connect(simulator);

    await new Person(simulator.url, "U0ALICE").act("disconnect", { kind: "ghost" });
    await once(raw.socket, "close");

    expect(simulator.workspace.sockets.connections).toBe(1);
  });

  test("takes a place among the ten", async () => {
    await using simulator = await openSample();
    const said: unknown[] = [];
    for (let count = 0; count < 11; count += 1) {
      const connection = await connect(simulator);
      said.push(connection.said);
      await new Person(simulator.url, "U0ALICE").act("disconnect", { kind: "ghost" });
    }

    expect(said).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, "too_many_websockets"]);
  });
});

test("late pongs make an app with a short time-out come and go", async () => {
  await using setup = await startSample("socket");
  const { simulator } = setup;
  const openings = () =>
    simulator.workspace.traffic
      .list()
      .filter((entry) => entry.type === "connection" && entry.event === "opened").length;
  const before = openings();

  await new Person(simulator.url, "U0ALICE").act("faults", {
    target: "socket",
    effect: "late_pong",
    delay_ms: 900,
    times: 100,
  });

  await until(async () => (openings() > before + 1 ? true : undefined));
  await fetch(`${simulator.url}/sim/faults`, { method: "DELETE" });
});

test("a socket can be refused when it opens", async () => {
  await using simulator = await openSample();
  await new Person(simulator.url, "U0ALICE").act("faults", {
    target: "socket",
    effect: "refuse_upgrade",
  });
  const { url = "" } = await clientOf(simulator, "xapp-simulator").apps.connections.open({});

  const [error] = await once(new WebSocket(url), "error");

  expect(String(error)).toContain("409");
  expect((await connect(simulator)).said).toBe(1);
});

test("one of several sockets can be ended alone", async () => {
  await using simulator = await openSample();
  const [first, second] = [await connect(simulator), await connect(simulator)];
  await connect(simulator);

  await new Person(simulator.url, "U0ALICE").act("disconnect", { kind: "drop", count: 1 });
  await once(first.raw.socket, "close");

  expect(second.raw.socket.readyState).toBe(second.raw.socket.OPEN);
  expect(simulator.workspace.sockets.connections).toBe(2);
  const asked = simulator.workspace.traffic
    .list()
    .find((entry) => entry.type === "connection" && entry.event === "disconnect");
  expect(asked).toMatchObject({ reason: "drop", connections: 2 });
});

test.for(["disconnect", "revoke"])("a kind of %s that is not known is refused", async (action) => {
  await using simulator = await openSample();
  const { raw } = await connect(simulator);

  const answer = await new Person(simulator.url, "U0ALICE").act(action, { kind: "refresh" });

  expect(answer).toMatchObject({
    ok: false,
    error: "invalid_arguments",
    message: expect.stringContaining('"kind" must be one of'),
  });
  expect(raw.socket.readyState).toBe(raw.socket.OPEN);
  expect(await clientOf(simulator).auth.test()).toMatchObject({ ok: true });
});
