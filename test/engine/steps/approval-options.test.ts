import { describe, expect, test } from "vitest";
import { approversNow, currentEdits, editsMark } from "../../../src/engine/model/requests.ts";
import type { RequestState } from "../../../src/engine/model/state.ts";
import type { JsonObject } from "../../../src/shared/json.ts";
import { ExecutionHarness, workflow } from "../../support/execution-harness.ts";

const HOUR = 3_600_000;
const PEOPLE = ["U0BOB", "U0CAROL", "U0EVE"];
const SETTLED = { approve: "end", reject: "end" };

const ask = (config: JsonObject, next: JsonObject = SETTLED, rest: JsonObject[] = []) =>
  workflow([
    { id: "ok", type: "approval", config: { title: "Pay?", approvers: PEOPLE, ...config }, next },
    ...rest,
  ]);

function requestOf(run: ExecutionHarness): RequestState {
  const request = [...run.state.requests.values()].at(-1);
  if (!request) throw new Error("Nothing is asked.");
  return request;
}

/** A click in a dialog that shows the values as they are by now, unless told otherwise. */
function decide(
  run: ExecutionHarness,
  by: string,
  changes: JsonObject = {},
  seen = editsMark(currentEdits(requestOf(run))),
): void {
  const { opened, turns } = requestOf(run);
  const edits = Object.fromEntries(
    Object.entries(changes).map(([name, after]) => [
      name,
      { before: opened.editable?.find((field) => field.name === name)?.value ?? null, after },
    ]),
  );
  const payload = { requestId: opened.id, choice: "approve", by, edits, seen };
  run.signal({ id: `${opened.id}:${by}:${turns.get(by) ?? 0}`, kind: "decision", payload });
}

function send(
  run: ExecutionHarness,
  kind: "withdraw_vote" | "delegate",
  payload: JsonObject,
): void {
  const { id } = requestOf(run).opened;
  run.signal({ id: `${kind}:${run.log.length}`, kind, payload: { requestId: id, ...payload } });
}

describe("values that people may edit", () => {
  const editable = { amount: { type: "number", label: "Amount", min: 1, required: true } };
  const start = (config: JsonObject = {}) =>
    new ExecutionHarness(
      ask({ editable, ...config }, { approve: "pay", reject: "end" }, [
        { id: "pay", type: "transform", config: { expression: "variables.amount" } },
      ]),
      { amount: 500 },
    );

  test("are asked for as they are", () => {
    expect(requestOf(start()).opened.editable).toMatchObject([
      { name: "amount", label: "Amount", value: 500, min: 1 },
    ]);
  });

  test("become the variable, and are told with the decision", () => {
    const run = start();

    decide(run, "U0BOB", { amount: 450 });

    expect(run.output("ok")).toMatchObject({ decision: "approve", edits: { amount: 450 } });
    expect(run.output("pay")).toBe(450);
    expect(run.log).toContainEqual(
      expect.objectContaining({
        type: "step_completed",
        edited: { requestId: "exec_1/ok#1", values: { amount: { before: 500, after: 450 } } },
      }),
    );
  });

  test("stay as they were when nobody changes them", () => {
    const run = start();

    decide(run, "U0BOB");

    expect(run.output("ok")).toMatchObject({ edits: null });
    expect(run.output("pay")).toBe(500);
  });

  test("make what others approved before void: each has to approve the same values", () => {
    const run = start({ required: 2 });
    decide(run, "U0BOB");

    decide(run, "U0CAROL", { amount: 450 });
    expect(run.state.status).toBe("waiting");
    expect(requestOf(run).votes.map(({ by }) => by)).toEqual(["U0CAROL"]);
    expect(requestOf(run).notes).toMatchObject([
      { kind: "voided", by: "U0BOB", editedBy: "U0CAROL" },
    ]);

    decide(run, "U0BOB", { amount: 450 });
    expect(run.output("ok")).toMatchObject({ decidedBy: "U0BOB", edits: { amount: 450 } });
  });

  test("that another person changed meanwhile are not approved by whoever saw the old ones", () => {
    const run = start({ required: 2 });
    const old = editsMark();
    decide(run, "U0CAROL", { amount: 450 });

    decide(run, "U0BOB", {}, old);
    expect(run.log.at(-1)).toMatchObject({ type: "decision_refused", reason: "edited" });

    // Having seen them, Bob may decide all the same.
    decide(run, "U0BOB", { amount: 450 });
    expect(run.output("pay")).toBe(450);
  });

  test("are not changed by a rejection", () => {
    const run = start().vote("U0BOB", "reject");

    expect(run.output("ok")).toMatchObject({ decision: "reject", edits: null });
  });

  test("are what they were again after a retry from before the decision", () => {
    const run = new ExecutionHarness(
      ask({ editable }, { approve: "pay", reject: "end" }, [{ id: "pay", type: "scripted" }]),
      { amount: 500 },
    );
    decide(run, "U0BOB", { amount: 450 });
    run.end("pay", { kind: "failed", error: { code: "no", message: "No.", retryable: false } });
    const ended = { status: "failed" as const, at: run.now };
    run.take([
      {
        type: "execution_reopened",
        path: "ok#1",
        by: "U0ALICE",
        signalId: "r1",
        deadline: run.now + HOUR,
        ended,
        at: run.now,
      },
    ]);

    expect(requestOf(run).opened.editable).toMatchObject([{ name: "amount", value: 500 }]);
  });
});

