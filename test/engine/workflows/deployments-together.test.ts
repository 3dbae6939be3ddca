import { describe, expect, test } from "vitest";
import type { Store } from "../../../src/engine/ports/store.ts";
import { openMongoStore } from "../../../src/store/mongodb/open.ts";
import { openSqliteStore } from "../../../src/store/sqlite/open.ts";
import { interceptStore, type StoreMethod } from "../../support/intercept-store.ts";
import { mongoMissing, startMongoServer } from "../../support/mongo-server.ts";
import { TriggerHarness } from "../triggers/trigger-harness.ts";

const FILE = "refund.workflow.json";
const ROUNDS = 5;

/** A file of the workflows folder, without a number; other content for every other round. */
function fileOf(round: number) {
  const steps = [{ id: "note", type: "transform", config: { expression: String(round) } }];
  return { id: "refund", name: "Refund", steps };
}

/** Two views of one new database, as two processes have them. */
interface Stores {
  readonly mine: Store;
  readonly yours: Store;
  close(): Promise<void>;
}

async function openSqlite(): Promise<Stores> {
  const store = await openSqliteStore({ path: ":memory:" });
  return { mine: store, yours: store, close: async () => undefined };
}

async function openMongo(): Promise<Stores> {
  const server = await startMongoServer();
  const uri = server.uri();
  const yours = await openMongoStore(uri);
  const close = async (): Promise<void> => {
    await yours[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
  };
  return { mine: await openMongoStore(uri), yours, close };
}

describe.for([
  { name: "sqlite", open: openSqlite, isMissing: false },
  { name: "mongodb", open: openMongo, isMissing: mongoMissing !== null },
])("processes that deploy the same file of a folder, on $name", ({ open, isMissing }) => {
  test.skipIf(isMissing)("at one moment make one version of it, each time anew", async () => {
    const { mine, yours, close } = await open();
    await using stack = new AsyncDisposableStack();
    stack.defer(close);
    const harness = stack.use(await TriggerHarness.open({ store: mine }));
    const engines = [
      await harness.start(mine),
      await harness.start(yours),
      await harness.start(mine),
    ];

    for (let round = 1; round <= ROUNDS; round += 1) {
      await harness.clock.advance(1000);
      const deployed = await Promise.all(
        engines.map((engine) => engine.workflows.deployFile(FILE, fileOf(round))),
      );
      expect(deployed.every(({ outcome }) => outcome !== "invalid")).toBe(true);
      expect((await mine.workflows.listVersions("refund")).map(({ version }) => version)[0]).toBe(
        round,
      );
    }

    expect(await yours.workflows.listVersions("refund")).toHaveLength(ROUNDS);
    expect(await yours.workflows.get("refund")).toMatchObject({ activeVersion: ROUNDS });
  });
});

test("a version whose process died before it was active is taken up by the next one that deploys the same", async () => {
  await using harness = await TriggerHarness.open();
  const engine = await harness.start();
  await engine.workflows.deployFile(FILE, fileOf(1));
  await harness.clock.advance(1000);
  const dying = await harness.start(dyingBefore(harness.store, "workflows.save"));
  await expect(dying.workflows.deployFile(FILE, fileOf(2))).rejects.toThrow("It died.");

  const deployed = await engine.workflows.deployFile(FILE, fileOf(2));

  expect(deployed).toMatchObject({ version: 2, active: true });
  expect(await harness.store.workflows.listVersions("refund")).toHaveLength(2);
});

test("going back and deploying the same again is a version of its own", async () => {
  await using harness = await TriggerHarness.open();
  const engine = await harness.start();
  for (const round of [1, 2]) {
    await harness.clock.advance(1000);
    await engine.workflows.deploy(fileOf(round), { by: "U0ALICE" });
  }
  await harness.clock.advance(1000);
  await engine.workflows.rollBack("refund", "U0BOB");

  expect(await engine.workflows.deploy(fileOf(2), { by: "U0ALICE" })).toMatchObject({ version: 3 });
});

/** A store as a process sees it that dies before it does this. */
function dyingBefore(store: Store, method: StoreMethod): Store {
  return interceptStore(store, ({ method: called, run }) =>
    called === method ? Promise.reject(new Error("It died.")) : run(),
  );
}
