import { describe, expect, test } from "vitest";
import type { DesiredMessage } from "../../../src/bot/reconciler/desired-messages.ts";
import { planNext } from "../../../src/bot/reconciler/plan.ts";
import type { CardRecord } from "../../../src/engine/ports/cards.ts";

const RUN = surface("run", { thread: "never", urgency: "later" });
const APPROVAL = surface("approval", { thread: "same-channel", urgency: "soon" });
const AI = surface("ai", { thread: "always", urgency: "later", final: true });
const END = surface("end", { thread: "always", urgency: "later", final: true });

function surface(id: string, parts: Partial<DesiredMessage>): DesiredMessage {
  return {
    id,
    channel: "C1",
    thread: "never",
    urgency: "soon",
    since: 0,
    message: { text: id, blocks: [] },
    final: false,
    ...parts,
  };
}

function record(id: string, parts: Partial<CardRecord> = {}): [string, CardRecord] {
  const whole = {
    id: `e:${id}`,
    executionId: "e",
    channel: "C1",
    ts: "1.1",
    shown: "x",
    final: false,
    ...parts,
  };
  return [whole.id, whole];
}

function plan(
  desired: DesiredMessage[],
  records: [string, CardRecord][],
  shown: string[] = [],
): string | null {
  const action = planNext("e", desired, new Map(records), new Set(shown.map((id) => `e:${id}`)));
  return action && `${action.kind} ${action.card.desired.id}`;
}

describe("what a card keeper does next", () => {
  test.for([
    [
      "posts the run's card before what stands in its thread",
      [RUN, AI, APPROVAL, END],
      [],
      [],
      "post run",
    ],
    [
      "looks for a run's card whose time stamp was lost before anything else",
      [RUN, END],
      [record("run", { ts: null })],
      [],
      "post run",
    ],
    [
      "posts approvals before other lines",
      [RUN, AI, APPROVAL],
      [record("run")],
      [],
      "post approval",
    ],
    ["posts the end after the lines of the steps", [RUN, AI, END], [record("run")], [], "post ai"],
    [
      "edits an approval before the run's card",
      [RUN, APPROVAL],
      [record("run"), record("approval")],
      [],
      "update approval",
    ],
    [
      "edits the run's card when nothing else is left",
      [RUN, APPROVAL],
      [record("run"), record("approval")],
      ["approval"],
      "update run",
    ],
    [
      "makes a card final that shows its end already",
      [{ ...RUN, final: true }],
      [record("run")],
      ["run"],
      "update run",
    ],
    ["never touches a final card", [AI], [record("ai", { final: true })], [], null],
    [
      "leaves out the thread of a card that was given up",
      [RUN, AI],
      [record("run", { ts: null, final: true })],
      [],
      null,
    ],
    [
      "posts an approval all the same when the run's card was given up",
      [RUN, APPROVAL],
      [record("run", { ts: null, final: true })],
      [],
      "post approval",
    ],
    ["rests when everything is shown", [RUN], [record("run")], ["run"], null],
  ] as [string, DesiredMessage[], [string, CardRecord][], string[], string | null][])(
    "%s",
    ([, surfaces, records, shown, expected]) => {
      expect(plan(surfaces, records, shown)).toBe(expected);
    },
  );
});
