import { expect, test } from "vitest";
import type { RunChange, RunMessage, RunsMessage } from "../../../src/engine/api/streams.ts";
import { settle } from "../../support/manual-clock.ts";
import { until } from "../../support/until.ts";
import { WorkflowHarness } from "../../support/workflow-harness.ts";

const PIN = "4711-0815";

/** Echoes its secret, then waits for Bob. */
const GUARDED = {
  id: "guarded",
  name: "Guarded",
  inputs: { pin: { type: "string", required: true, sensitive: true } },
  permissions: { view: ["U0CAROL"] },
  steps: [
    {
      id: "echo",
      type: "transform",
      config: { expression: "'pin ' + variables.pin" },
      next: "ask",
    },
    {
      id: "ask",
      type: "approval",
      config: { title: "Go on?", approvers: ["U0BOB"] },
      next: { approve: "done", reject: "done" },
    },
    { id: "done", type: "transform", config: { expression: "1" } },
  ],
};

const NEVER = new AbortController().signal;

async function upToState(messages: AsyncIterable<{ readonly kind: string }>): Promise<string> {
  const read: unknown[] = [];
  for await (const message of messages) {
    read.push(message);
    if (message.kind === "state") break;
  }
  return JSON.stringify(read);
}

async function statesOf(messages: AsyncIterable<RunMessage>): Promise<readonly string[]> {
  const states: string[] = [];
  for await (const message of messages)
    if (message.kind !== "change") states.push(`${message.kind} ${message.state?.status}`);
  return states;
}

test("what is sensitive is masked in the log for those who may not know it", async () => {
  await using harness = await WorkflowHarness.open(GUARDED, { admins: ["U0ROOT"] });
  const { executionId } = await harness.start("guarded", { pin: PIN });
  const follow = (reader: string) =>
    upToState(harness.engine.streams.follow(executionId, -1, reader, NEVER));

  expect(await follow("U0CAROL")).not.toContain(PIN);
  expect(await follow("U0CAROL")).toContain('"masked":true');
  for (const knowing of ["U0ALICE", "U0BOB", "U0ROOT", "api"])
    expect(await follow(knowing)).toContain(`pin ${PIN}`);
});

test("a person who is no member any more sees nothing of what comes then", async () => {
  const strangers = new Set<string>();
  await using harness = await WorkflowHarness.open(GUARDED, { admins: ["U0ROOT"], strangers });
  const { executionId } = await harness.start("guarded", { pin: PIN });
  const messages = harness.engine.streams.follow(executionId, -1, "U0CAROL", NEVER);
  await upToState({
    [Symbol.asyncIterator]: () => ({ next: () => messages[Symbol.asyncIterator]().next() }),
  });

  strangers.add("U0CAROL");
  const next = messages[Symbol.asyncIterator]().next();
  const refused = expect(next).rejects.toMatchObject({ code: "not_allowed" });
  await harness.decide(executionId, "U0BOB", "approve");
  await refused;
});

test("what another process does comes within a second for one run, within two for all", async () => {
  await using harness = await WorkflowHarness.open(GUARDED, { admins: ["U0ROOT"] });
  const { executionId } = await harness.start("guarded", { pin: PIN });
  const other = harness.another();
  const one = other.streams.follow(executionId, -1, "api", NEVER)[Symbol.asyncIterator]();
  const all = other.streams.watch({}, "api", NEVER)[Symbol.asyncIterator]();
  expect(await all.next()).toMatchObject({ value: { kind: "ready" } });
  let rev = -1;
  for (let got = await one.next(); got.value?.kind !== "state"; got = await one.next())
    if (got.value?.kind === "change") rev = got.value.change.rev;
  const nextOne = one.next();
  const nextAll = all.next();

  await harness.decide(executionId, "U0BOB", "approve");
  await until(async () => {
    await harness.clock.advance(1000);
    return (await Promise.race([nextOne, settle().then(() => null)])) ?? undefined;
  });
  expect(await nextOne).toMatchObject({ value: { kind: "change", change: { rev: rev + 1 } } });
  await harness.clock.advance(2000);

  expect(await nextAll).toMatchObject({
    value: { kind: "run", run: { executionId, status: "completed" } },
  });
  const changes: RunChange[] = [];
  for (let got = await one.next(); got.done !== true; got = await one.next())
    if (got.value.kind === "change") changes.push(got.value.change);
  expect(changes.map((change) => change.rev)).toEqual(changes.map((_, index) => rev + 2 + index));
  await all.return?.();
});

test("a retry that was accepted and has not begun is waited for: the old failure is no end", async () => {
  const dividing = {
    id: "dividing",
    name: "Dividing",
    inputs: { by: { type: "number", required: true } },
    steps: [{ id: "divide", type: "transform", config: { expression: "6 / variables.by" } }],
  };
  await using harness = await WorkflowHarness.open(dividing, { pollMs: 60_000 });
  const { executionId, status } = await harness.start("dividing", { by: 0 });
  expect(status).toBe("failed");
  // This process does not know of it until it looks into the store.
  const retry = { executionId, by: "U0ALICE", variables: { by: 2 }, variableForm: "json" } as const;
  await harness.another().executions.retry(retry);
  const read = statesOf(harness.engine.streams.follow(executionId, -1, "api", NEVER));
  await settle();

  await harness.clock.advance(60_000);

  expect((await read).at(0)).toBe("state failed");
  expect((await read).at(-1)).toBe("end completed");
  expect((await read).filter((state) => state.startsWith("end"))).toHaveLength(1);
});

test("a reader that does not take what changes is cut, and keeps nothing in memory", async () => {
  const doubling = {
    id: "doubling",
    name: "Doubling",
    steps: [{ id: "double", type: "transform", config: { expression: "1 + 1" } }],
  };
  await using harness = await WorkflowHarness.open(doubling);
  const watching = harness.engine.streams.watch({}, "api", NEVER)[Symbol.asyncIterator]();
  await watching.next();

  for (let count = 0; count <= 1000; count += 1)
    await harness.engine.executions.start({
      ...{ workflowId: "doubling", variables: {}, variableForm: "json" },
      trigger: { type: "api" },
    });
  await settle();

  const next: Promise<IteratorResult<RunsMessage>> = watching.next();
  await expect(next).rejects.toMatchObject({ code: "rate_limited" });
});
