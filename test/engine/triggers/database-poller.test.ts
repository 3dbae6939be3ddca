import { describe, expect, test } from "vitest";
import { z } from "zod";
import type { Service } from "../../../src/engine/ports/service.ts";
import type { Store } from "../../../src/engine/ports/store.ts";
import { AppError } from "../../../src/shared/errors.ts";
import type { Json, JsonObject } from "../../../src/shared/json.ts";
import { settle } from "../../support/manual-clock.ts";
import { TriggerHarness } from "./trigger-harness.ts";

const QUERY = "SELECT * FROM tickets WHERE updated_at > $1 ORDER BY updated_at";

/** A database with one table, in which rows are found by their `updated_at`. */
class TicketDatabase {
  readonly rows: JsonObject[] = [];
  readonly asked: JsonObject[] = [];
  isAway = false;

  readonly service: Service = {
    name: "database",
    defaultAction: "query",
    actions: {
      query: {
        summary: "Reads.",
        params: z.strictObject({
          query: z.string(),
          values: z.array(z.json()).optional(),
          connection: z.string().optional(),
        }),
        sideEffect: true,
        onUnknown: "ask",
        execute: async (params): Promise<Json> => {
          this.asked.push(params);
          if (this.isAway) {
            throw new AppError({
              code: "service_unavailable",
              message: "The database does not answer.",
              retryable: true,
            });
          }
          const { values } = params;
          const since = Array.isArray(values) ? (values[0] as string) : "";
          const rows = this.rows.filter(({ updated_at: at }) => (at as string) > since);
          return { rows, rowCount: rows.length };
        },
      },
    },
  };

  put(id: number, at: number, rest: JsonObject = {}): void {
    this.rows.push({ id, updated_at: new Date(at).toISOString(), ...rest });
  }
}

async function open() {
  const database = new TicketDatabase();
  const harness = await TriggerHarness.open({ services: [database.service] });
  return { database, harness };
}

const trigger = (rest: JsonObject = {}): JsonObject => ({
  type: "database-change",
  query: QUERY,
  pollIntervalMs: 10_000,
  ...rest,
});

