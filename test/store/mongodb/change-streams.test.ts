import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Change, ChangeSource, WatchState } from "../../../src/engine/ports/changes.ts";
import type { Store } from "../../../src/engine/ports/store.ts";
import { openMongoStore } from "../../../src/store/mongodb/open.ts";
import {
  type ChangeStreamDouble,
  startChangeStreamDouble,
} from "../../support/change-stream-double.ts";
import { type MongoServer, mongoMissing, startMongoServer } from "../../support/mongo-server.ts";
import { until } from "../../support/until.ts";
import { commit, head, START, signal, workflow } from "../records.ts";

/** Listens, and keeps what it was told. */
class Ear implements AsyncDisposable {
  readonly changes: Change[] = [];
  readonly states: WatchState[] = [];
  readonly #watch: AsyncDisposable;

  constructor(store: ChangeSource) {
    this.#watch = store.watch({
      changed: (kind) => this.changes.push(kind),
      stateChanged: (state) => this.states.push(state),
    });
  }

  /** Waits until it was told so for the nth time. */
  async hears(kind: WatchState["kind"], times = 1): Promise<void> {
    await until(async () => (this.#count(kind) >= times ? true : undefined));
  }

  #count(kind: WatchState["kind"]): number {
    return this.states.filter((state) => state.kind === kind).length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#watch[Symbol.asyncDispose]();
  }
}

/** What nobody else has to look at at once. */
async function doOwnThings(store: Store): Promise<void> {
  const leased = { owner: "worker-a", due: START + 30_000 };
  await store.executions.insert(head("exec_own", leased));
  await store.log.commit(commit("exec_own", 1), head("exec_own", { rev: 1, ...leased }), []);
  await store.leases.renew("worker-a", START + 60_000);
  await store.signals.settle(["s_nobody"]);
  await store.kv.set("schedules", { at: START });
  await store.kv.set("pausf:", 1);
  await store.events.insert({ id: "event_1", name: "invoice.paid", at: START, payload: {} });
  await store.events.settle(["event_1"]);
  await store.processes.save({ id: "worker-a", name: "host:1", startedAt: START, seenAt: START });
  await store.leases.release("worker-a", START);
}

/** What others have to look at, with what they have to be told. */
const OTHERS: readonly {
  readonly what: string;
  readonly act: (store: Store) => Promise<unknown>;
  readonly kind: Change;
}[] = [
  {
    what: "a signal",
    act: (s) => s.signals.insert(signal("s_1", "exec_own")),
    kind: "executions",
  },
  {
    what: "an execution that nobody has taken",
    act: (s) => s.executions.insert(head("exec_free")),
    kind: "executions",
  },
  {
    what: "a process that leaves",
    act: (s) =>
      s.processes.remove({ id: "worker-a", name: "host:1", startedAt: START, seenAt: START }),
    kind: "executions",
  },
  {
    what: "a pause of everything",
    act: (s) => s.kv.set("pause:*", { by: "U0ALICE", at: START }),
    kind: "pauses",
  },
  { what: "a resumption", act: (s) => s.kv.set("pause:*", null), kind: "pauses" },
  {
    what: "another active version",
    act: (s) => s.workflows.save(workflow("refund")),
    kind: "workflows",
  },
];

async function expectToTellWhatMatters(store: Store, other: Store): Promise<void> {
  await using ear = new Ear(other);
  await ear.hears("live");
  await doOwnThings(store);
  for (const { act } of OTHERS) await act(store);

  await until(async () => (ear.changes.length >= OTHERS.length ? true : undefined));
  expect(ear.changes).toEqual(OTHERS.map(({ kind }) => kind));
}

