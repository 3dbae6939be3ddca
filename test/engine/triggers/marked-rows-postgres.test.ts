import { Client } from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createDatabaseService } from "../../../src/services/database/database-service.ts";
import { type PostgresServer, postgresMissing, startPostgres } from "../../support/postgres.ts";
import { MarkedRowsBench } from "./marked-rows-bench.ts";

if (postgresMissing !== null) {
  process.stderr.write(`Rows of PostgreSQL by a mark: skipped. ${postgresMissing}.\n`);
}

describe.skipIf(postgresMissing !== null)("rows of PostgreSQL by a mark", () => {
  let server: PostgresServer;
  let service: ReturnType<typeof createDatabaseService>;
  let sql: Client;

  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(async () => server?.[Symbol.asyncDispose]());
  beforeEach(async () => {
    service = createDatabaseService({ urls: { default: server.url } });
    sql = await connect();
    await sql.query("DROP TABLE IF EXISTS tickets");
    return async () => {
      await sql.end();
      await service[Symbol.asyncDispose]();
    };
  });

  async function connect(): Promise<Client> {
    const client = new Client({ connectionString: server.url });
    client.on("error", () => {});
    await client.connect();
    return client;
  }

  const trigger = { query: "SELECT id FROM tickets", mark: "id" };
  const byTime = { query: "SELECT id, updated_at FROM tickets", mark: "updated_at" };

  test("start a run each, and those that were there before do not", async () => {
    await sql.query("CREATE TABLE tickets (id int PRIMARY KEY, updated_at timestamptz)");
    await sql.query("INSERT INTO tickets SELECT n, now() FROM generate_series(1, 700) n");
    await using bench = await MarkedRowsBench.open(service);
    await bench.deploy(byTime);
    await bench.looks(8);
    expect(await bench.found()).toEqual([]);

    await sql.query("INSERT INTO tickets VALUES (900, now()), (800, now())");
    await bench.looks(8);
    await sql.query("UPDATE tickets SET updated_at = clock_timestamp() WHERE id IN (900, 3)");
    await sql.query("DELETE FROM tickets WHERE id = 5");
    await bench.looks(8);

    expect(idsOf(await bench.found())).toEqual([3, 800, 900, 900]);
  });

  test("of one instant are told apart by their key, in any number and in any order of keys", async () => {
    await sql.query("CREATE TABLE tickets (id uuid, updated_at timestamptz)");
    await using bench = await MarkedRowsBench.open(service);
    await bench.deploy(byTime);
    const instant = "2026-11-23 10:00:00.123456+00";
    const put = async () =>
      sql.query(
        `INSERT INTO tickets SELECT gen_random_uuid(), '${instant}' FROM generate_series(1, 500)`,
      );
    await put();
    await bench.look();
    // Some of the keys are before those that were found.
    await put();
    await bench.looks(2);
    expect(new Set((await bench.found()).map((row) => JSON.stringify(row))).size).toBe(1000);
    expect(await bench.found()).toHaveLength(1000);
  });

  test("that differ by a microsecond, or by the last of nineteen digits, are all found", async () => {
    await sql.query("CREATE TABLE tickets (id int, updated_at timestamptz, number bigint)");
    await using bench = await MarkedRowsBench.open(service);
    await bench.deploy(byTime);
    await sql.query("INSERT INTO tickets VALUES (9, '2026-11-23 10:00:00.123001+00')");
    await bench.look();
    await sql.query("INSERT INTO tickets VALUES (1, '2026-11-23 10:00:00.123002+00')");
    await bench.look();
    expect(idsOf(await bench.found())).toEqual([1, 9]);

    await using other = await MarkedRowsBench.open(service);
    const numbered = { query: "SELECT id, number FROM tickets", mark: "number" };
    await other.deploy(numbered);
    await sql.query("INSERT INTO tickets (id, number) VALUES (2, 9223372036854775806)");
    await other.look();
    await sql.query("INSERT INTO tickets (id, number) VALUES (1, 9223372036854775807)");
    await other.look();
    expect(await other.found()).toEqual(
      expect.arrayContaining([
        { id: 1, number: "9223372036854775807" },
        { id: 2, number: "9223372036854775806" },
      ]),
    );
  });

  test.each([
    [
      "that took its mark and has not committed",
      "INSERT INTO tickets VALUES (1, clock_timestamp())",
      [],
    ],
    ["that has only looked at the time", "SELECT now()", ["INSERT INTO tickets VALUES (1, now())"]],
  ])("of a transaction %s are found when it commits, after minutes", async (_what, begin, rest) => {
    await sql.query("CREATE TABLE tickets (id int PRIMARY KEY, updated_at timestamptz)");
    await using bench = await MarkedRowsBench.open(service);
    await bench.deploy(byTime);
    const slow = await connect();
    await slow.query("BEGIN");
    await slow.query(begin);

    await sql.query("INSERT INTO tickets VALUES (2, clock_timestamp())");
    await bench.looks(30);
    await sql.query("INSERT INTO tickets VALUES (3, clock_timestamp())");
    await bench.looks(30);
    expect(idsOf(await bench.found())).toEqual([2, 3]);

    for (const statement of rest) await slow.query(statement);
    await slow.query("COMMIT");
    await slow.end();
    await bench.look();
    expect(idsOf(await bench.found())).toEqual([1, 2, 3]);
    await bench.looks(20);
    expect(await bench.found()).toHaveLength(3);
  });

  test("of a transaction that was prepared for a commit are found when it commits", async () => {
    await sql.query("ALTER SYSTEM SET max_prepared_transactions = 5");
    await server.restart();
    sql = await connect();
    await sql.query("CREATE TABLE tickets (id bigserial PRIMARY KEY)");
    await using bench = await MarkedRowsBench.open(service);
    await bench.deploy(trigger);
    const slow = await connect();
    await slow.query("BEGIN");
    await slow.query("INSERT INTO tickets DEFAULT VALUES");
    await sql.query("INSERT INTO tickets DEFAULT VALUES");
    await bench.look();
    await slow.query("PREPARE TRANSACTION 'order'");
    await slow.end();
    await bench.looks(20);
    await sql.query("COMMIT PREPARED 'order'");
    await bench.look();
    expect(idsOf(await bench.found())).toEqual([1, 2]);
  });

  test.each([
    ["timestamp", "now() AT TIME ZONE 'Asia/Tokyo'"],
    ["timestamp", "now() AT TIME ZONE 'America/Los_Angeles'"],
    ["date", "current_date"],
    ["text", "to_char(clock_timestamp(), 'YYYY-MM-DD\"T\"HH24:MI:SS.US')"],
    ["numeric(30,9)", "extract(epoch FROM clock_timestamp())"],
    ["double precision", "extract(epoch FROM clock_timestamp())"],
    ["varchar(40)", "to_char(clock_timestamp(), 'YYYY-MM-DD HH24:MI:SS.US')"],
  ])("in a column of the type %s, written as %s, are found once", async (type, now) => {
    await sql.query(`CREATE TABLE tickets (id int PRIMARY KEY, updated_at ${type})`);
    await sql.query(`INSERT INTO tickets SELECT n + 100, ${now} FROM generate_series(1, 600) n`);
    await using bench = await MarkedRowsBench.open(service);
    await bench.deploy(byTime);
    // In the order that keys do not have.
    for (const id of [9, 5, 7, 3]) {
      await sql.query(`INSERT INTO tickets VALUES (${id}, ${now})`);
      await bench.looks(12);
    }
    expect(bench.stalls).toEqual([]);
    expect(idsOf(await bench.found())).toEqual([3, 5, 7, 9]);
  });

  test("without a mark, or with one in the future, wait and hide no others", async () => {
    await sql.query("CREATE TABLE tickets (id int PRIMARY KEY, updated_at timestamptz)");
    await sql.query("INSERT INTO tickets VALUES (1, 'infinity'), (2, NULL), (3, '9999-12-31')");
    await using bench = await MarkedRowsBench.open(service);
    await bench.deploy(byTime);
    await bench.looks(20);
    await sql.query("INSERT INTO tickets VALUES (4, now())");
    await bench.look();
    expect(idsOf(await bench.found())).toEqual([4]);
    await sql.query("UPDATE tickets SET updated_at = now() WHERE id = 2");
    await bench.look();
    expect(idsOf(await bench.found())).toEqual([2, 4]);
  });

  test("that many writers commit out of order are found once each by two processes, of which one dies", async () => {
    await sql.query("CREATE TABLE tickets (id bigserial PRIMARY KEY, updated_at timestamptz)");
    await using bench = await MarkedRowsBench.open(service);
    const first = await bench.start();
    await bench.deploy(byTime);
    await bench.start();
    let written = 0;
    const write = async (seed: number) => {
      const client = await connect();
      for (let turn = 0; turn < 15; turn += 1) {
        const rows = 1 + ((seed + turn) % 7);
        await client.query("BEGIN");
        await client.query(
          `INSERT INTO tickets (updated_at) SELECT clock_timestamp() FROM generate_series(1, ${rows})`,
        );
        await client.query("SELECT pg_sleep($1)", [((seed * 13 + turn * 7) % 5) / 100]);
        const isKept = (seed + turn) % 6 !== 0;
        await client.query(isKept ? "COMMIT" : "ROLLBACK");
        if (isKept) written += rows;
      }
      await client.end();
    };
    let isWriting = true;
    const writing = Promise.all([1, 2, 3, 4, 5].map(write)).finally(() => (isWriting = false));
    for (let look = 0; isWriting; look += 1) {
      await bench.look();
      if (look === 3) await first.stop();
    }
    await writing;
    await bench.looks(3);
    const ids = idsOf(await bench.found());
    expect(ids).toHaveLength(written);
    expect(new Set(ids).size).toBe(written);
  });

  test("more than fit into a batch, and larger ones than fit together, are all found", async () => {
    await sql.query("CREATE TABLE tickets (id int PRIMARY KEY, text text)");
    await using bench = await MarkedRowsBench.open(service);
    await bench.deploy({ query: "SELECT id, text FROM tickets", mark: "id" });
    await sql.query(
      "INSERT INTO tickets SELECT n, repeat('x', 300000) FROM generate_series(1, 60) n",
    );
    await sql.query("INSERT INTO tickets SELECT n, 'small' FROM generate_series(61, 1200) n");
    await bench.look();
    expect(await bench.found()).toHaveLength(1200);
  }, 60_000);

  test("are found after the database was away, of which people hear once", async () => {
    await sql.query("CREATE TABLE tickets (id int PRIMARY KEY)");
    await using bench = await MarkedRowsBench.open(service);
    await bench.deploy(trigger);
    await sql.query("ALTER TABLE tickets RENAME TO hidden");
    await bench.look();
    await bench.looks(3);
    expect(bench.stalls).toHaveLength(1);
    await sql.query("ALTER TABLE hidden RENAME TO tickets");
    await sql.query("INSERT INTO tickets VALUES (1)");
    await bench.look();
    await server.restart();
    sql = await connect();
    await sql.query("INSERT INTO tickets VALUES (2)");
    await bench.look();
    await bench.look();
    expect(idsOf(await bench.found())).toEqual([1, 2]);
    expect(bench.stalls).toHaveLength(1);
  });

  test.each([
    ["id int, updated_at jsonb", byTime, /"updated_at" cannot be a mark.*time, a number, a text/],
    [
      "id int",
      { ...trigger, mark: "Changed" },
      /gives no column "Changed".*"mark".*Its columns are: id/,
    ],
    [
      "no int, updated_at date",
      { ...byTime, query: "SELECT no, updated_at FROM tickets" },
      /gives no column "id".*"key"/,
    ],
  ])("of %s are refused at the first look", async (columns, given, reason) => {
    await sql.query(`CREATE TABLE tickets (${columns})`);
    await using bench = await MarkedRowsBench.open(service);
    await bench.deploy(given);
    expect(bench.stalls).toEqual([expect.stringMatching(reason)]);
  });

  test("that cannot be told apart, or have no key, are refused when they come", async () => {
    await sql.query("CREATE TABLE tickets (id int, updated_at date)");
    await using bench = await MarkedRowsBench.open(service);
    await bench.deploy(byTime);
    await sql.query("INSERT INTO tickets VALUES (1, '2026-01-01'), (1, '2026-01-01')");
    await bench.look();
    expect(bench.stalls).toEqual([
      expect.stringContaining("Several rows have updated_at 2026-01-01, id 1"),
    ]);
    await using other = await MarkedRowsBench.open(service);
    await sql.query("DELETE FROM tickets");
    await other.deploy(byTime);
    await sql.query("INSERT INTO tickets VALUES (NULL, '2026-01-02')");
    await other.look();
    expect(other.stalls).toEqual([
      expect.stringContaining('A row has no value in the column "id"'),
    ]);
  });

  test("of a mark whose type changed are not guessed at; a wider number is the same", async () => {
    await sql.query("CREATE TABLE tickets (id int PRIMARY KEY)");
    await using bench = await MarkedRowsBench.open(service);
    await bench.deploy(trigger);
    await sql.query("INSERT INTO tickets VALUES (9)");
    await bench.look();
    await sql.query("ALTER TABLE tickets ALTER id TYPE bigint");
    await sql.query("INSERT INTO tickets VALUES (10)");
    await bench.look();
    expect(idsOf(await bench.found())).toEqual([9, 10]);
    await sql.query("ALTER TABLE tickets ALTER id TYPE text");
    await sql.query("INSERT INTO tickets VALUES ('11')");
    await bench.look();
    expect(bench.stalls).toEqual([
      expect.stringMatching(
        /"id" was of the type number and is of the type text now.*another "id"/,
      ),
    ]);
  });
});

function idsOf(rows: readonly unknown[]): readonly number[] {
  return rows
    .map((row) => (typeof row === "object" && row && "id" in row ? Number(row.id) : Number.NaN))
    .toSorted((a, b) => a - b);
}
