import { describe, expect, test } from "vitest";
import {
  type DesiredMessage,
  desiredMessages,
} from "../../../src/bot/reconciler/desired-messages.ts";
import { createCardContext } from "../../../src/bot/views/card-context.ts";
import type { ExecutionView } from "../../../src/engine/api/executions.ts";
import { Definition } from "../../../src/engine/definition/schema.ts";
import { executionView, requestView, stepResult, stepView } from "../../support/execution-view.ts";

const CONTEXT_DEFINITION = Definition.parse({
  id: "expense",
  name: "Expense approval",
  inputs: {
    amount: { type: "number", label: "Amount (USD)" },
    item: { type: "string" },
    pin: { type: "string", sensitive: true },
    buyer: { type: "user" },
    shop: { type: "channel" },
  },
  steps: [
    { id: "screen", name: "AI screening", type: "ai-decision", next: "approve" },
    { id: "approve", type: "approval" },
  ],
});
const CONTEXT = createCardContext(CONTEXT_DEFINITION, new Map([["finance", "S0FINANCE"]]));
const DECIDED_AT = Date.parse("2026-11-23T09:05:03.000Z");
const COMPLETED = {
  status: "completed",
  completedAt: "2026-11-23T09:05:05.000Z",
  totalDuration: 305_000,
} as const;

function surfacesOf(view: ExecutionView): Record<string, DesiredMessage> {
  return Object.fromEntries(desiredMessages(view, CONTEXT).map((surface) => [surface.id, surface]));
}

function textOf(surface: DesiredMessage | undefined): string {
  return JSON.stringify(surface?.message.blocks);
}

function buttonsOf(surface: DesiredMessage | undefined) {
  return (surface?.message.blocks ?? []).flatMap((block) =>
    block.type === "actions" ? block.elements : [],
  );
}

describe("the run's card", () => {
  test("shows what runs, who started it, its inputs and a way to stop it", () => {
    const { run } = surfacesOf(
      executionView({
        running: [{ stepId: "screen", path: "screen#1", attempt: 2, phase: "running" }],
      }),
    );
    const text = textOf(run);
    for (const part of [
      "Expense approval",
      "Running",
      "AI screening",
      "attempt 2",
      "<@U0ALICE>",
      "`abcde`",
      "Amount (USD)",
      "640",
      "Laptop stand",
      "$0.0000",
    ]) {
      expect(text).toContain(part);
    }
    expect(text).not.toContain("zebra-77");
    expect(buttonsOf(run)).toMatchObject([
      { action_id: "cancel_run", value: '{"e":"exec_abcde12345"}' },
    ]);
    expect(run).toMatchObject({ channel: "C0GENERAL", thread: "never", final: false });
  });

  test("says what a waiting run waits for and whom to ask", () => {
    const request = requestView();
    const since = "2026-11-23T09:00:03.000Z";
    const view = executionView({
      status: "waiting",
      waitingOn: [
        {
          for: "approval",
          stepId: "approve",
          path: "approve#1",
          since,
          until: null,
          requestId: request.opened.id,
        },
      ],
      requests: [request],
    });
    expect(textOf(surfacesOf(view)["run"])).toMatch(
      /Waits at \*approve\*.*Ask <@U0BOB>, <!subteam\^S0FINANCE>/,
    );
  });

  test("has no button once the run is over, and stays as it is", () => {
    const { run } = surfacesOf(executionView({ ...COMPLETED, totalCost: 0.00012 }));
    expect(buttonsOf(run)).toEqual([]);
    expect(run?.final).toBe(true);
    expect(textOf(run)).toContain("cost $0.0001");
  });
});

