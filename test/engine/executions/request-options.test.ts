import { expect, test } from "vitest";
import type { VoteAnswer } from "../../../src/engine/api/approvals.ts";
import type { JsonObject } from "../../../src/shared/json.ts";
import { WorkflowHarness } from "../../support/workflow-harness.ts";

const ask = (config: JsonObject = {}): JsonObject => ({
  id: "ask",
  name: "Ask",
  steps: [
    {
      id: "ok",
      type: "approval",
      config: { title: "Pay?", approvers: ["U0BOB", "U0CAROL"], ...config },
      next: { approve: "end", reject: "end" },
    },
  ],
});

/** A run by Alice that waits for its approval. */
async function start(config: JsonObject = {}) {
  const harness = await WorkflowHarness.open(ask(config));
  const { executionId } = await harness.engine.executions.start({
    workflowId: "ask",
    variables: {},
    variableForm: "json",
    trigger: { type: "slash", userId: "U0ALICE" },
  });
  await harness.rest(executionId);
  const { requests } = await harness.engine.executions.get(executionId);
  const opened = requests[0]?.opened;
  if (!opened) throw new Error("Nothing is asked.");
  const { id: requestId, round, hash } = opened;
  const asked = (by: string) => ({ executionId, requestId, round, hash, by });
  const { approvals } = harness.engine;
  return {
    harness,
    executionId,
    vote: (by: string, choice = "approve") => approvals.vote({ ...asked(by), choice }),
    withdraw: (by: string) => approvals.withdraw(asked(by)),
    delegate: (by: string, to: string) => approvals.delegate({ ...asked(by), to }),
    votes: async () => {
      await harness.rest(executionId);
      const view = await harness.engine.executions.get(executionId);
      return view.requests[0]?.votes.map(({ by }) => by);
    },
  };
}

/** What the person hears in the end. */
async function outcomeOf(answer: VoteAnswer): Promise<string> {
  if (!answer.recorded) return answer.reason;
  return (await answer.settled).kind;
}

test("a vote that is taken back twice at once is taken back once, and counts when given anew", async () => {
  const { harness, vote, withdraw, votes } = await start({ required: 2 });
  await using _ = harness;
  await vote("U0BOB");
  expect(await votes()).toEqual(["U0BOB"]);

  await Promise.all([withdraw("U0BOB"), withdraw("U0BOB")]);
  expect(await votes()).toEqual([]);
  expect(await outcomeOf(await withdraw("U0BOB"))).toBe("not_voted");

  await vote("U0BOB");
  await Promise.all([vote("U0BOB"), vote("U0BOB")]);
  expect(await votes()).toEqual(["U0BOB"]);
});

test("a vote is taken back again and again, each time once", async () => {
  const { harness, vote, withdraw, votes } = await start({ required: 2 });
  await using _ = harness;

  for (const _turn of [1, 2, 3]) {
    await vote("U0BOB");
    expect(await votes()).toEqual(["U0BOB"]);
    await withdraw("U0BOB");
    expect(await votes()).toEqual([]);
  }
});

test("a request is handed to nobody who is asked already, where several have to agree", async () => {
  const { harness, delegate } = await start({ required: 2 });
  await using _ = harness;

  expect(await outcomeOf(await delegate("U0BOB", "U0CAROL"))).toBe("not_delegable");
});

test("where one is enough, an approver may leave it to another one", async () => {
  const { harness, executionId, delegate, vote } = await start();
  await using _ = harness;

  await delegate("U0BOB", "U0CAROL");
  await harness.rest(executionId);

  expect(await outcomeOf(await vote("U0BOB"))).toBe("handed_over");
  expect(await harness.engine.approvals.listFor("U0BOB")).toEqual([]);
  expect(await harness.engine.approvals.listFor("U0CAROL")).toHaveLength(1);
  expect((await vote("U0CAROL")).recorded).toBe(true);
});

test("a request is handed on by nobody who may not decide it", async () => {
  const { harness, delegate } = await start();
  await using _ = harness;

  expect(await outcomeOf(await delegate("U0ALICE", "U0CAROL"))).toBe("self_approval");
  expect(await outcomeOf(await delegate("U0BOB", "U0ALICE"))).toBe("not_delegable");
});

test("nothing is taken back or handed on once it is decided", async () => {
  const { harness, executionId, vote, withdraw, delegate } = await start();
  await using _ = harness;
  await vote("U0BOB");
  await harness.rest(executionId);

  expect(await outcomeOf(await withdraw("U0BOB"))).toBe("already_decided");
  expect(await outcomeOf(await delegate("U0CAROL", "U0BOB"))).toBe("already_decided");
});