describe.skipIf(mongoMissing !== null)("changes of a MongoDB database", () => {
  let server: MongoServer;
  let double: ChangeStreamDouble;
  let store: Store;
  let other: Store;

  beforeAll(async () => {
    server = await startMongoServer();
    double = await startChangeStreamDouble(server.uri());
    const database = new URL(server.uri()).pathname.slice(1);
    store = await openMongoStore(double.uri(database));
    other = await openMongoStore(double.uri(database));
  });
  afterAll(async () => {
    await other?.[Symbol.asyncDispose]();
    await store?.[Symbol.asyncDispose]();
    await double?.[Symbol.asyncDispose]();
    await server?.[Symbol.asyncDispose]();
  });

  test("a stream tells what others have to look at, in order, and nothing else", () =>
    expectToTellWhatMatters(store, other));

  test("the server itself tells the same, or says once that it has no change streams", async () => {
    const uri = server.uri();
    await using direct = await openMongoStore(uri);
    await using another = await openMongoStore(uri);
    await using ear = new Ear(another);
    await until(async () => ear.states[0]);

    process.stderr.write(`Change streams of ${server.name}: ${JSON.stringify(ear.states[0])}.\n`);
    if (ear.states[0]?.kind === "live") await expectToTellWhatMatters(direct, another);
    else
      expect(ear.states).toEqual([{ kind: "unsupported", problem: expect.stringMatching(/\d/) }]);
  });

  test.for([
    { code: 40_573, who: "a standalone server" },
    { code: 40_324, who: "a server that does not know the stage" },
    { code: 115, who: "a server that does not support it" },
    { code: 59, who: "a server that does not know the command" },
    { code: 13, who: "a user without the right" },
  ])("$who ($code) is not asked again", async ({ code }) => {
    double.refuse(code);
    const before = double.asked;
    await using ear = new Ear(other);
    await ear.hears("unsupported");
    double.refuse(null);
    // The first pause of a stream that broke would be over.
    await using later = new Ear(other);
    await later.hears("live");
    double.fail(286);
    await later.hears("live", 2);

    expect(ear.states).toEqual([
      { kind: "unsupported", problem: `the server refuses them (MongoDB error ${code})` },
    ]);
    expect(double.asked - before).toBe(3);
  });

  test.for([
    { what: "its connection breaks", stop: () => double.cut() },
    { what: "the server has forgotten where it was (286)", stop: () => double.fail(286) },
    { what: "another member becomes primary (10107)", stop: () => double.fail(10_107) },
  ])("a stream is opened again when $what", async ({ stop }) => {
    await using ear = new Ear(other);
    await ear.hears("live");

    stop();
    await ear.hears("broken");
    await ear.hears("live", 2);
    await store.signals.insert(signal(`after_${double.asked}`, "exec_1"));
    await until(async () => ear.changes[0]);

    expect(ear.states.map(({ kind }) => kind)).toEqual(["live", "broken", "live"]);
    expect(JSON.stringify(ear.states)).not.toContain("mongodb://");
  });

  test("one that cannot be opened for the moment is tried again, ever more rarely, and opened in the end", async () => {
    double.refuse(189);
    const begun = performance.now();
    await using ear = new Ear(other);
    await ear.hears("broken", 3);
    // Half a second, then a whole one.
    expect(performance.now() - begun).toBeGreaterThan(1400);
    double.refuse(null);

    await ear.hears("live");
  });

  test("closing it takes a moment only, leaves nothing open and says nothing more", async () => {
    const ear = new Ear(other);
    await ear.hears("live");
    const begun = performance.now();

    await ear[Symbol.asyncDispose]();

    // The read under way would have waited for a second.
    expect(performance.now() - begun).toBeLessThan(900);
    expect(double.open).toBe(0);
    expect(ear.states).toEqual([{ kind: "live" }]);
  });

  test("closing it before it was opened, or while it waits to be opened again, is possible", async () => {
    const early = new Ear(other);
    await early[Symbol.asyncDispose]();
    double.refuse(189);
    const late = new Ear(other);
    await late.hears("broken");
    await late[Symbol.asyncDispose]();
    double.refuse(null);

    expect([...early.states, ...late.states]).toMatchObject([{ kind: "broken" }]);
  });
});
