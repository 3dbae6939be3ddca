import { BSON, type Collection, type Document, MongoClient } from "mongodb";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createDatabaseService } from "../../../src/services/database/database-service.ts";
import type { JsonObject } from "../../../src/shared/json.ts";
import { startChangeStreamDouble } from "../../support/change-stream-double.ts";
import { type MongoServer, mongoMissing, startMongoServer } from "../../support/mongo-server.ts";
import { until } from "../../support/until.ts";
import { MarkedRowsBench } from "./marked-rows-bench.ts";

if (mongoMissing !== null) {
  process.stderr.write(`Documents of MongoDB: skipped. ${mongoMissing}.\n`);
}

/** Less than passes between two looks. */
const SOON_MS = 9000;

describe.skipIf(mongoMissing !== null)("documents of MongoDB", () => {
  let server: MongoServer;

  beforeAll(async () => {
    server = await startMongoServer();
    process.stderr.write(`Documents of MongoDB: tested on ${server.name}.\n`);
  });
  afterAll(async () => server?.[Symbol.asyncDispose]());

  const trigger: JsonObject = { collection: "orders", mark: "changed" };

  async function open(url = server.uri()) {
    const client = await new MongoClient(url).connect();
    const service = createDatabaseService({ urls: { default: url } });
    const bench = await MarkedRowsBench.open(service);
    const orders: Collection = client.db().collection("orders");
    return {
      orders,
      bench,
      async [Symbol.asyncDispose]() {
        await bench[Symbol.asyncDispose]();
        await service[Symbol.asyncDispose]();
        await client.close();
      },
    };
  }

  test("start a run each, once, and those that were there before do not", async () => {
    await using harness = await open();
    const { orders, bench } = harness;
    await orders.insertMany(
      Array.from({ length: 600 }, (_, n) => ({ changed: new Date(1e12 + n), n })),
    );
    await bench.deploy({ ...trigger, filter: { paid: { $ne: false } } });
    await bench.looks(10);
    expect(await bench.found()).toEqual([]);

    const at = new Date();
    await orders.insertMany(Array.from({ length: 700 }, (_, n) => ({ changed: at, n })));
    await orders.insertOne({ changed: at, paid: false });
    await bench.looks(10);
    await orders.updateOne({ n: 3 }, { $set: { changed: new Date(), state: "sent" } });
    await bench.looks(2);
    const found = await bench.found();
    expect(found).toHaveLength(701);
    expect(new Set(found.map((row) => JSON.stringify(row))).size).toBe(701);
    expect(found).toContainEqual(expect.objectContaining({ n: 3, state: "sent" }));
  });

  test.each<[string, (n: number) => unknown]>([
    ["object ids", (n) => BSON.ObjectId.createFromTime(n)],
    [
      "integers of 64 bits",
      (n) => BSON.Long.fromString(String(9_223_372_036_854_775_000n + BigInt(n))),
    ],
    ["decimals", (n) => BSON.Decimal128.fromString(`1.00000000000000000000${n}`)],
    ["doubles", (n) => n / 7],
    ["texts", (n) => `2026-11-23T10:00:0${n}.000001Z`],
    ["days as texts", () => "2026-11-23"],
  ])("are found in the order of %s, with every digit", async (_what, at) => {
    await using harness = await open();
    const { orders, bench } = harness;
    await orders.insertOne({ _id: "z", changed: at(1) } as Document);
    await bench.deploy(trigger);
    for (let n = 2; n <= 6; n += 1) {
      // In an order that ids do not have.
      await orders.insertOne({ _id: `x${9 - n}`, changed: at(n) } as Document);
      await bench.looks(8);
    }
    expect(bench.stalls).toEqual([]);
    expect(await bench.found()).toHaveLength(5);
  });

  test("become values as people read them, whatever is in them", async () => {
    await using harness = await open();
    const { orders, bench } = harness;
    await bench.deploy({ ...trigger, mark: "meta.at" });
    const id = new BSON.ObjectId("65f000000000000000000001");
    await orders.insertOne({
      _id: id,
      meta: { at: new Date("2026-11-23T10:00:00.123Z") },
      long: BSON.Long.fromString("9223372036854775807"),
      money: BSON.Decimal128.fromString("12.50"),
      bytes: new BSON.Binary(Buffer.from("hi")),
      list: [1, null, { id }],
      pattern: /a+/i,
    });
    await bench.look();
    expect(await bench.found()).toEqual([
      {
        _id: "65f000000000000000000001",
        meta: { at: "2026-11-23T10:00:00.123Z" },
        long: "9223372036854775807",
        money: "12.50",
        bytes: "aGk=",
        list: [1, null, { id: "65f000000000000000000001" }],
        pattern: "/a+/i",
      },
    ]);
  });

  test("whose mark lies in the future wait, and hide no others", async () => {
    await using harness = await open();
    const { orders, bench } = harness;
    await orders.insertOne({ changed: new Date("9999-12-31") });
    await bench.deploy(trigger);
    await orders.insertMany([{ changed: new Date(), n: 1 }, { changed: null }, {}]);
    await bench.looks(2);
    expect(await bench.found()).toEqual([expect.objectContaining({ n: 1 })]);
  });

  test("whose mark is of several types, or of one without an order, are refused", async () => {
    await using harness = await open();
    const { orders, bench } = harness;
    await orders.insertOne({ changed: new Date() });
    await bench.deploy(trigger);
    await orders.insertOne({ changed: "2026-11-23" });
    await bench.look();
    expect(bench.stalls).toEqual([
      expect.stringMatching(/"changed" is of the type text.*of the type date/),
    ]);
    await using other = await open();
    await other.orders.insertOne({ changed: { at: 1 } });
    await other.bench.deploy(trigger);
    expect(other.bench.stalls).toEqual([expect.stringContaining("documents have no order")]);
  });

  test("are polled where the server has no change streams, and people hear why", async ({
    skip,
  }) => {
    await using harness = await open();
    const { orders, bench } = harness;
    await bench.deploy({ ...trigger, notify: true });
    if (bench.stalls.length === 0) skip("The server has change streams.");
    expect(bench.stalls).toEqual([expect.stringContaining("no change streams")]);
    await orders.insertOne({ changed: new Date() });
    await bench.look();
    expect(await bench.found()).toHaveLength(1);
  });

  test("start runs at once where a stream tells of changes, also after its end", async () => {
    await using double = await startChangeStreamDouble(server.uri());
    await using harness = await open(double.uri("orders_streamed"));
    const { orders, bench } = harness;
    await bench.deploy({ ...trigger, notify: true });
    const reach = async (count: number): Promise<number> => {
      const { clock } = bench.harness;
      const before = clock.now();
      await until(async () => {
        await clock.advance(20);
        return (await bench.found()).length === count || undefined;
      });
      return clock.now() - before;
    };
    await orders.insertOne({ changed: new Date() });
    expect(await reach(1)).toBeLessThan(SOON_MS);

    // The server has forgotten where the stream was.
    double.fail(286);
    await bench.look();
    await orders.insertOne({ changed: new Date() });
    expect(await reach(2)).toBeLessThan(SOON_MS);
    expect([double.asked, double.open]).toEqual([2, 1]);
    expect(bench.stalls).toEqual([]);
  });

  test("are what a query in SQL is refused for", async () => {
    await using harness = await open();
    await harness.bench.deploy({ query: "SELECT 1 AS id", mark: "id" });
    expect(harness.bench.stalls).toEqual([expect.stringContaining("knows no SQL")]);
  });
});
