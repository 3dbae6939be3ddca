import { describe, expect, test } from "vitest";
import { type AuditRecord, auditId } from "../../../src/engine/ports/audit.ts";
import { commit, head, type OpenStore, START } from "../records.ts";

function entry(key: string, fields: Partial<AuditRecord> = {}): AuditRecord {
  const at = fields.at ?? START;
  return {
    id: auditId(at, key),
    at,
    actor: "U0ALICE",
    surface: "slack",
    action: "start",
    result: "done",
    ...fields,
  };
}

export function auditConformance(open: OpenStore): void {
  describe("audit", () => {
    test("a record is kept as it was first written, however often it is appended", async () => {
      await using store = await open();
      const first = entry("a", {
        shown: { hash: "0123456789abcdef", text: "Pay *10* to $odd.key 💸" },
        changes: [{ of: "amount", from: 10, to: { "a.b": [null, 1.5] } }],
        detail: { comment: "fine" },
      });
      await store.audit.append([first]);

      await store.audit.append([{ ...first, actor: "U0BOB" }, entry("b")]);

      expect(await store.audit.list({ limit: 10 })).toStrictEqual([first, entry("b")]);
    });

    test("records are found by time, actor, workflow and execution, oldest first, page by page", async () => {
      await using store = await open();
      await store.audit.append([
        entry("c", { at: START + 20, executionId: "exec_1", workflowId: "refund" }),
        entry("a", { at: START + 9, actor: "U0BOB" }),
        entry("b", { at: START + 20, workflowId: "refund" }),
        entry("d", { at: START + 100, action: "decide", executionId: "exec_2", workflowId: "pay" }),
      ]);
      const keys = async (query: Partial<Parameters<typeof store.audit.list>[0]>) =>
        (await store.audit.list({ limit: 10, ...query })).map(({ id }) => id.split(":")[1]);

      expect(await keys({})).toEqual(["a", "b", "c", "d"]);
      expect(await keys({ since: START + 20, until: START + 100 })).toEqual(["b", "c"]);
      expect(await keys({ actor: "U0BOB" })).toEqual(["a"]);
      expect(await keys({ action: "decide" })).toEqual(["d"]);
      expect(await keys({ workflowId: "refund" })).toEqual(["b", "c"]);
      expect(await keys({ executionId: "exec_2" })).toEqual(["d"]);
      expect(await keys({ limit: 2 })).toEqual(["a", "b"]);
      expect(await keys({ after: auditId(START + 20, "b"), limit: 2 })).toEqual(["c", "d"]);
      expect(await keys({ after: auditId(START + 20, "b"), until: START + 21 })).toEqual(["c"]);
    });

    test("what comes with a commit is recorded with it, once, and not with a commit that lost", async () => {
      await using store = await open();
      const won = commit("exec_1", 1);
      const record = head("exec_1", { rev: 1 });
      await store.executions.insert(head("exec_1"));
      await store.log.commit(won, record, [], [], [entry("won")]);
      await store.log.commit(won, record, [], [], [entry("won")]);
      const lost = store.log.commit({ ...won, commitId: "other" }, record, [], [], [entry("lost")]);

      await expect(lost).rejects.toMatchObject({ code: "store_conflict" });
      expect(await store.audit.list({ limit: 10 })).toStrictEqual([entry("won")]);
    });
  });
}
