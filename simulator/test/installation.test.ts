import { describe, expect, test } from "vitest";
import { isJsonObject, memberAt } from "../json.ts";
import { Person } from "./support/person.ts";
import { RawSocket } from "./support/raw-socket.ts";
import { startSample } from "./support/sample-app.ts";
import { sampleManifest } from "./support/sample-manifest.ts";
import { clientOf, openSample, refusal } from "./support/web-client.ts";

const events = ["message.im", "app_uninstalled", "tokens_revoked"];
const settings = {
  ...sampleManifest.settings,
  event_subscriptions: { bot_events: events },
};
const manifest = { ...sampleManifest, settings };

describe("an installation", () => {
  test.for([
    ["tokens", "token_revoked", ["tokens_revoked"]],
    ["uninstall", "account_inactive", ["app_uninstalled", "tokens_revoked"]],
    ["restrict", "app_access_restricted", []],
  ] as const)(
    "that ends by %s refuses every call with %s, and an open socket stays",
    async ([kind, code, told]) => {
      await using simulator = await openSample({ manifest });
      const raw = await RawSocket.open(simulator);
      await raw.next();
      const alice = new Person(simulator.url, "U0ALICE");

      const done = alice.act("revoke", { kind });
      const types: unknown[] = [];
      while (types.length < told.length) {
        const frame = await raw.next();
        types.push(memberAt(frame, "payload", "event", "type"));
        raw.ack(frame);
      }

      expect(await done).toMatchObject({ ok: true, refusal: code });
      expect(types).toEqual(told);
      const { auth, chat } = clientOf(simulator);
      expect(await refusal(auth.test())).toMatchObject({ error: code });
      expect(await refusal(chat.postMessage({ channel: "C0GENERAL", text: "x" }))).toMatchObject({
        error: code,
      });
      expect(raw.socket.readyState).toBe(raw.socket.OPEN);
      await alice.act("revoke", { kind: "restore" });
      expect(await auth.test()).toMatchObject({ ok: true });
    },
  );

  test("that ended is sent no more commands, events and interactions", async () => {
    await using simulator = await openSample({ manifest });
    const raw = await RawSocket.open(simulator);
    await raw.next();
    const alice = new Person(simulator.url, "U0ALICE");
    const { ts = "" } = await clientOf(simulator).chat.postMessage({
      channel: "C0GENERAL",
      text: "Card",
    });
    const revoked = alice.act("revoke", { kind: "uninstall" });
    for (let count = 0; count < 2; count += 1) raw.ack(await raw.next());
    await revoked;

    expect(await alice.act("slash", { channel: "C0GENERAL", command: "/sample" })).toMatchObject({
      error: "command_not_found",
    });
    for (const [action, body] of [
      ["message", { channel: "D0ALICE", text: "hi" }],
      ["action", { channel: "C0GENERAL", ts, action_id: "yes" }],
      ["shortcut", { callback_id: "new_request" }],
    ] as const) {
      expect(await alice.act(action, body)).toMatchObject({ delivered: false });
    }
  });
});

test("app_rate_limited can be asked for, and has no event inside", async () => {
  await using simulator = await openSample();
  const raw = await RawSocket.open(simulator);
  await raw.next();

  const told = new Person(simulator.url, "U0ALICE").act("app-rate-limited");
  const frame = await raw.next();
  raw.ack(frame);

  expect(await told).toMatchObject({ acked: true });
  expect(frame).toMatchObject({ type: "events_api", payload: { type: "app_rate_limited" } });
  const { payload } = frame;
  expect(isJsonObject(payload) && "event" in payload).toBe(false);
});

test("app_rate_limited goes to the address of HTTP mode, too", async () => {
  await using setup = await startSample("http");

  await new Person(setup.simulator.url, "U0ALICE").act("app-rate-limited");

  expect(setup.simulator.workspace.traffic.deliveries()).toMatchObject([
    { payload: { type: "app_rate_limited" } },
  ]);
});
