import { describe, expect, test } from "vitest";
import { auditId } from "../../../src/engine/ports/audit.ts";
import { UPLOADS } from "../../../src/engine/ports/files.ts";
import type { Removal } from "../../../src/engine/ports/removals.ts";
import type { Store } from "../../../src/engine/ports/store.ts";
import { until } from "../../support/until.ts";
import {
  call,
  card,
  claimBy,
  commit,
  type HeadFields,
  head,
  type OpenStore,
  START,
  signal,
} from "../records.ts";

const DAY = 86_400_000;
const NOW = START + DAY;

const removal = (executionId: string, fields: Partial<Removal> = {}): Removal => ({
  executionId,
  workflowId: "refund",
  at: NOW,
  by: "U0ALICE",
  reason: "request",
  ...fields,
});

/** An execution that has ended, with some of everything that may be stored of one. */
async function insertEnded(store: Store, id: string, fields: HeadFields = {}): Promise<void> {
  const labels = { customer: "ACME" };
  await store.executions.insert(head(id, { labels, ...fields }));
  await store.signals.insert(signal(`s:${id}`, id));
  const ended = head(id, {
    labels,
    status: "completed",
    rev: 1,
    due: null,
    endedAt: START + 1000,
    ...fields,
  });
  await store.log.commit(commit(id, 1), ended, [`s:${id}`], totals(id), audit(id));
  await store.calls.insert(call(`${id}/step:1:1`, id));
  await store.cards.insert(card(id, "run"));
  await store.cards.claim(id, "process", START, START + 1000);
  // MongoDB lists an execution as over some moments after its last commit.
  if (ended.endedAt !== null)
    await until(async () => {
      const over = await store.removals.listOver({ endedBefore: NOW, limit: 100 });
      return over.some(({ executionId }) => executionId === id) || undefined;
    });
}

const totals = (id: string) =>
  [
    {
      dimension: "workflow",
      workflowId: "refund",
      hour: START,
      name: "",
      started: 1,
      completed: 1,
      failed: 0,
      cancelled: 0,
      durationMs: 1000,
      costNano: id.length,
      costUnknown: 0,
      calls: 1,
      promptTokens: 1,
      completionTokens: 1,
    },
  ] as const;

const audit = (id: string) =>
  [
    {
      id: auditId(START, id),
      at: START,
      actor: "U0ALICE",
      surface: "slack",
      action: "start",
      executionId: id,
      result: "done",
    },
  ] as const;

async function sums(store: Store): Promise<unknown> {
  return store.totals.read({ dimension: "workflow", from: START, to: START + DAY });
}

async function addFile(store: Store, ref: string, holders: readonly string[]): Promise<void> {
  const file = { ref, size: 3, expiresAt: START + 30 * DAY };
  for (const holder of holders) await store.files.link({ ref, holder, at: START });
  await store.files.save(file, Buffer.from("abc"), START);
}

/** A worker takes an execution that is over, and finds nothing to do. */
async function lookAgain(store: Store, id: string): Promise<void> {
  expect(await store.leases.claim(id, claimBy("w9", NOW))).toMatchObject({ rev: 1 });
  const over = { status: "completed", rev: 1, due: null, endedAt: START + 1000 } as const;
  await store.executions.save({ ...head(id), ...over });
}

