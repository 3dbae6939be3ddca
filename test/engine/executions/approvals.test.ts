import { expect, test } from "vitest";
import type { VoteAnswer } from "../../../src/engine/api/approvals.ts";
import { Approvals } from "../../../src/engine/executions/approvals.ts";
import { EngineEvents } from "../../../src/engine/runtime/engine-events.ts";
import { openSqliteStore } from "../../../src/store/sqlite/open.ts";
import { ExecutionHarness, workflow } from "../../support/execution-harness.ts";
import { ManualClock, settle } from "../../support/manual-clock.ts";

const BOB = { isAdmin: false, isGuest: false, isStranger: false, isBot: false };

function ask(): ExecutionHarness {
  return new ExecutionHarness(
    workflow([
      {
        id: "ok",
        type: "approval",
        config: { title: "Pay?", approvers: ["U0BOB"] },
        next: { approve: "end", reject: "end" },
      },
    ]),
  );
}

test("of two clicks at once by one person the first hears what became of it", async () => {
  await using store = await openSqliteStore({ path: ":memory:" });
  const clock = new ManualClock();
  const { workflow, state } = ask();
  const events = new EngineEvents();
  const approvals = new Approvals({
    store,
    clock,
    directory: {
      person: async (id) => ({ id, name: id, ...BOB }),
      groupMembers: async () => null,
      channelMembers: async () => null,
    },
    executions: {
      read: async () => ({ workflow, state }),
      get: () => Promise.reject(new Error("Nothing is listed here.")),
    },
    existence: { problems: async () => [] },
    events,
  });
  const [request] = [...state.requests.values()];
  if (!request) throw new Error("no request");
  const { id: requestId, round, hash } = request.opened;
  const click = (): Promise<VoteAnswer> =>
    approvals.vote({
      executionId: "exec_1",
      requestId,
      round,
      hash,
      choice: "approve",
      by: "U0BOB",
    });

  const [first, second] = await Promise.all([click(), click()]);
  events.emit("committed", {
    executionId: "exec_1",
    events: [
      {
        type: "decision_recorded",
        path: request.path,
        requestId,
        by: "U0BOB",
        choice: "approve",
        signalId: `${requestId}:U0BOB`,
        at: clock.now(),
      },
    ],
  });

  expect(second).toMatchObject({ recorded: false, reason: "already_voted" });
  if (!first.recorded) throw new Error(first.message);
  expect(await Promise.race([first.settled, settle().then(() => "nothing")])).toEqual({
    kind: "counted",
  });
});
