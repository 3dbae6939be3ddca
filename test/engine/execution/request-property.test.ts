import fc from "fast-check";
import { expect, test } from "vitest";
import {
  currentEdits,
  type Edits,
  editsMark,
  hasHandedOver,
  isSameEdits,
} from "../../../src/engine/model/requests.ts";
import type { RequestState } from "../../../src/engine/model/state.ts";
import type { SignalKind } from "../../../src/engine/ports/executions.ts";
import type { JsonObject } from "../../../src/shared/json.ts";
import { ExecutionHarness, workflow } from "../../support/execution-harness.ts";
import { expectFolds } from "../../support/retried-run.ts";

const REQUIRED = 2;
const PEOPLE = ["U0BOB", "U0CAROL", "U0EVE", "U0FAY"] as const;
const person = fc.constantFrom(...PEOPLE);

type Deed =
  | {
      readonly kind: "vote";
      readonly by: string;
      readonly amount: number | null;
      readonly isStale: boolean;
    }
  | { readonly kind: "reject"; readonly by: string }
  | { readonly kind: "withdraw_vote"; readonly by: string }
  | { readonly kind: "delegate"; readonly by: string; readonly to: string }
  | { readonly kind: "repeat" }
  | { readonly kind: "wait"; readonly ms: number };

const deed: fc.Arbitrary<Deed> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("vote" as const),
      by: person,
      amount: fc.constantFrom(null, null, 450, 400),
      isStale: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("reject" as const), by: person }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("withdraw_vote" as const), by: person }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant("delegate" as const), by: person, to: person }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("repeat" as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("wait" as const),
      ms: fc.integer({ min: 1, max: 3_000_000 }),
    }),
  },
);

function start(): ExecutionHarness {
  const config = {
    title: "Pay?",
    approvers: [...PEOPLE],
    required: REQUIRED,
    editable: { amount: { type: "number" } },
    remindAfter: "20m",
    escalateTo: ["U0DAN"],
    timeout: "3h",
  };
  const next = { approve: "pay", reject: "end", expired: "end" };
  return new ExecutionHarness(
    workflow([
      { id: "ok", type: "approval", config, next },
      { id: "pay", type: "scripted", config: { effect: true, amount: "{{variables.amount}}" } },
    ]),
    { amount: 500 },
  );
}

function requestOf(run: ExecutionHarness): RequestState {
  const [request] = run.state.requests.values();
  if (!request) throw new Error("Nothing is asked.");
  return request;
}

/** Sends what the engine would store for each deed: a repeat has the id of what it repeats. */
function perform(run: ExecutionHarness, deeds: readonly Deed[]): void {
  let last: Parameters<ExecutionHarness["signal"]>[0] | null = null;
  const first = editsMark();
  for (const one of deeds) {
    if (one.kind === "wait") run.advance(one.ms);
    else if (one.kind !== "repeat") last = toSignal(requestOf(run), one, first);
    if (one.kind !== "wait" && last) run.signal(last);
  }
}

function toSignal(
  request: RequestState,
  one: Exclude<Deed, { readonly kind: "repeat" | "wait" }>,
  first: string,
): { readonly id: string; readonly kind: SignalKind; readonly payload: JsonObject } {
  const requestId = request.opened.id;
  const turn = request.turns.get(one.by) ?? 0;
  const payload = { requestId, by: one.by };
  if (one.kind === "delegate")
    return { id: `${one.by}:${turn}:to`, kind: one.kind, payload: { ...payload, to: one.to } };
  if (one.kind === "withdraw_vote")
    return { id: `${one.by}:${turn}:back`, kind: one.kind, payload };
  const id = `${one.by}:${turn}`;
  if (one.kind === "reject")
    return { id, kind: "decision", payload: { ...payload, choice: "reject" } };
  const now = currentEdits(request);
  const edits: Edits = one.amount === null ? now : { amount: { before: 500, after: one.amount } };
  const seen = one.isStale ? first : editsMark(now);
  return { id, kind: "decision", payload: { ...payload, choice: "approve", edits, seen } };
}

test("whatever people do in whatever order, only an agreement on the same values is paid", () => {
  fc.assert(
    fc.property(fc.array(deed, { maxLength: 25 }), (deeds) => {
      const run = start();

      perform(run, deeds);

      const request = requestOf(run);
      const voters = request.votes.map(({ by }) => by);
      expect(new Set(voters).size).toBe(voters.length);
      expect(voters.filter((by) => hasHandedOver(request, by))).toEqual([]);
      expectFolds(run);
      const paid = run.log.find(({ type }) => type === "step_started");
      if (request.outcome?.decision !== "approve") {
        expect(paid).toBeUndefined();
        expect(run.state.variables).toEqual({ amount: 500 });
        return;
      }
      const agreed = request.votes.filter(({ choice }) => choice === "approve");
      const edits = agreed.at(-1)?.edits;
      expect(agreed.length).toBeGreaterThanOrEqual(REQUIRED);
      expect(agreed.filter((vote) => !isSameEdits(vote.edits, edits))).toEqual([]);
      const amount = edits?.["amount"]?.after ?? 500;
      expect(paid).toMatchObject({ params: { amount } });
      expect(run.types()).not.toContain("decision_voided");
    }),
    { numRuns: 400 },
  );
});

test("a reminder and an escalation come at most once each", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 4_000_000 }), { maxLength: 12 }), (waits) => {
      const run = start();

      for (const ms of waits) run.advance(ms);

      const count = (type: string) => run.types().filter((one) => one === type).length;
      expect(count("request_reminded")).toBeLessThanOrEqual(1);
      expect(count("request_escalated")).toBeLessThanOrEqual(1);
      const passed = waits.reduce((sum, ms) => sum + ms, 0);
      expect(requestOf(run).outcome?.decision).toBe(
        passed >= 3 * 3_600_000 ? "expired" : undefined,
      );
    }),
  );
});
