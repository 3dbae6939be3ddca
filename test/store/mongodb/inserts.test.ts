import { expect, test } from "vitest";
import { openMongoStore } from "../../../src/store/mongodb/open.ts";
import { mongoMissing, startMongoServer } from "../../support/mongo-server.ts";
import { head } from "../records.ts";

/** Servers that are built on PostgreSQL answer some of these with a deadlock, which is no reason to refuse a start. */
test.skipIf(mongoMissing !== null)(
  "of two processes that insert the same ids in opposite orders exactly one is first with each, and none fails",
  async () => {
    await using server = await startMongoServer();
    const uri = server.uri();
    await using mine = await openMongoStore(uri);
    await using yours = await openMongoStore(uri);
    for (let round = 0; round < 60; round += 1) {
      const ids = Array.from({ length: 10 }, (_, index) => `exec_${round}_${index}`);
      const insertInto = (store: typeof mine, order: readonly string[]) =>
        Promise.all(order.map((id) => store.executions.insert(head(id))));

      const [first, second] = await Promise.all([
        insertInto(mine, ids),
        insertInto(yours, ids.toReversed()),
      ]);

      const together = first.map((isFirst, index) => [isFirst, second.toReversed()[index]].sort());
      expect(together).toEqual(ids.map(() => [false, true]));
    }
  },
  60_000,
);