describe("the steps on the run's card", () => {
  test("say what AI found, why, and what it cost, without a message of their own", () => {
    const view = executionView({
      steps: [
        stepView(),
        stepView({ stepId: "other", path: "other#1", status: "failed", cost: null }),
      ],
      stepResults: { screen: stepResult({ reason: "Above the limit" }) },
    });
    const surfaces = surfacesOf(view);
    expect(Object.keys(surfaces)).toEqual(["run"]);
    expect(textOf(surfaces["run"])).toMatch(
      /:white_check_mark: \*AI screening\* · \*needs-review\*: Above the limit · 2\.0 s · \$0\.0001/,
    );
    expect(textOf(surfaces["run"])).toMatch(/:x: \*other\* \(failed\) · no result.*cost unknown/);
    const answer = executionView({
      steps: [stepView({ output: { decision: "reject", reason: "a <gift>" } })],
    });
    expect(textOf(surfacesOf(answer)["run"])).toContain(
      "*decision: reject; reason: a &lt;gift&gt;*",
    );
  });

  test("show which are under way, which wait, and which may come", () => {
    const waiting = executionView({
      status: "waiting",
      steps: [stepView()],
      running: [{ stepId: "approve", path: "approve#1", attempt: 1, phase: "waiting" }],
      waitingOn: [
        {
          ...{ for: "approval", stepId: "approve", path: "approve#1" },
          since: "2026-11-23T09:00:03.000Z",
          until: null,
        },
      ],
    });
    expect(textOf(surfacesOf(waiting)["run"])).toMatch(
      /:hourglass_flowing_sand: \*approve\* · waits for a decision since <!date\^/,
    );
    const running = executionView({
      running: [{ stepId: "screen", path: "screen#1", attempt: 1, phase: "running" }],
    });
    expect(textOf(surfacesOf(running)["run"])).toMatch(
      /:gear: \*AI screening\* · under way\\n:white_circle: \*approve\*/,
    );
    const [screen, approve] = CONTEXT_DEFINITION.steps;
    const steps = [{ ...screen, onFailure: "fallback", fallbackStep: "by-hand" }, approve];
    const forked = Definition.parse({
      ...CONTEXT_DEFINITION,
      steps: [...steps, { id: "by-hand", type: "approval" }],
    });
    const [card] = desiredMessages(running, createCardContext(forked, new Map()));
    expect(JSON.stringify(card?.message.blocks)).not.toContain("white_circle");
    const over = surfacesOf(executionView({ ...COMPLETED, steps: [stepView()] }))["run"];
    expect(textOf(over)).not.toContain("white_circle");
  });

  test("are counted where they are many, with a button that shows all of them", () => {
    const steps = Array.from({ length: 300 }, (_, index) =>
      stepView({ stepId: "check", path: `all#1/${index}/check#1`, type: "transform", cost: 0 }),
    );
    const { run } = surfacesOf(executionView({ steps }));
    expect(textOf(run)).toContain("292 steps before these are over");
    expect(textOf(run)).toContain("*check* (item 300)");
    expect(textOf(run)).not.toContain("(item 292)");
    expect(buttonsOf(run).map((element) => "action_id" in element && element.action_id)).toContain(
      "show_steps",
    );
    expect(JSON.stringify(run?.message).length).toBeLessThan(8000);
  });

  test("have names that neither turn the words around them nor grow beyond their line", () => {
    for (const name of ["אישור הוצאה", "\u202ecba", "n".repeat(3000)]) {
      const steps = CONTEXT_DEFINITION.steps.map((step) => ({ ...step, name }));
      const definition = { ...CONTEXT_DEFINITION, steps };
      const context = createCardContext(definition, new Map());
      const view = executionView({ steps: [stepView()], workflowName: name });
      const [run] = desiredMessages(view, context);
      const text = JSON.stringify(run?.message.blocks);
      if (name.startsWith("n")) expect(text.length).toBeLessThan(3000);
      else expect(text).toContain(`*\u2068${name}\u2069*`);
    }
  });
});

test("a card mentions the people and channels that were given", () => {
  const { run } = surfacesOf(
    executionView({ variables: { item: "U0NOBODY", buyer: "U0CAROL", shop: "C0GENERAL" } }),
  );
  const text = textOf(run);
  for (const part of ["<@U0CAROL>", "<#C0GENERAL>"]) expect(text).toContain(part);
  expect(text).not.toContain("<@U0NOBODY>");
});