describe("rows of a database", () => {
  test("start a run each, once, and not those that were there before", async () => {
    const { database, harness } = await open();
    await using _bench = harness;
    const engine = await harness.start();
    database.put(1, harness.clock.now() - 1000);
    await harness.deploy(engine, "triage", trigger({ connection: "crm" }));
    expect(await harness.runs(engine, "triage")).toEqual([]);

    database.put(2, harness.clock.now() + 1000);
    database.put(3, harness.clock.now() + 2000);
    await harness.clock.advance(10_000);
    await harness.clock.advance(60_000);

    const found = (await harness.runs(engine, "triage")).map(({ changeRecord }) => changeRecord);
    expect(found).toHaveLength(2);
    expect(found).toEqual(expect.arrayContaining(database.rows.slice(1)));
    expect(database.asked[0]).toEqual({
      query: QUERY,
      values: ["2026-11-23T09:00:00.000Z"],
      connection: "crm",
    });
  });

  test("that changed start again, and those of late transactions are found", async () => {
    const { database, harness } = await open();
    await using _bench = harness;
    const engine = await harness.start();
    await harness.deploy(engine, "triage", trigger());
    await harness.clock.advance(120_000);
    const late = harness.clock.now() - 30_000;

    database.put(1, late, { state: "new" });
    await harness.clock.advance(10_000);
    database.rows.pop();
    database.put(1, harness.clock.now(), { state: "paid" });
    await harness.clock.advance(20_000);

    const found = await harness.runs(engine, "triage");
    expect(found).toMatchObject([
      { changeRecord: { state: "new" } },
      { changeRecord: { state: "paid" } },
    ]);
  });

  test("that came while nobody was there are found by the next life, once by two processes", async () => {
    const { database, harness } = await open();
    await using _bench = harness;
    const first = await harness.start();
    await harness.deploy(first, "triage", trigger());
    await harness.clock.advance(10_000);
    await first.stop();
    database.put(1, harness.clock.now() + 60_000);
    await harness.clock.advance(3_600_000);

    const [second] = await Promise.all([harness.start(), harness.start()]);
    await settle();

    expect(await harness.runs(second, "triage")).toHaveLength(1);
  });

  test("are not lost when the store goes away half-way", async () => {
    const { database, harness } = await open();
    await using _bench = harness;
    let left = 1;
    const store: Store = {
      ...harness.store,
      description: "failing",
      executions: {
        ...harness.store.executions,
        insert: (head) =>
          left-- > 0
            ? harness.store.executions.insert(head)
            : Promise.reject(new AppError({ code: "store_unavailable", message: "Away." })),
      },
    };
    const engine = await harness.start(store);
    await harness.deploy(engine, "triage", trigger());
    for (const id of [1, 2, 3]) database.put(id, harness.clock.now() + id);
    await harness.clock.advance(10_000);
    expect(await harness.runs(engine, "triage")).toHaveLength(1);
    left = 100;
    await harness.clock.advance(200_000);
    expect(await harness.runs(engine, "triage")).toHaveLength(3);
  });

  test("of a database that is away are asked for ever more rarely, and told of once", async () => {
    const { database, harness } = await open();
    await using _bench = harness;
    const engine = await harness.start();
    const stalls: string[] = [];
    engine.triggers.onStall(({ reason }) => stalls.push(reason));
    await harness.deploy(engine, "triage", trigger());
    database.isAway = true;
    await harness.clock.advance(10_000);
    database.asked.length = 0;
    await harness.clock.advance(300_000);
    expect(stalls).toEqual([]);
    await harness.clock.advance(600_000);
    expect(stalls).toEqual(["The database does not answer."]);

    expect(database.asked.length).toBeLessThan(9);
    expect(harness.warnings).toEqual([
      "a database could not be asked for changes; trying again, ever more rarely",
    ]);

    database.put(1, harness.clock.now());
    database.isAway = false;
    await harness.clock.advance(600_000);
    expect(await harness.runs(engine, "triage")).toHaveLength(1);
  });

  test("are not asked for any more when the trigger is gone", async () => {
    const { database, harness } = await open();
    await using _bench = harness;
    const engine = await harness.start();
    await harness.deploy(engine, "triage", trigger());
    await harness.deploy(engine, "triage", { type: "manual" });
    database.asked.length = 0;
    await harness.clock.advance(60_000);
    expect(database.asked).toEqual([]);
  });

  test("that the first look finds start nothing, however their times are written", async () => {
    const { database, harness } = await open();
    await using _bench = harness;
    const engine = await harness.start();
    // Written by a clock that is ahead, or found without a time.
    const ahead = harness.clock.now() + 7_200_000;
    database.put(1, ahead);
    await harness.deploy(engine, "triage", trigger());
    await harness.clock.advance(20_000);
    await engine.stop();
    const next = await harness.start();
    await harness.clock.advance(20_000);
    expect(await harness.runs(next, "triage")).toEqual([]);

    database.put(2, ahead);
    database.rows[0] = { ...database.rows[0], state: "changed" };
    await harness.clock.advance(10_000);
    const found = await harness.runs(next, "triage");
    expect(found.map(({ changeRecord }) => changeRecord)).toEqual(
      expect.arrayContaining(database.rows),
    );
    expect(found).toHaveLength(2);
  });

  test("are read without values by a query that has none", async () => {
    const { database, harness } = await open();
    await using _bench = harness;
    const engine = await harness.start();
    await harness.deploy(engine, "triage", trigger({ query: "SELECT 1" }));
    expect(database.asked).toEqual([{ query: "SELECT 1" }]);
  });

  test("are read without values by a query whose text only looks as if it had some", async () => {
    const { database, harness } = await open();
    await using _bench = harness;
    const engine = await harness.start();
    const query = "SELECT '$1' AS least, '$25' AS most -- as $2 was";
    await harness.deploy(engine, "triage", trigger({ query }));
    expect(database.asked).toEqual([{ query }]);
  });
});

