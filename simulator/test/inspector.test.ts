import { expect, test } from "vitest";
import { TrafficLog } from "../inspector/traffic.ts";
import { toObjects, toPlain } from "../json.ts";
import { ViewStore } from "../workspace/views.ts";
import { ManualClock } from "./support/manual-clock.ts";
import { Person } from "./support/person.ts";
import { startSample } from "./support/sample-app.ts";
import { clientOf, openSample } from "./support/web-client.ts";

test("the inspector has each payload with its acknowledgement and each call with its answer", async () => {
  await using setup = await startSample("socket");
  const alice = new Person(setup.simulator.url, "U0ALICE");

  await alice.act("slash", { channel: "C0GENERAL", command: "/sample", text: "" });
  await alice.until(async () => (await alice.views())[0]);
  const entries = toObjects((await alice.see("inspector"))["entries"]);

  expect(entries.filter((entry) => entry["type"] === "connection")).toMatchObject([
    { event: "opened", connections: 1 },
  ]);
  expect(entries.filter((entry) => entry["type"] === "delivery")).toMatchObject([
    {
      kind: "slash_commands",
      payload: { command: "/sample", user_id: "U0ALICE" },
      ack: { acked: true, ackMs: expect.any(Number) },
    },
  ]);
  expect(entries.filter((entry) => entry["method"] === "views.open")).toMatchObject([
    {
      type: "call",
      ok: true,
      status: 200,
      args: { view: { callback_id: "request" } },
      response: { ok: true, view: { id: expect.any(String) } },
    },
  ]);
});

test("a later look has only what changed since", async () => {
  await using simulator = await openSample();
  const alice = new Person(simulator.url, "U0ALICE");
  const { auth } = clientOf(simulator);
  await auth.test();
  const first = await alice.see("inspector");
  await auth.test();

  const later = await alice.see("inspector", { since: toPlain(first["last_seq"]) });

  expect(first["entries"]).toHaveLength(1);
  expect(later["entries"]).toHaveLength(1);
});

test("no token reaches the inspector", async () => {
  await using simulator = await openSample();
  const body = new URLSearchParams({ token: "xoxb-simulator", error: "x" });
  await fetch(`${simulator.apiUrl}api.test`, { method: "POST", body });

  const seen = JSON.stringify(await new Person(simulator.url, "U0ALICE").see("inspector"));

  expect(seen).toContain("api.test");
  expect(seen).not.toContain("xoxb-simulator");
});

test("what is kept does not grow without end, in number or in size", () => {
  const traffic = new TrafficLog(new ManualClock());
  const call = { type: "call", method: "x", at: 0, ms: 0, status: 200, ok: true } as const;
  const add = (bytes: number) => traffic.add({ ...call, args: {}, response: {} }, bytes);

  for (let count = 0; count < 4_500; count += 1) add(100);
  expect(traffic.list()).toHaveLength(4_000);
  for (let count = 0; count < 100; count += 1) add(1024 * 1024);
  expect(traffic.list()).toHaveLength(48);

  const views = new ViewStore();
  for (let count = 0; count < 2_500; count += 1) {
    views.save({ id: `V${count}`, user: "U1", open: true, view: { type: "modal" } });
  }
  expect(views.toData()).toHaveLength(2_000);
  expect(views.find("V2499")).toBeDefined();
});
