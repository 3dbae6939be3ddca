import { expect, test } from "vitest";
import { isJsonObject, toText } from "../json.ts";
import { Person } from "./support/person.ts";
import { clientOf, openSample } from "./support/web-client.ts";

const quick = { realistic: false, timings: { ackMs: 5, eventRetriesMs: [] } };

test.for([
  ["www.example.com", "<http://www.example.com|www.example.com>"],
  ["host=example.com, please", "host=<http://example.com|example.com>, please"],
  ["read README.md.", "read <http://README.md|README.md>."],
  ["example.org:8080/a?b=c", "<http://example.org:8080/a?b=c|example.org:8080/a?b=c>"],
  ["to a.b@example.com", "to <mailto:a.b@example.com|a.b@example.com>"],
  ["https://example.com/x", "<https://example.com/x>"],
  ["12.50 in v1.2, e.g. main.ts", "12.50 in v1.2, e.g. main.ts"],
])("a typed %j arrives as %j in commands and messages", async ([typed, arrives]) => {
  await using simulator = await openSample(quick);
  const alice = new Person(simulator.url, "U0ALICE");
  const channel = "C0GENERAL";

  await alice.act("slash", { channel, command: "/sample", text: typed });
  await alice.act("slash", { channel, command: "/plain", text: typed });
  await alice.act("message", { channel, text: typed });

  const [escaped, plain, said] = simulator.workspace.traffic
    .deliveries()
    .map(({ payload }) => (isJsonObject(payload["event"]) ? payload["event"] : payload))
    .map((payload) => toText(payload["text"]));
  expect([escaped, plain, said]).toEqual([arrives, typed, arrives]);
});

test("the block of a typed message links addresses as well", async () => {
  await using simulator = await openSample(quick);
  await new Person(simulator.url, "U0ALICE").act("message", {
    channel: "C0GENERAL",
    text: "see example.com or a@example.com",
  });

  const { messages } = await clientOf(simulator).conversations.history({ channel: "C0GENERAL" });

  const [section] = messages?.[0]?.blocks?.[0]?.elements ?? [];
  expect(section).toMatchObject({
    elements: [
      { type: "text", text: "see " },
      { type: "link", url: "http://example.com", text: "example.com" },
      { type: "text", text: " or " },
      { type: "link", url: "mailto:a@example.com", text: "a@example.com" },
    ],
  });
});
