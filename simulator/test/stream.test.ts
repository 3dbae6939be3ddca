import { expect, test } from "vitest";
import { isJsonObject, type JsonObject, parseJson } from "../json.ts";
import type { Simulator } from "../simulator.ts";
import { Person } from "./support/person.ts";
import { clientOf, openSample } from "./support/web-client.ts";

interface StreamEvent {
  readonly id: string;
  readonly change: JsonObject;
}

/** Reads changes until `count` of them came, then goes away. */
async function read(
  simulator: Simulator,
  user: string,
  count: number,
  lastEventId?: string,
  meanwhile: () => Promise<unknown> = () => Promise.resolve(),
): Promise<readonly StreamEvent[]> {
  const abort = new AbortController();
  const response = await fetch(`${simulator.url}/sim/stream?user=${user}`, {
    signal: abort.signal,
    headers: lastEventId === undefined ? {} : { "last-event-id": lastEventId },
  });
  if (response.body === null) throw new Error("The stream has no body.");
  await meanwhile();
  const events: StreamEvent[] = [];
  let text = "";
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    const parts = text.split("\n\n");
    text = parts.pop() ?? "";
    for (const part of parts) {
      const [, id, data] = /^id: (\d+)\ndata: (.*)$/.exec(part) ?? [];
      const change = parseJson(data ?? "");
      if (id !== undefined && isJsonObject(change)) events.push({ id, change });
    }
    if (events.length >= count) break;
  }
  abort.abort();
  return events.slice(0, count);
}

test("a person's stream has what they see and nothing else", async () => {
  await using simulator = await openSample({ timings: { ackMs: 20, eventRetriesMs: [] } });
  const { chat, views } = clientOf(simulator);
  const home = { type: "home" as const, blocks: [] };

  const events = await read(simulator, "U0BOB", 6, undefined, async () => {
    await chat.postMessage({ channel: "D0ALICE", text: "For Alice" });
    await chat.postEphemeral({ channel: "C0GENERAL", user: "U0ALICE", text: "For Alice" });
    await views.publish({ user_id: "U0ALICE", view: home });
    const { ts = "" } = await chat.postMessage({ channel: "C0GENERAL", text: "For all" });
    await chat.postEphemeral({ channel: "C0GENERAL", user: "U0BOB", text: "For Bob" });
    await views.publish({ user_id: "U0BOB", view: home });
    await new Person(simulator.url, "U0BOB").act("reaction", {
      channel: "C0GENERAL",
      ts,
      name: "eyes",
    });
    await chat.delete({ channel: "C0GENERAL", ts });
  });

  expect(events.map((event) => event.change)).toMatchObject([
    { type: "status", connected: 0, mode: "socket" },
    { type: "message", channel: "C0GENERAL", message: { text: "For all" } },
    { type: "ephemeral", channel: "C0GENERAL", message: { text: "For Bob", ephemeral: true } },
    { type: "home_published", view: { type: "home" } },
    { type: "reaction", reactions: [{ name: "eyes", users: ["U0BOB"] }] },
    { type: "message_deleted", channel: "C0GENERAL" },
  ]);
  const ids = events.map((event) => Number(event.id));
  expect(ids).toEqual([...ids].sort((a, b) => a - b));
});

test("a page that comes back gets what it missed", async () => {
  await using simulator = await openSample();
  const { chat } = clientOf(simulator);
  const [before] = await read(simulator, "U0BOB", 1);
  await chat.postMessage({ channel: "C0GENERAL", text: "Missed" });

  const [missed, status] = await read(simulator, "U0BOB", 2, before?.id);

  expect(missed?.change).toMatchObject({ type: "message", message: { text: "Missed" } });
  expect(status?.change).toMatchObject({ type: "status" });
});

test("a page that was away for too long is told to start again", async () => {
  await using simulator = await openSample();

  const [first] = await read(simulator, "U0BOB", 1, "12");

  expect(first?.change).toEqual({ type: "reset" });
});
