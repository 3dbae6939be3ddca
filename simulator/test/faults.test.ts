import { once } from "node:events";
import { describe, expect, test } from "vitest";
import type { TrafficEntry } from "../inspector/traffic.ts";
import { memberAt, toObjects, toText } from "../json.ts";
import type { Simulator } from "../simulator.ts";
import { Person } from "./support/person.ts";
import { RawSocket } from "./support/raw-socket.ts";
import { startSample } from "./support/sample-app.ts";
import { clientOf, openSample } from "./support/web-client.ts";

const timings = { ackMs: 3_000, eventRetriesMs: [0] };

const isOpening = (entry: TrafficEntry): boolean =>
  entry.type === "connection" && entry.event === "opened";

/** A connected app that acknowledges everything, and what it got. */
async function listen(simulator: Simulator) {
  const raw = await RawSocket.open(simulator);
  await raw.next();
  const next = async () => {
    const frame = await raw.next();
    raw.ack(frame);
    return frame;
  };
  return { raw, next };
}

const textOf = (frame: unknown) => toText(memberAt(frame, "payload", "event", "text"));

describe("a fault of the Web API", () => {
  test("cuts the connection, before or after the call took effect", async () => {
    await using simulator = await openSample();
    const alice = new Person(simulator.url, "U0ALICE");
    const post = (text: string) =>
      clientOf(simulator).chat.postMessage({ channel: "C0GENERAL", text });
    const fault = { target: "slack", method: "chat.postMessage", connection: "drop" };

    await alice.act("faults", fault);
    await expect(post("Lost")).rejects.toThrow();
    await alice.act("faults", { ...fault, applied: true });
    await expect(post("Posted")).rejects.toThrow();

    expect((await alice.messages("C0GENERAL")).map((message) => message["text"])).toEqual([
      "Posted",
    ]);
  });

  test("lets a call hang until it is taken back", async () => {
    await using simulator = await openSample();
    const alice = new Person(simulator.url, "U0ALICE");
    const { id } = await alice.act("faults", {
      target: "slack",
      method: "auth.test",
      connection: "hang",
      times: 2,
    });
    const call = fetch(`${simulator.apiUrl}auth.test`, { method: "POST" });
    const listed = async () => toObjects((await alice.see("faults"))["faults"]);

    await alice.until(async () => ((await listed())[0]?.["left"] === 1 ? true : undefined));
    expect(await listed()).toMatchObject([
      { id, target: "slack", method: "auth.test", connection: "hang", left: 1 },
    ]);
    await fetch(`${simulator.url}/sim/faults`, { method: "DELETE" });

    await expect(call).rejects.toThrow();
    expect(await listed()).toEqual([]);
  });
});

describe("a fault of delivery", () => {
  test("sends an event twice with one id", async () => {
    await using simulator = await openSample({ timings });
    const app = await listen(simulator);
    const alice = new Person(simulator.url, "U0ALICE");
    await alice.act("faults", { target: "delivery", effect: "duplicate", name: "message" });

    const sent = alice.act("message", { channel: "D0ALICE", text: "once" });
    const frames = [await app.next(), await app.next()];

    expect(await sent).toMatchObject({ acked: true });
    const ids = frames.map((frame) => memberAt(frame, "payload", "event_id"));
    expect(ids[0]).toBe(ids[1]);
  });

  test("turns the order of two events around", async () => {
    await using simulator = await openSample({ timings });
    const app = await listen(simulator);
    const alice = new Person(simulator.url, "U0ALICE");
    await alice.act("faults", { target: "delivery", effect: "reorder", kind: "events_api" });

    const first = alice.act("message", { channel: "D0ALICE", text: "first" });
    await alice.until(async () => (await alice.messages("D0ALICE"))[0]);
    const second = alice.act("message", { channel: "D0ALICE", text: "second" });

    expect([textOf(await app.next()), textOf(await app.next())]).toEqual(["second", "first"]);
    expect(await Promise.all([first, second])).toMatchObject([{ acked: true }, { acked: true }]);
  });

  test("holds a click back", async () => {
    await using simulator = await openSample({ timings });
    const app = await listen(simulator);
    const alice = new Person(simulator.url, "U0ALICE");
    await alice.act("faults", {
      target: "delivery",
      effect: "delay",
      kind: "interactive",
      delay_ms: 5,
    });

    const click = alice.act("action", { channel: "C0GENERAL", ts: "1.000001", action_id: "a" });

    expect(await app.next()).toMatchObject({ type: "interactive" });
    expect(await click).toMatchObject({ acked: true });
  });

  test("loses an event, so that its retry comes", async () => {
    await using simulator = await openSample({ timings: { ...timings, ackMs: 60 } });
    const app = await listen(simulator);
    const alice = new Person(simulator.url, "U0ALICE");
    await alice.act("faults", { target: "delivery", effect: "drop", name: "message" });

    void alice.act("message", { channel: "D0ALICE", text: "hi" });

    expect(await app.next()).toMatchObject({ type: "events_api", retry_attempt: 1 });
    expect(simulator.workspace.traffic.deliveries().at(0)).toMatchObject({
      fault: "drop",
      ack: { acked: false },
    });
  });
});

describe("a connection", () => {
  test.for(["drop", "refresh_requested"])(
    "of a Bolt app comes back after %s, and only what was not acknowledged before is lost",
    async (kind) => {
      let release: () => void = () => {};
      const held = new Promise<void>((resolve) => {
        release = resolve;
      });
      let clicks = 0;
      const options = { timings: { ackMs: 1_000 } };
      await using setup = await startSample("socket", options, (app) => {
        app.action("approve", async ({ ack }) => {
          clicks += 1;
          // The first one is on a connection that ends before it is acknowledged.
          if (clicks === 1 && kind === "drop") await held;
          await ack().catch(() => {});
        });
        app.error(() => Promise.resolve());
      });
      const { workspace, url } = setup.simulator;
      const bob = new Person(url, "U0BOB");
      const place = { channel: "C0GENERAL", ts: "1.000001", action_id: "approve" };

      const click = bob.act("action", place);
      await bob.until(async () => (clicks > 0 ? true : undefined));
      await bob.act("disconnect", { kind });
      await bob.until(async () =>
        workspace.traffic.list().filter(isOpening).length > 1 ? true : undefined,
      );
      release();

      expect(await click).toMatchObject({ acked: kind !== "drop" });
      expect(await bob.act("action", place)).toMatchObject({ acked: true });
    },
  );

  test("that is frozen carries nothing and tells nobody", async () => {
    await using simulator = await openSample({ timings: { ...timings, ackMs: 60 } });
    const { raw } = await listen(simulator);
    const alice = new Person(simulator.url, "U0ALICE");

    await alice.act("disconnect", { kind: "freeze" });
    const click = await alice.act("action", {
      channel: "C0GENERAL",
      ts: "1.000001",
      action_id: "a",
    });

    expect(click).toMatchObject({ acked: false, error: "operation_timeout" });
    expect(raw.socket.readyState).toBe(raw.socket.OPEN);
    expect(simulator.workspace.sockets.connections).toBe(1);
  });

  test("is warned, told to go and ended after its life", async () => {
    await using simulator = await openSample({
      timings: { socketLifeMs: 60, socketGraceMs: 20 },
    });
    const raw = await RawSocket.open(simulator);

    expect(await raw.next()).toMatchObject({ type: "hello" });
    expect(await raw.next()).toMatchObject({ type: "disconnect", reason: "warning" });
    expect(await raw.next()).toMatchObject({ type: "disconnect", reason: "refresh_requested" });
    await once(raw.socket, "close");
  });
});
