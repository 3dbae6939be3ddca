import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../../src/shared/json.ts";
import { ExecutionHarness, workflow } from "../../support/execution-harness.ts";
import {
  ask,
  call,
  effect,
  expectFolds,
  lastRequest,
  pay,
  refused,
  retry,
  started,
} from "../../support/retried-run.ts";

const askAndPay = (config: JsonObject = {}) =>
  workflow([ask("ok", config, { approve: "pay", reject: "end" }), pay]);

const releases = (run: ExecutionHarness) => lastRequest(run)?.opened.seal?.releases ?? [];

describe("an approval", () => {
  test("names what its decision releases, with the values that are known", () => {
    const run = new ExecutionHarness(askAndPay(), { amount: 10 });

    expect(releases(run)).toMatchObject([
      {
        step: "pay",
        choices: ["approve"],
        does: 'Does {"effect":true,"amount":10}',
        params: { amount: 10 },
        later: [],
      },
    ]);
  });

  test("says which step fills what is not known yet", () => {
    const run = new ExecutionHarness(
      workflow([
        ask("ok", {}, { approve: "ticket", reject: "end" }),
        effect("ticket", { text: "{{variables.text}}" }, { next: "mail" }),
        effect("mail", { number: "{{stepResults.ticket.output.number}}", to: "{{variables.to}}" }),
      ]),
      { text: "Broken", to: "a@example.com" },
    );

    expect(releases(run).map(({ step, later }) => ({ step, later }))).toEqual([
      { step: "ticket", later: [] },
      { step: "mail", later: [{ path: "stepResults.ticket.output.number", by: "ticket" }] },
    ]);
    run.vote("U0BOB", "approve").end("ticket", { kind: "ok", output: { number: 7 } });
    expect(run.activeStep("mail")).toMatchObject({ phase: "running", params: { number: 7 } });
  });

  test("shows no value from outside as one that is filled later", () => {
    const forged = "\uE000stepResults.ticket.output.number\uE001";
    const run = new ExecutionHarness(askAndPay(), { amount: forged });

    expect(releases(run)[0]).toMatchObject({
      params: { amount: "\uFFFDstepResults.ticket.output.number\uFFFD" },
    });
    run.vote("U0BOB", "approve");
    expect(run.activeStep("pay").params).toMatchObject({ amount: forged });
  });

  test("does not release what comes after the next approval", () => {
    const run = new ExecutionHarness(
      workflow([
        ask("first", {}, { approve: "note", reject: "end" }),
        effect("note", {}, { next: "second" }),
        ask("second", {}, { approve: "pay", reject: "end" }),
        pay,
      ]),
      { amount: 10 },
    );

    expect(releases(run).map(({ step }) => step)).toEqual(["note"]);
    run.vote("U0BOB", "approve").end("note", { kind: "ok" });
    expect(releases(run).map(({ step }) => step)).toEqual(["pay"]);
  });

  test("releases by each choice what that choice leads to", () => {
    const run = new ExecutionHarness(
      workflow([
        ask("ok", { timeout: "1h" }, { approve: "pay", reject: "sorry", expired: "sorry" }),
        { ...pay, next: "tell" },
        effect("sorry", {}, { next: "tell" }),
        effect("tell"),
      ]),
      { amount: 10 },
    );

    expect(releases(run).map(({ step, choices }) => [step, choices])).toEqual([
      ["pay", ["approve"]],
      ["sorry", ["reject", "expired"]],
      ["tell", ["approve", "reject", "expired"]],
    ]);
  });
});

