import { expect, test } from "vitest";
import { unmannerlyIn } from "./manners.ts";

test.for([
  ["an id in place of a name", { text: "*user*\nU0ALICE" }],
  ["an id in place of a name", { text: "Result:\n• channel: C0GENERAL" }],
  ["a channel in Slack's own notation", { text: "channel: &lt;#C0OPS|ops&gt;" }],
  ["a number in place of a time", { text: "Ended 1796063934562." }],
  ["a value that is no text", { text: "Value: [object Object]" }],
  ["a plural of one", { text: "1 calls of models" }],
  ["a plural in brackets", { text: "run(s)" }],
  ["key=value", { text: "Give key=value." }],
  ["a stack trace", { text: "Failed:\n    at run (file.ts:1:2)" }],
  ["a period in milliseconds", { text: "It took 1200 ms." }],
  ["a message without text", { blocks: [] }],
] as const)("finds %s", ([what, args]) => {
  expect(unmannerlyIn("chat.postMessage", args).join()).toContain(what);
});

test("leaves code, mentions, dates and versions alone", () => {
  const text =
    "<@U0ALICE>: `key=value`, <!date^1796063934^{time}|2026-11-30>. No run of version 1 has ended; 1 run is open.";
  expect(unmannerlyIn("chat.postMessage", { text })).toEqual([]);
});

test("reads what stands in blocks, also where they are sent as text", () => {
  const block = { type: "section", text: { type: "mrkdwn", text: "1 calls" } };
  const sent = { text: "x", blocks: JSON.stringify([block]) };
  expect(unmannerlyIn("chat.update", sent)).toHaveLength(1);
  expect(unmannerlyIn("chat.update", { text: "x", blocks: [block] })).toHaveLength(1);
});
