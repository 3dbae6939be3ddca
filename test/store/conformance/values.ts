import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../../src/shared/json.ts";
import { call, commit, head, type OpenStore, signal, version } from "../records.ts";

/** As text, because some of these keys cannot be written in an object literal without meaning something else. */
const AWKWARD: readonly { readonly name: string; readonly json: string }[] = [
  { name: "keys with dots", json: '{"a.b":{"c.d":1},".":2,"..":3,"a.":4}' },
  { name: "keys with dollar signs", json: '{"$set":{"x":1},"$":2,"$where":"1","a$b":3}' },
  { name: "names of the prototype", json: '{"__proto__":{"x":1},"constructor":2,"toString":3}' },
  { name: "an empty key", json: '{"":{"":1}}' },
  { name: "keys that look like numbers", json: '{"0":"a","1":"b","01":"c"}' },
  { name: "a key that ends in NUL", json: '{"a\\u0000":"b\\u0000c"}' },
  { name: "emoji and other scripts", json: '{"👩‍👩‍👧":"🇨🇭 e\\u0301 é ﷽ 𝒳"}' },
  { name: "half a surrogate pair", json: '{"half":"\\ud83d"}' },
  { name: "nested and empty lists", json: '{"a":[[],[[1,[2]]],{},null]}' },
  {
    name: "numbers at the edge",
    json: "[9007199254740993,-9007199254740991,5e-324,1.7976931348623157e+308,0.1]",
  },
  {
    name: "integers beyond 32 and 64 bits",
    json: "[2147483648,-2147483649,1e19,18446744073709551616]",
  },
  {
    name: "texts that look like other types",
    json: '["2026-11-23T00:00:00.000Z","1","null","/x/i","507f1f77bcf86cd799439011"]',
  },
  { name: "SQL and quotes", json: '{"\'; DROP TABLE log; --":"\\" \\\\ ` \' ${x}"}' },
];

const ONE_MEGABYTE = 1024 * 1024;

export function valuesConformance(open: OpenStore): void {
  describe("values", () => {
    test.for(AWKWARD)("$name survive wherever values are kept", async ({ json }) => {
      await using store = await open();
      const value: JsonObject = { value: JSON.parse(json) };
      const text = JSON.stringify(value);

      await store.executions.insert(head("exec_1", { variables: value }));
      await store.log.commit(
        commit("exec_1", 1, { events: [{ type: "execution_completed", output: value, at: 1 }] }),
        head("exec_1", { rev: 1 }),
        [],
      );
      await store.signals.insert(signal("s1", "exec_1", { payload: value }));
      await store.workflows.insertVersion(version("refund", 1, { definition: value }));
      await store.calls.insert(call("c1", "exec_1", { response: value, value }));

      // Compared as text: equality of objects overlooks some of these keys.
      const [logged] = await store.log.read("exec_1", 0);
      const [pending] = await store.signals.pending({ limit: 1 });
      const made = await store.calls.get("c1");
      const kept: readonly unknown[] = [
        (await store.executions.get("exec_1"))?.start.variables,
        logged?.events[0],
        pending?.payload,
        (await store.workflows.getVersion("refund", 1))?.definition,
        made?.response,
        made?.value,
      ];
      expect(kept.map((one) => JSON.stringify(one))).toEqual([
        text,
        JSON.stringify({ type: "execution_completed", output: value, at: 1 }),
        text,
        text,
        text,
        text,
      ]);
    });

    test("minus zero comes back as zero, as from any JSON text", async () => {
      await using store = await open();
      await store.executions.insert(head("exec_1", { variables: { zero: -0 } }));

      expect((await store.executions.get("exec_1"))?.start.variables["zero"]).toBe(0);
    });

    test("names of the prototype stay data of their own", async () => {
      await using store = await open();
      const variables: JsonObject = JSON.parse('{"__proto__":{"isAdmin":true}}');
      await store.executions.insert(head("exec_1", { variables }));

      const read = (await store.executions.get("exec_1"))?.start.variables ?? {};

      expect(Object.keys(read)).toEqual(["__proto__"]);
      expect("isAdmin" in read).toBe(false);
    });

    test("a megabyte survives in every place that may have to hold one", async () => {
      await using store = await open();
      const big = { text: "é€😀x".repeat(ONE_MEGABYTE / 10) };
      const bytes = Buffer.byteLength(JSON.stringify(big));
      expect(bytes).toBeGreaterThan(ONE_MEGABYTE);

      await store.executions.insert(head("exec_1", { variables: big }));
      const completed = { type: "execution_completed", output: big, at: 1 } as const;
      await store.log.commit(
        commit("exec_1", 1, { events: [completed] }),
        head("exec_1", { rev: 1 }),
        [],
      );
      await store.signals.insert(signal("s1", "exec_1", { payload: big }));
      await store.calls.insert(call("c1", "exec_1", { response: big }));

      expect((await store.executions.get("exec_1"))?.start.variables).toEqual(big);
      expect((await store.log.read("exec_1", 0))[0]?.events).toEqual([completed]);
      expect((await store.signals.pending({ limit: 1 }))[0]?.payload).toEqual(big);
      expect((await store.calls.get("c1"))?.response).toEqual(big);
    });

    test("what a caller changes after the call is not stored", async () => {
      await using store = await open();
      const variables = { list: [1] };
      const waitingOn = ["approval"];
      const payload = { choice: "approve" };
      const settled: string[] = [];

      const inserted = store.executions.insert(head("exec_1", { variables, waitingOn }));
      variables.list.push(2);
      waitingOn.push("timer");
      await inserted;
      const signalled = store.signals.insert(signal("s1", "exec_1", { payload }));
      payload.choice = "reject";
      await signalled;
      const committed = store.log.commit(commit("exec_1", 1), head("exec_1", { rev: 1 }), settled);
      settled.push("s1");
      await committed;

      const stored = await store.executions.get("exec_1");
      expect(stored?.start.variables).toEqual({ list: [1] });
      expect(["approval", undefined]).toContain(stored?.waitingOn[0]);
      expect(stored?.waitingOn).not.toContain("timer");
      expect((await store.signals.pending({ limit: 5 }))[0]?.payload).toEqual({
        choice: "approve",
      });
    });

    test("what a reader changes is not stored", async () => {
      await using store = await open();
      await store.workflows.insertVersion(version("refund", 1, { definition: { steps: [] } }));

      const first = await store.workflows.getVersion("refund", 1);
      Object.assign(first?.definition ?? {}, { steps: "gone" });

      expect((await store.workflows.getVersion("refund", 1))?.definition).toEqual({ steps: [] });
    });
  });
}