describe("a decision", () => {
  test("that was made once is enough, whatever fails and is tried again unchanged", () => {
    const run = new ExecutionHarness(askAndPay(), { amount: 10 });
    run.vote("U0BOB", "approve").end("pay", refused);

    retry(run);

    expect(started(run)).toEqual(["pay#1:1", "pay#1:2"]);
    expectFolds(run);
  });

  test("does not hold for another amount: nothing is paid, and the change is asked for", () => {
    const run = new ExecutionHarness(askAndPay(), { amount: 10 });
    run.vote("U0BOB", "approve").end("pay", refused);

    retry(run, { variables: { amount: 20_000 } });

    expect(started(run)).toEqual(["pay#1:1"]);
    expect(run.state.status).toBe("waiting");
    expect(run.log.at(-1)).toMatchObject({
      type: "decision_voided",
      requestId: "exec_1/ok#1",
      changed: [{ what: "variables.amount (changed by <@U0BOB>)", before: "10", after: "20000" }],
      request: { title: "Pay?", round: 2, seal: { releases: [{ params: { amount: 20_000 } }] } },
    });
    run.vote("U0CAROL", "approve");
    expect(run.activeStep("pay")).toMatchObject({ phase: "running", params: { amount: 20_000 } });
    expect(run.output("ok")).toMatchObject({ decision: "approve", decidedBy: "U0CAROL" });
    expectFolds(run);
  });

  test("that rejects the change leads where the approval says, and nothing is paid", () => {
    const run = new ExecutionHarness(
      workflow([
        ask("ok", {}, { approve: "pay", reject: "sorry" }),
        pay,
        { id: "sorry", type: "transform", config: { expression: "'sorry'" } },
      ]),
      { amount: 10 },
    );
    run.vote("U0BOB", "approve").end("pay", refused);
    retry(run, { variables: { amount: 20_000 } });

    run.vote("U0CAROL", "reject");

    expect(started(run)).toEqual(["pay#1:1"]);
    expect(run.state).toMatchObject({ status: "completed", output: "sorry" });
    expectFolds(run);
  });

  test("does not hold after a cancellation during a wait and a retry with other values", () => {
    const run = new ExecutionHarness(
      workflow([
        ask("ok", {}, { approve: "later", reject: "end" }),
        { id: "later", type: "wait", config: { duration: "1d" }, next: "pay" },
        pay,
      ]),
      { amount: 10 },
    );
    run.vote("U0BOB", "approve");
    run.signal({ id: "cancel:1", kind: "cancel", payload: { by: "U0ALICE" } }).advance(6000);
    expect(run.state.status).toBe("cancelled");

    retry(run, { variables: { amount: 99_999 } }).advance(86_400_001);

    expect(started(run)).toEqual([]);
    expect(run.log.at(-1)?.type).toBe("decision_voided");
  });

  test("holds for what is computed later only as long as what that is computed from is the same", () => {
    const run = new ExecutionHarness(
      workflow([
        ask("ok", {}, { approve: "double", reject: "end" }),
        {
          id: "double",
          type: "transform",
          config: { expression: "variables.amount * 2", outputVariable: "total" },
          next: "pay",
        },
        effect("pay", { amount: "{{variables.total}}" }),
      ]),
      { amount: 10 },
    );
    run.vote("U0BOB", "approve");
    expect(run.activeStep("pay").params).toMatchObject({ amount: 20 });
    run.end("pay", refused);

    retry(run, { path: "double#1", variables: { amount: 10_000 } });

    expect(started(run)).toEqual(["pay#1:1"]);
    expect(run.log.at(-1)?.type).toBe("decision_voided");
  });

  test("does not hold for a value that a person put in the place of a step's", () => {
    const run = new ExecutionHarness(
      workflow([
        ask("ok", {}, { approve: "quote", reject: "end" }),
        call("quote", { config: { outputVariable: "total" }, next: "pay" }),
        effect("pay", { amount: "{{variables.total}}" }),
      ]),
    );
    run.vote("U0BOB", "approve").end("quote", { kind: "ok", output: 20 }).end("pay", refused);

    retry(run, { variables: { total: 20_000 } });

    expect(run.log.at(-1)).toMatchObject({
      type: "decision_voided",
      changed: [{ before: "20", after: "20000" }],
    });
  });

  test("of each of two approvals is asked again, the first one first, when a value changes that both saw", () => {
    const run = new ExecutionHarness(
      workflow([
        ask("manager", { title: "{{variables.amount}}?" }, { approve: "finance", reject: "end" }),
        ask("finance", {}, { approve: "pay", reject: "end" }),
        pay,
      ]),
      { amount: 10 },
    );
    run.vote("U0BOB", "approve").vote("U0CAROL", "approve").end("pay", refused);

    retry(run, { variables: { amount: 20_000 } });

    expect(lastRequest(run)?.opened).toMatchObject({ title: "20000?", round: 2 });
    run.vote("U0CAROL", "approve");
    expect(lastRequest(run)?.opened.seal?.approval).toBe("finance#1");
    expect(started(run)).toEqual(["pay#1:1"]);
    run.vote("U0CAROL", "approve");
    expect(started(run)).toEqual(["pay#1:1", "pay#3:1"]);
    expectFolds(run);
  });

  test("for one item of a list does not release another item's step", () => {
    const run = new ExecutionHarness(
      workflow([
        {
          id: "each",
          type: "foreach",
          config: {
            items: "variables.list",
            as: "item",
            concurrency: 2,
            steps: [
              ask("ok", {}, { approve: "pay", reject: "end" }),
              effect("pay", { amount: "{{variables.item}}" }),
            ],
          },
        },
      ]),
      { list: [1, 2] },
    );
    const [first, second] = [...run.state.requests.values()];
    expect(first?.opened.seal?.releases[0]?.params).toMatchObject({ amount: 1 });
    expect(second?.opened.seal?.releases[0]?.params).toMatchObject({ amount: 2 });
    run.vote("U0BOB", "approve");
    expect(started(run)).toEqual(["each#1/1/pay#1:1"]);
  });

  test("before a list releases the steps for its items, and not for another list", () => {
    const run = new ExecutionHarness(
      workflow([
        ask("ok", {}, { approve: "later", reject: "end" }),
        { id: "later", type: "wait", config: { duration: "1d" }, next: "each" },
        {
          id: "each",
          type: "foreach",
          config: {
            items: "variables.list",
            as: "item",
            steps: [effect("pay", { amount: "{{variables.item}}" })],
          },
        },
      ]),
      { list: [1, 2] },
    );
    expect(releases(run)).toMatchObject([
      {
        step: "pay",
        later: [{ path: "variables.item", by: "each" }],
        facts: [{ path: "variables.list", text: "[1,2]" }],
      },
    ]);
    run.vote("U0BOB", "approve");
    run.signal({ id: "cancel:1", kind: "cancel", payload: { by: "U0ALICE" } }).advance(6000);

    retry(run, { variables: { list: [1, 2000] } }).advance(86_400_001);

    expect(started(run)).toEqual([]);
  });

  test("bounded by a condition is asked again when the condition does not hold", () => {
    const run = new ExecutionHarness(
      workflow([
        ask(
          "ok",
          { releases: [{ step: "pay", when: "stepResults.quote.output <= 500" }] },
          { approve: "quote", reject: "end" },
        ),
        call("quote", { next: "pay" }),
        effect("pay", { amount: "{{stepResults.quote.output}}" }),
      ]),
    );

    run.vote("U0BOB", "approve").end("quote", { kind: "ok", output: 501 });

    expect(run.log.at(-1)).toMatchObject({
      type: "decision_voided",
      changed: [{ what: "the condition stepResults.quote.output <= 500", after: "false" }],
    });
    expect(started(run)).toEqual(["quote#1:1"]);
  });

  test("that is strict is asked again once everything is known, and then once", () => {
    const run = new ExecutionHarness(
      workflow([
        ask(
          "ok",
          { releases: [{ step: "pay", strict: true }] },
          { approve: "quote", reject: "end" },
        ),
        call("quote", { next: "pay" }),
        effect("pay", { amount: "{{stepResults.quote.output}}" }),
      ]),
    );

    run.vote("U0BOB", "approve").end("quote", { kind: "ok", output: 501 });

    expect(lastRequest(run)?.opened.seal?.releases).toMatchObject([
      { params: { amount: 501 }, later: [] },
    ]);
    run.vote("U0BOB", "approve");
    expect(started(run)).toEqual(["quote#1:1", "pay#2:1"]);
  });

  test("that is strict is sent back as often as the approval allows, whichever step asked", () => {
    const choices = ["approve", "changes", "reject"].map((id) => ({ id, label: id }));
    const config = { choices, maxRounds: 1, releases: [{ step: "pay", strict: true }] };
    const run = new ExecutionHarness(
      workflow([
        ask("ok", config, { approve: "quote", changes: "requote", reject: "end" }),
        call("requote", { next: "ok" }),
        call("quote", { next: "pay" }),
        effect("pay", { amount: "{{stepResults.quote.output}}" }),
      ]),
    );
    run.vote("U0BOB", "approve").end("quote", { kind: "ok", output: 501 });

    run.vote("U0BOB", "changes").end("requote", { kind: "ok", output: null });

    expect(lastRequest(run)?.opened).toMatchObject({
      id: expect.stringMatching(/\/ok#2$/),
      rounds: { choices: ["changes"], taken: 1, max: 1 },
    });
  });

  test("that is strict is enough where nothing but the decider's name was open", () => {
    const run = new ExecutionHarness(
      workflow([
        ask("ok", { releases: [{ step: "pay", strict: true }] }, { approve: "pay", reject: "end" }),
        effect("pay", { by: "{{stepResults.ok.output.decidedBy}}" }),
      ]),
    );

    run.vote("U0BOB", "approve");

    expect(run.activeStep("pay").params).toMatchObject({ by: "U0BOB" });
  });

  test("that said no is not gone around by a retry from the step that it kept back", () => {
    const run = new ExecutionHarness(
      workflow([
        ask("ok", {}, { approve: "pay", reject: "stop" }),
        { ...pay, onFailure: "fallback", fallbackStep: "ok" },
        call("stop"),
      ]),
      { amount: 10 },
    );
    run.vote("U0BOB", "approve").end("pay", refused).vote("U0CAROL", "reject").end("stop", refused);
    expect(run.state.status).toBe("failed");

    retry(run, { path: "pay#1" });

    expect(started(run)).toEqual(["pay#1:1", "stop#1:1"]);
    expect(run.log.at(-1)).toMatchObject({ type: "decision_voided" });
  });
});
