import { describe, expect, test } from "vitest";
import type {
  ExecutionRecordPage,
  ExecutionRecordQuery,
} from "../../../src/engine/ports/executions.ts";
import type { Store } from "../../../src/engine/ports/store.ts";
import { type HeadFields, head, type OpenStore, START } from "../records.ts";

export function listingConformance(open: OpenStore): void {
  describe("lists of executions", () => {
    test("the newest is first; of one moment, the greatest id", async () => {
      await using store = await open();
      await store.executions.insert(head("exec_b", { startedAt: START }));
      await store.executions.insert(head("exec_c", { startedAt: START + 5 }));
      await store.executions.insert(head("exec_a", { startedAt: START }));

      expect(await listIds(store, { limit: 10 })).toEqual(["exec_c", "exec_b", "exec_a"]);
    });

    test("heads in a list are whole", async () => {
      await using store = await open();
      const stored = head("exec_1", { variables: { amount: 3 }, openRequests: ["exec_1/ok#1"] });
      await store.executions.insert(stored);

      expect(await store.executions.list({ limit: 1 })).toEqual({
        records: [stored],
        nextCursor: null,
      });
    });

    test("filters can be combined", async () => {
      await using store = await open();
      await store.executions.insert(head("exec_1", { workflowId: "refund", startedBy: "U0BOB" }));
      await store.executions.insert(head("exec_2", { workflowId: "refund", status: "failed" }));
      await store.executions.insert(head("exec_3", { workflowId: "triage", startedBy: "U0BOB" }));
      const list = (query: Partial<ExecutionRecordQuery>) =>
        listIds(store, { limit: 10, ...query });

      expect(await list({ workflowId: "refund" })).toEqual(["exec_2", "exec_1"]);
      expect(await list({ status: "failed" })).toEqual(["exec_2"]);
      expect(await list({ startedBy: "U0BOB" })).toEqual(["exec_3", "exec_1"]);
      expect(await list({ workflowId: "refund", startedBy: "U0BOB" })).toEqual(["exec_1"]);
      expect(await list({ workflowId: "refund", status: "queued", startedBy: "U0ALICE" })).toEqual(
        [],
      );
    });

    test("runs are found by their labels, newest first, in pages and beside other filters", async () => {
      await using store = await open();
      const labeled = async (
        id: string,
        at: number,
        labels: Record<string, string>,
        rest: HeadFields = {},
      ) => {
        await store.executions.insert(head(id, { startedAt: START + at, labels, ...rest }));
      };
      await labeled("exec_1", 1, { customer: "ACME", region: "EU" });
      await labeled("exec_2", 2, { customer: "ACME", region: "US" }, { status: "failed" });
      await labeled("exec_3", 3, { customer: "Müller & Söhne", region: "EU" });
      await labeled("exec_4", 3, { customer: "ACME" });
      await store.executions.insert(head("exec_5", { startedAt: START + 9 }));
      const list = (query: Partial<ExecutionRecordQuery>) =>
        listIds(store, { limit: 10, ...query });

      expect(await list({ labels: { customer: "ACME" } })).toEqual(["exec_4", "exec_2", "exec_1"]);
      expect(await list({ labels: { customer: "Müller & Söhne" } })).toEqual(["exec_3"]);
      expect(await list({ labels: { customer: "ACME", region: "EU" } })).toEqual(["exec_1"]);
      expect(await list({ labels: { customer: "ACME" }, status: "failed" })).toEqual(["exec_2"]);
      expect(await list({ labels: { region: "ACME" } })).toEqual([]);
      const [first, second] = [
        await store.executions.list({ labels: { customer: "ACME" }, limit: 2 }),
        await store.executions.list({ labels: { region: "EU" }, limit: 1 }),
      ];
      const ids = (page: typeof first) => page.records.map(({ executionId }) => executionId);
      expect([ids(first), ids(second)]).toEqual([["exec_4", "exec_2"], ["exec_3"]]);
      const rest = await store.executions.list({
        labels: { customer: "ACME" },
        limit: 2,
        cursor: first.nextCursor ?? "",
      });
      expect([ids(rest), rest.nextCursor]).toEqual([["exec_1"], null]);
      expect(rest.records[0]?.start.labels).toEqual({ customer: "ACME", region: "EU" });
    });

    test("what is under way, and what asks people, is found among much that is over", async () => {
      await using store = await open();
      const at = (n: number) => ({ startedAt: START + n });
      await store.executions.insert(head("exec_1", { status: "waiting", ...at(1) }));
      await store.executions.insert(head("exec_2", { status: "running", ...at(2) }));
      await store.executions.insert(head("exec_3", { startedBy: "U0BOB", ...at(3) }));
      await store.executions.insert(head("exec_4", { status: "failed", ...at(4) }));
      await store.executions.insert(head("exec_5", { ...at(5) }));
      const asks = head("exec_1", { status: "waiting", rev: 1, openRequests: ["exec_1/ok#1"] });
      await store.executions.save({ ...asks, ...at(1) });
      const list = (query: Partial<ExecutionRecordQuery>) =>
        listIds(store, { limit: 10, ...query });

      expect(await list({ startedBy: "U0ALICE", isUnderWay: true })).toEqual([
        "exec_5",
        "exec_2",
        "exec_1",
      ]);
      expect(await list({ isUnderWay: true, limit: 2 })).toEqual(["exec_5", "exec_3"]);
      expect(await list({ isUnderWay: true, status: "running" })).toEqual(["exec_2"]);
      expect(await list({ isUnderWay: true, status: "failed" })).toEqual([]);
      expect(await list({ isAsking: true })).toEqual(["exec_1"]);
      await store.executions.save({ ...asks, ...at(1), rev: 2, openRequests: [] });
      expect(await list({ isAsking: true })).toEqual([]);
    });

    test("what a person started is listed as it ended, the last first", async () => {
      await using store = await open();
      const over = (id: string, endedAt: number | null, startedBy = "U0ALICE") =>
        store.executions.insert(head(id, { status: "failed", endedAt, startedBy }));
      await over("exec_1", START + 9);
      await over("exec_2", START + 5);
      await over("exec_3", START + 5);
      await over("exec_4", null);
      await over("exec_5", START + 99, "U0BOB");
      const ids = async (limit: number) =>
        (await store.executions.listEnded("U0ALICE", limit)).map((one) => one.executionId);

      expect(await ids(9)).toEqual(["exec_1", "exec_3", "exec_2"]);
      expect(await ids(1)).toEqual(["exec_1"]);
      await store.executions.save(head("exec_1", { rev: 1, status: "running" }));
      expect(await ids(1)).toEqual(["exec_3"]);
    });

    test("filters by several statuses, version and times can be combined, in pages as well", async () => {
      await using store = await open();
      const statuses = ["failed", "cancelled", "completed"] as const;
      for (let n = 0; n < 30; n += 1) {
        const status = statuses[n % 3] ?? "failed";
        const at = { startedAt: START + n, endedAt: START + 100 + n };
        const id = `exec_${String(n).padStart(2, "0")}`;
        const workflowId = n % 2 === 0 ? "refund" : "triage";
        await store.executions.insert(
          head(id, { status, workflowId, version: 1 + (n % 5), due: null, ...at }),
        );
      }
      const ids = (numbers: readonly number[]) =>
        numbers.map((n) => `exec_${String(n).padStart(2, "0")}`);
      const list = (query: Partial<ExecutionRecordQuery>) =>
        listIds(store, { limit: 50, ...query });
      const ended: Partial<ExecutionRecordQuery> = { statuses: ["failed", "cancelled"] };

      expect(await list({ ...ended, workflowId: "refund", startedFrom: START + 20 })).toEqual(
        ids([28, 24, 22]),
      );
      expect(await list({ workflowId: "triage", version: 4 })).toEqual(ids([23, 13, 3]));
      expect(await list({ startedFrom: START + 5, startedBefore: START + 8 })).toEqual(
        ids([7, 6, 5]),
      );
      expect(await list({ endedFrom: START + 127, startedBy: "U0ALICE" })).toEqual(
        ids([29, 28, 27]),
      );
      expect(await list({ endedBefore: START + 103, statuses: ["failed"] })).toEqual(ids([0]));
      expect(await pagesOf(store, { ...ended, limit: 3 })).toEqual(await list(ended));
      const odd = { ...ended, workflowId: "refund", version: 3, startedBy: "U0ALICE" };
      expect(await pagesOf(store, { ...odd, limit: 2, maxLooked: 4 })).toEqual(ids([22, 12]));
    });

    test("filters that no index serves together look at so many records for a page, and miss none", async () => {
      await using store = await open();
      const labels = { customer: "ACME", region: "EU" };
      for (let n = 0; n < 40; n += 1) {
        const isRare = n % 13 === 0;
        await store.executions.insert(
          head(`exec_${String(n).padStart(2, "0")}`, {
            startedAt: START + Math.floor(n / 3),
            startedBy: isRare ? "U0BOB" : "U0ALICE",
            labels: isRare ? labels : { customer: "ACME" },
            version: 1 + (n % 2),
          }),
        );
      }
      const rare = ["exec_39", "exec_26", "exec_13", "exec_00"];

      for (const query of [
        { workflowId: "refund", startedBy: "U0BOB", status: "queued" },
        { workflowId: "refund", startedBy: "U0BOB", isUnderWay: true },
        { labels },
        { labels, startedBy: "U0BOB", workflowId: "refund", statuses: ["queued", "failed"] },
        { version: 2, startedBy: "U0BOB" },
      ] as const) {
        const expected = "version" in query ? ["exec_39", "exec_13"] : rare;
        expect(await pagesOf(store, { ...query, limit: 3, maxLooked: 5 })).toEqual(expected);
        expect(await listIds(store, { ...query, limit: 9 })).toEqual(expected);
      }
      const short = { labels, version: 1, limit: 3, maxLooked: 10 };
      const first = await store.executions.list(short);
      expect(first.records.length).toBeLessThan(2);
      expect(first.nextCursor).not.toBeNull();
    });

    test("a list follows a change of status", async () => {
      await using store = await open();
      await store.executions.insert(head("exec_1"));

      await store.executions.save(head("exec_1", { rev: 1, status: "completed", due: null }));

      expect(await listIds(store, { status: "queued", limit: 5 })).toEqual([]);
      expect(await listIds(store, { status: "completed", limit: 5 })).toEqual(["exec_1"]);
    });

    test("an execution that nobody started is found, but not by who started it", async () => {
      await using store = await open();
      const { start, ...rest } = head("exec_1");
      await store.executions.insert({
        ...rest,
        start: { ...start, trigger: { type: "schedule" } },
      });

      expect(await listIds(store, { limit: 5 })).toEqual(["exec_1"]);
      expect(await listIds(store, { startedBy: "U0ALICE", limit: 5 })).toEqual([]);
    });

    test("pages follow on each other, also within one moment, and the last one says so", async () => {
      await using store = await open();
      await insertMany(store, 25, (n) => START + Math.floor(n / 10));
      const pages: string[][] = [];

      let cursor: string | null = null;
      do {
        const page = await store.executions.list(
          cursor === null ? { limit: 10 } : { limit: 10, cursor },
        );
        pages.push(page.records.map(({ executionId }) => executionId));
        cursor = page.nextCursor;
      } while (cursor !== null);

      expect(pages.map(({ length }) => length)).toEqual([10, 10, 5]);
      expect(pages.flat()).toEqual(await listIds(store, { limit: 100 }));
    });

    test("a full last page has no next one", async () => {
      await using store = await open();
      await insertMany(store, 4, (n) => START + n);

      expect((await store.executions.list({ limit: 4 })).nextCursor).toBeNull();
    });

    test.for<{ name: string; query: Partial<ExecutionRecordQuery> }>([
      { name: "all", query: {} },
      { name: "a workflow's", query: { workflowId: "refund" } },
      { name: "a status's", query: { status: "queued" } },
      { name: "a person's", query: { startedBy: "U0ALICE" } },
    ])("executions that start meanwhile hide and repeat none of $name", async ({ query }) => {
      await using store = await open();
      await insertMany(store, 30, (n) => START + n);
      const before = await listIds(store, { limit: 100, ...query });
      const seen: string[] = [];

      let cursor: string | null = null;
      for (let round = 0; round === 0 || cursor !== null; round += 1) {
        const next = store.executions.list({
          limit: 7,
          ...query,
          ...(cursor === null ? {} : { cursor }),
        });
        const newcomers = Array.from({ length: 5 }, (_, n) =>
          store.executions.insert(
            head(`exec_new_${round}_${n}`, { startedAt: START + 1_000 + round }),
          ),
        );
        const [page] = await Promise.all([next, ...newcomers]);
        seen.push(...page.records.map(({ executionId }) => executionId));
        cursor = page.nextCursor;
      }

      expect(seen.filter((id) => before.includes(id))).toEqual(before);
      expect(new Set(seen).size).toBe(seen.length);
    });

    test.for([
      "",
      "nonsense",
      "!!!",
      Buffer.from("[1]").toString("base64url"),
      Buffer.from('["1","exec_1"]').toString("base64url"),
      Buffer.from('{"$gt":1}').toString("base64url"),
      `${Buffer.from(`[${START},"exec_1"]`).toString("base64url")}=`,
    ])("a cursor that is not ours (%j) is refused by name", async (cursor) => {
      await using store = await open();

      await expect(store.executions.list({ limit: 5, cursor })).rejects.toMatchObject({
        code: "input_invalid",
        message: expect.stringContaining("cursor"),
        details: { problems: [{ path: "cursor" }] },
      });
    });

    test("executions are found by the beginning of their id, in order, no more than asked for", async () => {
      await using store = await open();
      for (const id of ["exec_ab2", "exec_ab1", "exec_ac1", "exec_AB3", "other"]) {
        await store.executions.insert(head(id));
      }

      expect(await store.executions.findIds("exec_ab", 10)).toEqual(["exec_ab1", "exec_ab2"]);
      expect(await store.executions.findIds("exec_ab", 1)).toEqual(["exec_ab1"]);
      expect(await store.executions.findIds("exec_ab1", 10)).toEqual(["exec_ab1"]);
      expect(await store.executions.findIds("exec_x", 10)).toEqual([]);
    });

    test("nothing in a prefix is a pattern", async () => {
      await using store = await open();
      const ids = ["exec_%1", "exec_.1", "exec_[1", "exec_\\1", "exec_😀1", "execX1"];
      for (const id of ids) await store.executions.insert(head(id));

      for (const id of ids.slice(0, 5)) {
        expect(await store.executions.findIds(id.slice(0, -1), 10)).toEqual([id]);
      }
      expect(await store.executions.findIds("exec_.*", 10)).toEqual([]);
      expect(await store.executions.findIds("%", 10)).toEqual([]);
    });
  });
}

async function listIds(store: Store, query: ExecutionRecordQuery): Promise<readonly string[]> {
  return (await store.executions.list(query)).records.map(({ executionId }) => executionId);
}

/** The ids of all pages, one after the other. */
async function pagesOf(store: Store, query: ExecutionRecordQuery): Promise<readonly string[]> {
  const found: string[] = [];
  let cursor: string | null = null;
  do {
    const next: { cursor?: string } = cursor === null ? {} : { cursor };
    const page: ExecutionRecordPage = await store.executions.list({ ...query, ...next });
    expect(page.records.length).toBeLessThanOrEqual(query.limit);
    found.push(...page.records.map(({ executionId }) => executionId));
    cursor = page.nextCursor;
  } while (cursor !== null);
  return found;
}

async function insertMany(store: Store, count: number, at: (n: number) => number): Promise<void> {
  await Promise.all(
    Array.from({ length: count }, (_, n) =>
      store.executions.insert(head(`exec_${String(n).padStart(3, "0")}`, { startedAt: at(n) })),
    ),
  );
}
