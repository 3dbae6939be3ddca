import { expect, test } from "vitest";
import { toText } from "../json.ts";
import { Person } from "./support/person.ts";
import { clientOf, openSample, refusal } from "./support/web-client.ts";

const quick = { realistic: false, timings: { ackMs: 5, eventRetriesMs: [] } };
const channel = "C0SUPPORT";
const blocks = [
  {
    type: "actions",
    elements: [
      { type: "button", action_id: "yes", text: { type: "plain_text", text: "Yes" } } as const,
    ],
  },
];

/** A card with a button, in a channel that is archived after it was posted. */
async function archivedCard() {
  const simulator = await openSample(quick);
  const client = clientOf(simulator);
  const alice = new Person(simulator.url, "U0ALICE");
  const { ts = "" } = await client.chat.postMessage({ channel, text: "Card", blocks });
  const said = await alice.act("message", { channel, text: "hers" });
  await client.reactions.add({ channel, timestamp: ts, name: "eyes" });
  await alice.act("channel", { channel, is_archived: true });
  return { simulator, client, alice, ts, hers: toText(said["ts"]) ?? "" };
}

test("what stands in an archived channel stays as it is", async () => {
  const { simulator, client, ts } = await archivedCard();
  await using _open = simulator;
  const { chat, reactions } = client;
  const item = { channel, timestamp: ts };

  for (const [error, call] of [
    ["is_inactive", () => chat.update({ channel, ts, text: "x" })],
    ["cant_delete_message", () => chat.delete({ channel, ts })],
    ["is_archived", () => chat.postMessage({ channel, text: "x" })],
    ["is_archived", () => chat.postEphemeral({ channel, user: "U0ALICE", text: "x" })],
    ["is_archived", () => reactions.add({ ...item, name: "tada" })],
    ["no_access", () => reactions.remove({ ...item, name: "eyes" })],
  ] as const) {
    expect(await refusal(call())).toMatchObject({ error });
  }
});

test("nothing that a person does in an archived channel reaches the app", async () => {
  const { simulator, alice, ts, hers } = await archivedCard();
  await using _open = simulator;
  const before = simulator.workspace.traffic.deliveries().length;

  for (const [action, body] of [
    ["action", { ts, action_id: "yes" }],
    ["slash", { command: "/sample", text: "" }],
    ["message", { text: "x" }],
    ["message-edit", { ts: hers, text: "x" }],
    ["message-delete", { ts: hers }],
    ["reaction", { ts, name: "eyes" }],
  ] as const) {
    expect(await alice.act(action, { channel, ...body })).toMatchObject({
      ok: false,
      delivered: false,
      error: "is_archived",
    });
  }
  expect(simulator.workspace.traffic.deliveries()).toHaveLength(before);
});

test("an answer to a click does not get into a channel that was archived since", async () => {
  const simulator = await openSample(quick);
  await using _open = simulator;
  const client = clientOf(simulator);
  const alice = new Person(simulator.url, "U0ALICE");
  const { ts = "" } = await client.chat.postMessage({ channel, text: "Card", blocks });
  await alice.act("action", { channel, ts, action_id: "yes" });
  const payload = simulator.workspace.traffic.deliveries().at(-1)?.payload;
  await alice.act("channel", { channel, is_archived: true });

  const answer = await fetch(toText(payload?.["response_url"]) ?? "", {
    method: "POST",
    body: JSON.stringify({ text: "Thanks", replace_original: true }),
  });

  expect(await answer.json()).toEqual({ ok: false, error: "is_archived" });
});
