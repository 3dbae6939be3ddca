import { expect, test } from "vitest";
import { Connection } from "../../../src/store/mongodb/connection.ts";
import { openMongoStore } from "../../../src/store/mongodb/open.ts";
import { mongoMissing, startMongoServer } from "../../support/mongo-server.ts";
import { call, card, commit, head, START, signal } from "../records.ts";

const AT = START + 60_000;
const ID = "exec_broken";

/** The collections that a document of an execution was left in by a removal which was broken off before it. */
const STEPS = ["heads", "log", "inbox", "calls", "cards"] as const;

test.skipIf(mongoMissing !== null).each(STEPS)(
  "a removal that was broken off before %s is finished later, and seen by nobody before",
  async (from) => {
    await using server = await startMongoServer();
    const uri = server.uri();
    await using store = await openMongoStore(uri);
    await store.executions.insert(head(ID));
    await store.signals.insert(signal("s", ID));
    const over = { status: "completed", rev: 1, due: null, endedAt: START + 1 } as const;
    await store.log.commit(commit(ID, 1), head(ID, over), ["s"]);
    await store.calls.insert(call("c", ID));
    await store.cards.insert(card(ID, "run"));
    await store.files.link({ ref: "sha256:a", holder: ID, at: START });
    await store.files.save(
      { ref: "sha256:a", size: 3, expiresAt: AT * 2 },
      Buffer.from("abc"),
      START,
    );
    await store.audit.list({ limit: 1 });
    await using connection = await Connection.open(uri);
    const removal = { executionId: ID, workflowId: "refund", at: AT, by: "api", reason: "request" };
    await connection.collection("removals").insertOne({
      ...{ _id: ID as never, schemaVersion: 1, insertId: "i" },
      ...{ record: JSON.stringify(removal), pendingAt: new Date(AT) },
    });
    for (const name of STEPS.slice(0, STEPS.indexOf(from)))
      await connection
        .collection(name)
        .deleteMany(name === "heads" ? { _id: ID as never } : { execution: ID });

    expect(await store.executions.insert(head(ID))).toBe(false);
    expect(await store.removals.finish(AT)).toBe(false);
    expect(await store.calls.list(ID)).toHaveLength(from === "cards" ? 0 : 1);
    await store.removals.finish(AT + 1);

    expect(await store.executions.get(ID)).toBeNull();
    expect(await store.log.read(ID, 0)).toEqual([]);
    expect(await store.calls.list(ID)).toEqual([]);
    expect(await store.cards.list(ID)).toEqual([]);
    expect(await store.files.read("sha256:a")).toBeNull();
    expect(await store.removals.get(ID)).toEqual(removal);
    const pending = { pendingAt: { $exists: true } };
    expect(await connection.collection("removals").findOne(pending)).toBeNull();
    expect(await connection.collection("inbox").findOne({ execution: ID })).toBeNull();
  },
);