export function removalsConformance(open: OpenStore): void {
  describe("removals", () => {
    test("an execution is removed with all that is stored of it, and nothing of another", async () => {
      await using store = await open();
      await insertEnded(store, "exec_a");
      await insertEnded(store, "exec_ab");

      expect(await store.removals.remove(removal("exec_a"))).toBe(true);

      expect(await store.executions.get("exec_a")).toBeNull();
      expect(await store.log.read("exec_a", 0)).toEqual([]);
      expect(await store.calls.list("exec_a")).toEqual([]);
      expect(await store.cards.list("exec_a")).toEqual([]);
      expect(await store.executions.findIds("exec_a", 5)).toEqual(["exec_ab"]);
      const { records } = await store.executions.list({ labels: { customer: "ACME" }, limit: 5 });
      expect(records.map(({ executionId }) => executionId)).toEqual(["exec_ab"]);
      expect(await store.executions.listEnded("U0ALICE", 5)).toHaveLength(1);
      expect(await store.log.read("exec_ab", 0)).toHaveLength(1);
      expect(await store.calls.list("exec_ab")).toHaveLength(1);
      expect(await store.cards.list("exec_ab")).toHaveLength(1);
      expect(await store.cards.claim("exec_a", "other", START, START + 1)).toBe(true);
    });

    test("totals and the audit stay as they are", async () => {
      await using store = await open();
      await insertEnded(store, "exec_a");
      await insertEnded(store, "exec_b");
      const before = [await sums(store), await store.audit.list({ limit: 9 })];

      await store.removals.remove(removal("exec_a"));

      expect([await sums(store), await store.audit.list({ limit: 9 })]).toEqual(before);
      expect(before[1]).toHaveLength(2);
    });

    test("what was not counted yet when it is removed at once is counted all the same", async () => {
      await using store = await open();
      await insertEnded(store, "exec_a");

      expect(await store.removals.remove(removal("exec_a"))).toBe(true);

      expect(await sums(store)).toMatchObject([{ completed: 1, costNano: 6 }]);
      expect(await store.audit.list({ executionId: "exec_a", limit: 9 })).toHaveLength(1);
    });

    test("what stays says when, by whom and why, and its id is never given again", async () => {
      await using store = await open();
      await insertEnded(store, "exec_a");
      const wanted = removal("exec_a", { by: "engine", reason: "retention" });
      await store.removals.remove(wanted);

      expect(await store.removals.get("exec_a")).toEqual(wanted);
      expect(await store.removals.get("exec_b")).toBeNull();
      expect(await store.removals.findIds("exec_", 5)).toEqual(["exec_a"]);
      expect(await store.executions.insert(head("exec_a"))).toBe(false);
      expect(await store.executions.get("exec_a")).toBeNull();
      expect(await store.leases.claimDue(claimBy("w9", NOW))).toEqual([]);
    });

    test("removing it again changes nothing, nor does removing what never was", async () => {
      await using store = await open();
      await insertEnded(store, "exec_a");
      await store.removals.remove(removal("exec_a"));

      expect(await store.removals.remove(removal("exec_a", { by: "U0BOB" }))).toBe(false);
      expect(await store.removals.remove(removal("exec_never"))).toBe(false);
      expect(await store.removals.get("exec_a")).toMatchObject({ by: "U0ALICE" });
      expect(await store.removals.get("exec_never")).toBeNull();
    });

    test("of several at once one removes it", async () => {
      await using store = await open();
      await insertEnded(store, "exec_a");

      const answers = await Promise.all(
        Array.from({ length: 5 }, () => store.removals.remove(removal("exec_a"))),
      );

      expect(answers.filter(Boolean)).toHaveLength(1);
    });

    test.each([
      ["is under way", { status: "running", endedAt: null, owner: "w1", due: NOW + 1 }],
      ["waits for people", { status: "waiting", endedAt: null, openRequests: ["r"] }],
      ["has ended, but its end is not published", { due: NOW }],
      ["has ended and a worker has it", { owner: "w1", due: NOW + 60_000 }],
    ] as const)("one that %s stays", async (_, fields) => {
      await using store = await open();
      await insertEnded(store, "exec_a", { ...fields });

      expect(await store.removals.remove(removal("exec_a"))).toBe(false);

      expect(await store.executions.get("exec_a")).toMatchObject({ executionId: "exec_a" });
      expect(await store.log.read("exec_a", 0)).toHaveLength(1);
      expect(await store.removals.get("exec_a")).toBeNull();
    });

    test("one that a signal waits for stays until that is settled", async () => {
      await using store = await open();
      await insertEnded(store, "exec_a");
      await store.signals.insert(signal("retry:exec_a", "exec_a"));

      expect(await store.removals.remove(removal("exec_a"))).toBe(false);
      await store.signals.settle(["retry:exec_a"]);
      await lookAgain(store, "exec_a");

      expect(await store.removals.remove(removal("exec_a"))).toBe(true);
    });

    test("the events of its end go with it, once they are delivered; others stay", async () => {
      await using store = await open();
      await insertEnded(store, "exec_a");
      const event = (id: string) => ({ id, name: "refund.completed", at: START, payload: {} });
      for (const id of ["end:exec_a:refund.completed", "end:exec_ab:refund.completed", "own"])
        await store.events.insert(event(id));

      expect(await store.removals.remove(removal("exec_a"))).toBe(false);
      await store.events.settle(["end:exec_a:refund.completed"]);
      await lookAgain(store, "exec_a");
      expect(await store.removals.remove(removal("exec_a", { at: NOW + 1 }))).toBe(true);

      const left = await store.events.list({ name: "refund.completed", from: START, limit: 9 });
      expect(left.map(({ id }) => id)).toEqual(["end:exec_ab:refund.completed", "own"]);
    });

    test("the bytes of a file go with the last execution that may use them", async () => {
      await using store = await open();
      for (const id of ["exec_a", "exec_b"]) await insertEnded(store, id);
      await addFile(store, "sha256:shared", ["exec_a", "exec_b"]);
      await addFile(store, "sha256:own", ["exec_a"]);

      await store.removals.remove(removal("exec_a"));
      expect(await store.files.read("sha256:own")).toBeNull();
      expect(await store.files.read("sha256:shared")).toEqual(Buffer.from("abc"));
      expect(await store.files.isLinked("sha256:shared", "exec_a")).toBe(false);
      expect(await store.files.totalBytes()).toBe(3);
      expect(await store.files.listExpired(NOW + 2 * DAY, 5)).toEqual([]);

      await store.removals.remove(removal("exec_b"));
      expect(await store.files.read("sha256:shared")).toBeNull();
      expect(await store.files.totalBytes()).toBe(0);
    });

    test("an upload that no execution has any more is kept as long as an upload is", async () => {
      await using store = await open();
      await insertEnded(store, "exec_a");
      await addFile(store, "sha256:up", [UPLOADS, "exec_a"]);

      await store.removals.remove(removal("exec_a"));

      expect(await store.files.read("sha256:up")).toEqual(Buffer.from("abc"));
      expect(await store.files.listExpired(NOW + DAY - 1, 5)).toEqual([]);
      expect(await store.files.listExpired(NOW + DAY, 5)).toMatchObject([{ ref: "sha256:up" }]);
    });

    test("those that are over are listed by start, in pages, by workflow, person, status and end", async () => {
      await using store = await open();
      const ends = [5, 1, 9, 3];
      for (const [index, end] of ends.entries())
        await insertEnded(store, `exec_${index}`, {
          startedAt: START + index,
          endedAt: START + end * 1000,
        });
      await insertEnded(store, "exec_open", { status: "waiting", endedAt: null });
      const other = { workflowId: "other", startedBy: "U0BOB", status: "failed" } as const;
      await insertEnded(store, "exec_other", { ...other, startedAt: START + 9 });
      const ids = async (query: object): Promise<readonly string[]> => {
        const found = await store.removals.listOver({ endedBefore: NOW, limit: 9, ...query });
        return found.map(({ executionId }) => executionId);
      };

      const all = ["exec_0", "exec_1", "exec_2", "exec_3", "exec_other"];
      expect(await ids({})).toEqual(all);
      expect(await ids({ endedBefore: START + 5000 })).toEqual(["exec_1", "exec_3", "exec_other"]);
      expect(await ids({ workflowId: "other" })).toEqual(["exec_other"]);
      expect(await ids({ startedBy: "U0BOB" })).toEqual(["exec_other"]);
      expect(await ids({ status: "failed" })).toEqual(["exec_other"]);
      expect(await ids({ workflowId: "refund", status: "failed" })).toEqual([]);
      const [first, second] = await store.removals.listOver({ endedBefore: NOW, limit: 2 });
      expect([first?.executionId, second?.executionId]).toEqual(["exec_0", "exec_1"]);
      expect(await ids({ ...(second && { after: second }) })).toEqual(all.slice(2));
    });
  });
}