describe("an approval's card", () => {
  const findings = {
    steps: [stepView()],
    stepResults: { screen: stepResult({ reason: "Over <limit>", confidence: 0.85 }) },
  };

  test("shows facts, what AI said apart from them, who may decide and until when", () => {
    const surfaces = surfacesOf(
      executionView({ status: "waiting", requests: [requestView()], ...findings }),
    );
    const card = surfaces["approval:approve#1:1"];
    const text = textOf(card);
    for (const part of [
      "Laptop stand",
      "Why: back hurts",
      "AI's opinion",
      "needs-review",
      "Over &lt;limit&gt;",
      "85 %",
      "<@U0BOB>",
      "<!subteam^S0FINANCE>",
      "expires <!date^",
    ]) {
      expect(text).toContain(part);
    }
    expect(card).toMatchObject({
      channel: "C0APPROVALS",
      thread: "same-channel",
      urgency: "soon",
      final: false,
    });
    expect(buttonsOf(card)).toMatchObject([
      { action_id: "decide_approve", text: { text: "Approve" }, style: "primary" },
      { action_id: "decide_reject", text: { text: "Reject" }, style: "danger" },
      { action_id: "delegate", text: { text: "Hand over" } },
    ]);
    const [approve] = buttonsOf(card);
    expect(JSON.parse((approve && "value" in approve && approve.value) || "")).toEqual({
      e: "exec_abcde12345",
      r: "exec_abcde12345/approve#1",
      n: 1,
      h: "0123456789abcdef",
      c: "approve",
    });
  });

  test.for([
    [
      "approve",
      [{ by: "U0BOB", choice: "approve", at: DECIDED_AT }],
      /white_check_mark.*\*Approved\* by <@U0BOB> <!date\^/,
    ],
    [
      "reject",
      [{ by: "U0BOB", choice: "reject", comment: "too <dear>", at: DECIDED_AT }],
      /:x:.*\*Rejected\* by <@U0BOB>.*too &lt;dear&gt;/,
    ],
    ["expired", [], /alarm_clock.*no decision was made in time/],
    ["cancelled", [], /no_entry_sign.*no longer needed; the run continued/],
  ] as const)(
    "tells how it ended when the outcome is %s, without buttons",
    ([decision, votes, expected]) => {
      const request = requestView({ votes, outcome: { decision, at: DECIDED_AT } });
      const card = surfacesOf(executionView({ requests: [request] }))["approval:approve#1:1"];
      expect(textOf(card)).toMatch(expected);
      expect(buttonsOf(card)).toEqual([]);
      expect(card?.final).toBe(true);
    },
  );

  test("cannot mention everybody, whatever the values say", () => {
    const request = requestView(
      {},
      { title: "<!channel> & <@U1>", message: "<!here>", choices: [{ id: "ok", label: "OK" }] },
    );
    const view = executionView({ requests: [request], variables: { item: "<!everyone>" } });
    for (const surface of desiredMessages(view, CONTEXT)) {
      expect(JSON.stringify(surface.message)).not.toMatch(/<!(channel|here|everyone)|<@U1>/);
    }
  });

  test("stays within Slack's limits with values of any size", () => {
    const request = requestView({}, { title: "&".repeat(5000), message: "<".repeat(9000) });
    const view = executionView({ requests: [request], variables: { item: "x".repeat(20_000) } });
    for (const { message } of desiredMessages(view, CONTEXT)) {
      expect(message.text.length).toBeLessThanOrEqual(4000);
      for (const block of message.blocks) {
        if (block.type === "section")
          expect(block.text?.text.length ?? 0).toBeLessThanOrEqual(3000);
      }
    }
  });

  test("goes to the run's thread, or to approvers by name when the run is not shown", () => {
    const request = requestView();
    const { channel: _, ...opened } = request.opened;
    const requests = [{ ...request, opened }];
    expect(surfacesOf(executionView({ requests }))["approval:approve#1:1"]).toMatchObject({
      thread: "always",
    });
    const unseen = desiredMessages(executionView({ requests, report: null }), CONTEXT);
    expect(unseen.map(({ id, channel }) => [id, channel])).toEqual([
      ["approval:approve#1:1:U0BOB", "U0BOB"],
    ]);
  });
});

describe("the thread", () => {
  test("ends with the result and a receipt of every step", () => {
    const request = requestView({
      votes: [{ by: "U0BOB", choice: "approve", at: DECIDED_AT }],
      outcome: { decision: "approve", at: DECIDED_AT },
    });
    const view = executionView({
      ...COMPLETED,
      output: { result: "approved", amount: 640 },
      requests: [request],
      steps: [
        stepView(),
        stepView({
          stepId: "approve",
          path: "approve#1",
          type: "approval",
          duration: 300_000,
          cost: 0,
        }),
      ],
      totalCost: 0.00012,
      costUnknown: true,
    });
    const text = textOf(surfacesOf(view)["end"]);
    expect(text).toMatch(/Completed\. Result:.*result: approved.*amount: 640/);
    expect(text).toMatch(/AI screening · 2\.0 s · \$0\.0001/);
    expect(text).toMatch(/approve · 5 min · \$0\.0000 · Approved by <@U0BOB>/);
    expect(text).toMatch(
      /Total: at least \$0\.0001.*5 min 5 s · of which 5 min waiting for people/,
    );
  });

  test("says at which step a run failed and what to do", () => {
    const error = {
      code: "model_unavailable",
      message: "The model <x> did not answer.",
      retryable: true,
    };
    const view = executionView({
      ...COMPLETED,
      status: "failed",
      error,
      steps: [stepView({ status: "failed", attempts: 3 })],
    });
    const text = textOf(surfacesOf(view)["end"]);
    expect(text).toMatch(
      /Failed at \*AI screening\*: The model &lt;x&gt; did not answer\..*Retry the run/,
    );
    expect(text).toContain("3 attempts");
  });

  test("is not there for a run that reports failures only, unless it fails", () => {
    const report = { channel: "C0ONCALL", on: "failure" } as const;
    expect(
      desiredMessages(executionView({ ...COMPLETED, report, steps: [stepView()] }), CONTEXT),
    ).toEqual([]);
    const failed = executionView({ ...COMPLETED, status: "failed", report });
    expect(desiredMessages(failed, CONTEXT)).toMatchObject([
      { id: "end", channel: "C0ONCALL", thread: "never", final: true },
    ]);
  });
});