describe("a vote", () => {
  test("is taken back before it decides, and given anew", () => {
    const run = new ExecutionHarness(ask({ required: 2 })).vote("U0BOB", "approve");

    send(run, "withdraw_vote", { by: "U0BOB" });
    run.vote("U0CAROL", "approve");
    expect(run.state.status).toBe("waiting");
    expect(requestOf(run).notes).toMatchObject([{ kind: "withdrawn", by: "U0BOB" }]);

    decide(run, "U0BOB");
    expect(run.output("ok")).toMatchObject({ decision: "approve", decidedBy: "U0BOB" });
  });

  test("cannot be taken back by a person who has none, nor after the decision", () => {
    const run = new ExecutionHarness(ask({ required: 2 }));
    send(run, "withdraw_vote", { by: "U0BOB" });
    expect(run.log.at(-1)).toMatchObject({ type: "decision_refused", reason: "not_voted" });

    run.vote("U0BOB", "approve").vote("U0CAROL", "approve");
    send(run, "withdraw_vote", { by: "U0BOB" });
    expect(run.log.at(-1)).toMatchObject({ reason: "already_decided" });
  });
});

describe("a request that is handed on", () => {
  test("asks the other person instead", () => {
    const run = new ExecutionHarness(ask({}));

    send(run, "delegate", { by: "U0BOB", to: "U0DAN" });

    expect(approversNow(requestOf(run))).toEqual(["U0CAROL", "U0EVE", "U0DAN"]);
    run.vote("U0BOB", "approve");
    expect(run.log.at(-1)).toMatchObject({ type: "decision_refused", reason: "handed_over" });
    run.vote("U0DAN", "approve");
    expect(run.output("ok")).toMatchObject({ decidedBy: "U0DAN" });
  });

  test("may come back", () => {
    const run = new ExecutionHarness(ask({}));

    send(run, "delegate", { by: "U0BOB", to: "U0DAN" });
    send(run, "delegate", { by: "U0DAN", to: "U0BOB" });

    expect(approversNow(requestOf(run))).toEqual(PEOPLE);
    decide(run, "U0BOB");
    expect(run.output("ok")).toMatchObject({ decidedBy: "U0BOB" });
  });

  test("is not handed on by a person who has voted", () => {
    const run = new ExecutionHarness(ask({ required: 2 })).vote("U0BOB", "approve");

    send(run, "delegate", { by: "U0BOB", to: "U0DAN" });

    expect(run.log.at(-1)).toMatchObject({ type: "decision_refused", reason: "already_voted" });
  });
});

