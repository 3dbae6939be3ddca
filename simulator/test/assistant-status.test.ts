import { expect, test } from "vitest";
import { ManualClock } from "./support/manual-clock.ts";
import { Person } from "./support/person.ts";
import { clientOf, openSample, refusal } from "./support/web-client.ts";

const channel_id = "C0GENERAL";
const status = "is thinking";

async function atWork() {
  const clock = new ManualClock();
  const simulator = await openSample({ clock });
  const client = clientOf(simulator);
  const { ts: thread_ts = "" } = await client.chat.postMessage({ channel: channel_id, text: "?" });
  const set = (more: object = {}) =>
    client.assistant.threads.setStatus({ channel_id, thread_ts, status, ...more });
  const shown = async () =>
    (await new Person(simulator.url, "U0ALICE").see("assistant"))["statuses"];
  return { clock, simulator, client, thread_ts, set, shown };
}

test("the status of an assistant lasts two minutes, unless it is renewed", async () => {
  const { clock, simulator, set, shown } = await atWork();
  await using _open = simulator;

  await set({ loading_messages: ["Reading", "Writing"] });
  expect(await shown()).toMatchObject([{ status, loading_messages: ["Reading", "Writing"] }]);
  clock.advance(119_000);
  await set();
  clock.advance(119_000);
  expect(await shown()).toMatchObject([{ status }]);

  clock.advance(1_000);
  expect(await shown()).toEqual([]);
});

test("the status of an assistant ends when it posts in the thread, or takes it back", async () => {
  const { simulator, client, thread_ts, set, shown } = await atWork();
  await using _open = simulator;

  await set();
  await client.chat.postMessage({ channel: channel_id, text: "elsewhere" });
  expect(await shown()).toMatchObject([{ status }]);
  await client.chat.postMessage({ channel: channel_id, thread_ts, text: "here" });
  expect(await shown()).toEqual([]);

  await set();
  await set({ status: "" });
  expect(await shown()).toEqual([]);
});

test("a status needs a thread that exists, and has ten loading messages at most", async () => {
  const { simulator, set } = await atWork();
  await using _open = simulator;

  expect(await refusal(set({ thread_ts: "1.1" }))).toMatchObject({ error: "invalid_thread_ts" });
  expect(await refusal(set({ loading_messages: Array(11).fill("x") }))).toMatchObject({
    error: "invalid_arguments",
  });
});