test("a query that is a part of another one may hold LIMIT in its own parts, and end with a semicolon", async () => {
  const { harness } = await open();
  await using _bench = harness;
  const engine = await harness.start();
  const steps = [{ id: "note", type: "transform", config: { expression: "1" } }];
  const query = "SELECT id, (SELECT at FROM u LIMIT 1) AS at FROM t -- LIMIT 1\n;";
  const source = { type: "database-change", query, mark: "at" };
  expect(
    engine.workflows.validate({ id: "w", name: "W", trigger: source, steps }).problems,
  ).toEqual([]);
});

test.for<readonly [JsonObject, string, string]>([
  [trigger({ pollIntervalMs: 10 }), "trigger.pollIntervalMs", "every 1000 ms at most"],
  [trigger({ query: "SELECT {{variables.x}}" }), "trigger.query", "holds no templates"],
  [trigger({ query: "BEGIN" }), "trigger.query", "BEGIN has no use here"],
  [trigger({ timezone: "Mars/Base" }), "trigger.timezone", 'no time zone "Mars/Base"'],
  [trigger({ query: "SELECT $1, $2" }), "trigger.query", "more values than $1"],
  [{ type: "database-change" }, "trigger.query", '"query" is missing'],
  [trigger({ query: "SELECT 1", key: "id" }), "trigger.key", '"key" has no effect without "mark"'],
  [
    { type: "database-change", collection: "orders" },
    "trigger.mark",
    'a collection needs a "mark"',
  ],
  [
    trigger({ collection: "orders", mark: "_id" }),
    "trigger.query",
    '"query" and "collection" exclude each other',
  ],
  [
    trigger({ filter: { paid: true } }),
    "trigger.filter",
    '"filter" has no effect without "collection"',
  ],
  [trigger({ mark: "at" }), "trigger.query", 'with "mark" the query has no values'],
  [trigger({ query: "DELETE FROM t RETURNING *", mark: "at" }), "trigger.query", "read alone"],
  [trigger({ query: "SELECT * FROM t LIMIT 5;", mark: "at" }), "trigger.query", "no LIMIT"],
  [trigger({ query: "SELECT * FROM t FOR UPDATE", mark: "at" }), "trigger.query", "no FOR"],
  [trigger({ query: "SELECT 1", mark: "at", key: ["at", "id"] }), "trigger.key", "named twice"],
  [trigger({ query: "SELECT 1", mark: "at", overlap: "2d" }), "trigger.overlap", "up to a day"],
])("%j is a problem", async ([source, path, text]) => {
  const { harness } = await open();
  await using _bench = harness;
  const engine = await harness.start();
  const steps = [{ id: "note", type: "transform", config: { expression: "1" } }];
  expect(
    engine.workflows.validate({ id: "w", name: "W", trigger: source, steps }).problems,
  ).toMatchObject([{ path, message: expect.stringContaining(text) }]);
});

test("rows that come while the trigger is switched off start nothing, then or later", async () => {
  const { database, harness } = await open();
  await using _ = harness;
  const engine = await harness.start();
  await harness.deploy(engine, "rows", trigger());
  await harness.clock.advance(60_000);

  await engine.workflows.pauseTrigger("rows", "database-change-1", "U0ALICE");
  await harness.clock.advance(60_000);
  database.put(1, harness.clock.now());
  await harness.clock.advance(60_000);
  await engine.workflows.resumeTrigger("rows", "database-change-1", "U0ALICE");
  await harness.clock.advance(60_000);
  database.put(2, harness.clock.now());
  await harness.clock.advance(120_000);

  const runs = await harness.runs(engine, "rows");
  expect(runs).toMatchObject([{ changeRecord: { id: 2 } }]);
});