describe("a request that nobody answers", () => {
  const timed = { ...SETTLED, expired: "end" };
  const notes = (run: ExecutionHarness) => requestOf(run).notes.map(({ kind }) => kind);

  test("is reminded of once, then asks more people, then expires", () => {
    const run = new ExecutionHarness(
      ask({ remindAfter: "1h", escalateTo: ["U0DAN"], timeout: "3h" }, timed),
    );
    run.advance(HOUR - 1);
    expect(notes(run)).toEqual([]);
    run.advance(1);
    expect(notes(run)).toEqual(["reminded"]);
    expect(approversNow(requestOf(run))).toEqual(PEOPLE);

    // By default after twice the time of the reminder.
    run.advance(HOUR);
    expect(notes(run)).toEqual(["reminded", "escalated"]);
    expect(approversNow(requestOf(run))).toEqual([...PEOPLE, "U0DAN"]);

    run.advance(HOUR);
    expect(run.output("ok")).toMatchObject({ decision: "expired" });
  });

  test("come when the data says", () => {
    const config = {
      remindAfter: "{{variables.remind}}",
      escalateTo: ["U0DAN"],
      timeout: "{{variables.days}}d",
    };
    const run = new ExecutionHarness(ask(config, timed), { remind: "1h", days: 2 });
    const { opened } = requestOf(run);
    expect(opened).toMatchObject({
      remindAt: opened.openedAt + HOUR,
      escalateAt: opened.openedAt + 2 * HOUR,
      expiresAt: opened.openedAt + 48 * HOUR,
    });

    const wrong = new ExecutionHarness(ask(config, timed), { remind: "0s", days: 2 });
    expect(wrong.state.error?.message).toContain('"remindAfter" gave 0');
  });

  test("asks more people after half of its time, if nothing else is said", () => {
    const run = new ExecutionHarness(ask({ escalateTo: ["U0DAN"], timeout: "2h" }, timed));

    run.advance(HOUR);

    expect(notes(run)).toEqual(["escalated"]);
    run.vote("U0DAN", "approve");
    expect(run.output("ok")).toMatchObject({ decidedBy: "U0DAN" });
  });

  test("only expires when all was due while the process was away", () => {
    const run = new ExecutionHarness(
      ask({ remindAfter: "1h", escalateTo: ["U0DAN"], timeout: "3h" }, timed),
    );

    run.advance(5 * HOUR);

    expect(run.output("ok")).toMatchObject({ decision: "expired" });
    expect(notes(run)).toEqual([]);
  });

  test("whose reminder was due while the process was away is reminded of then", () => {
    const run = new ExecutionHarness(ask({ remindAfter: "1h", timeout: "3h" }, timed));

    run.advance(2 * HOUR);

    expect(notes(run)).toEqual(["reminded"]);
    expect(run.activeStep("ok").due).toBe(run.now + HOUR);
  });
});

describe("a request that sends its subject back", () => {
  const choices = [
    { id: "approve", label: "Approve" },
    { id: "changes", label: "Request changes", comment: "required" },
    { id: "reject", label: "Reject" },
  ];
  const review = (config: JsonObject = {}, approved = "end") =>
    new ExecutionHarness(
      workflow([
        { id: "write", type: "transform", config: { expression: "'text'" }, next: "ok" },
        {
          id: "ok",
          type: "approval",
          config: { title: "Publish?", approvers: PEOPLE, choices, ...config },
          next: { approve: approved, changes: "write", reject: "end" },
        },
        {
          id: "more",
          type: "transform",
          config: { expression: "true" },
          next: { true: "write", false: "end" },
        },
      ]),
    );

  test("counts the rounds, and the comment is there for the next step", () => {
    const run = review({ maxRounds: 2 });
    const { id } = requestOf(run).opened;
    const payload = { requestId: id, choice: "changes", by: "U0BOB", comment: "Shorter" };
    run.signal({ id: `${id}:U0BOB`, kind: "decision", payload });

    expect(run.output("ok")).toMatchObject({ decision: "changes", comment: "Shorter" });
    expect(requestOf(run).opened).toMatchObject({
      id: "exec_1/ok#2",
      rounds: { choices: ["changes"], taken: 1, max: 2 },
    });
  });

  test("does not count a loop that has a way out", () => {
    const run = review({}, "more").vote("U0BOB", "approve").vote("U0CAROL", "approve");

    expect(requestOf(run).opened).toMatchObject({
      id: "exec_1/ok#3",
      rounds: { choices: ["changes"], taken: 0, max: 10 },
    });
  });
});

test("a request for one of many items says which", () => {
  const run = new ExecutionHarness(
    workflow([
      {
        id: "each",
        type: "foreach",
        config: {
          items: "variables.orders",
          as: "order",
          concurrency: 2,
          steps: [
            {
              id: "ok",
              type: "approval",
              config: { title: "Order?", approvers: PEOPLE },
              next: SETTLED,
            },
          ],
        },
        next: "end",
      },
    ]),
    { orders: ["chair", "desk", "lamp"] },
  );

  const items = [...run.state.requests.values()].map(({ opened }) => opened.items);
  expect(items).toEqual([
    [{ index: 0, total: 3, value: "chair" }],
    [{ index: 1, total: 3, value: "desk" }],
  ]);
});

test("two requests that differ in what may be edited have different hashes", () => {
  const hash = (amount: number) =>
    requestOf(new ExecutionHarness(ask({ editable: { amount: { type: "number" } } }), { amount }))
      .opened.hash;

  expect(hash(1)).not.toBe(hash(2));
});
