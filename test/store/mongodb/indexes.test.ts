import { type Document, MongoClient } from "mongodb";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { Store } from "../../../src/engine/ports/store.ts";
import { openMongoStore } from "../../../src/store/mongodb/open.ts";
import { type MongoServer, mongoMissing, startMongoServer } from "../../support/mongo-server.ts";
import { type MongoTap, startMongoTap } from "../../support/mongo-tap.ts";
import {
  call,
  card,
  claimBy,
  commit,
  draft,
  head,
  START,
  sample,
  signal,
  token,
} from "../records.ts";

const MANY = 3000;
const AT_ONCE = 200;
const HOUR = 3_600_000;
/** PostgreSQL looks at what changed once a minute; the server of `npm run mongo` every second. */
const STATISTICS_MS = 75_000;
const prompt = { name: "judge", version: 1 };

/** What a caller asks, and the index that has to serve it. */
const QUESTIONS: readonly {
  readonly what: string;
  readonly ask: (store: Store) => Promise<unknown>;
  readonly index: string;
}[] = [
  {
    what: "what is due",
    ask: (s) => s.leases.claimDue(claimBy("w", START + 40)),
    index: "heads_due",
  },
  { what: "when the next is due", ask: (s) => s.leases.nextDue(START + 40), index: "heads_due" },
  { what: "what a worker holds", ask: (s) => s.leases.ownedBy("worker-a"), index: "heads_owner" },
  {
    what: "the newest executions",
    ask: (s) => s.executions.list({ limit: 5 }),
    index: "heads_started",
  },
  {
    what: "a workflow's executions",
    ask: (s) => s.executions.list({ workflowId: "rare", limit: 5 }),
    index: "heads_workflow",
  },
  {
    what: "failed executions",
    ask: (s) => s.executions.list({ status: "failed", limit: 5 }),
    index: "heads_status",
  },
  {
    what: "a workflow's failed executions",
    ask: (s) => s.executions.list({ workflowId: "rare", status: "failed", limit: 5 }),
    index: "heads_workflow_status",
  },
  {
    what: "executions of a version",
    ask: (s) => s.executions.list({ workflowId: "rare", version: 1, limit: 5 }),
    index: "heads_workflow_version",
  },
  {
    what: "a person's executions of a workflow that ended since",
    ask: (s) =>
      s.executions.list({
        ...{ workflowId: "rare", startedBy: "U0BOB", endedFrom: START },
        ...{ limit: 5, maxLooked: 3 },
      }),
    index: "heads_started_by",
  },
  {
    what: "a person's executions",
    ask: (s) => s.executions.list({ startedBy: "U0BOB", limit: 5 }),
    index: "heads_started_by",
  },
  {
    what: "a person's executions that are not over",
    ask: (s) => s.executions.list({ startedBy: "U0BOB", isUnderWay: true, limit: 5 }),
    index: "heads_under_way",
  },
  {
    what: "a person's executions that ended last",
    ask: (s) => s.executions.listEnded("U0BOB", 5),
    index: "heads_ended",
  },
  {
    what: "executions that ask people something",
    ask: (s) => s.executions.list({ isAsking: true, limit: 5 }),
    index: "heads_asking",
  },
  {
    what: "executions with a label",
    ask: (s) => s.executions.list({ labels: { customer: "ACME" }, limit: 5 }),
    index: "heads_labels",
  },
  {
    what: "what a person's executions cost",
    ask: (s) => s.totals.read({ dimension: "person", name: "U0BOB", from: 0, to: START + HOUR }),
    index: "totals_name",
  },
  {
    what: "the newest drafts of all channels",
    ask: (s) => s.drafts.listNewest(START, 5),
    index: "drafts_newest",
  },
  { what: "an execution", ask: (s) => s.executions.get("exec_7"), index: "_id_" },
  { what: "ids by their beginning", ask: (s) => s.executions.findIds("exec_77", 6), index: "_id_" },
  { what: "an execution's log", ask: (s) => s.log.read("exec_7", 0), index: "_id_" },
  {
    what: "what is to be counted, and its commits",
    ask: async (s) => {
      await s.log.commit(commit("exec_8", 2), head("exec_8", { rev: 2, due: null }), []);
      await s.totals.read({ dimension: "workflow", from: 0, to: START + HOUR });
    },
    index: "heads_totals",
  },
  { what: "all signals", ask: (s) => s.signals.pending({ limit: 10 }), index: "inbox_pending" },
  {
    what: "an execution's signals",
    ask: (s) => s.signals.pending({ executionId: "exec_7", limit: 10 }),
    index: "inbox_pending_execution",
  },
  {
    what: "a workflow's versions",
    ask: (s) => s.workflows.listVersions("rare"),
    index: "versions_workflow",
  },
  { what: "a call", ask: (s) => s.calls.get("call_7"), index: "_id_" },
  { what: "an execution's calls", ask: (s) => s.calls.list("exec_7"), index: "calls_execution" },
  {
    what: "what a workflow's calls cost",
    ask: (s) => s.calls.listCosts({ workflowId: "rare", from: START, to: START + HOUR }),
    index: "calls_workflow",
  },
  {
    what: "calls of a named prompt",
    ask: (s) => s.calls.listOfPrompt(prompt, 10),
    index: "calls_prompt",
  },
  { what: "an execution's cards", ask: (s) => s.cards.list("exec_7"), index: "cards_execution" },
  {
    what: "unfinished cards",
    ask: (s) => s.cards.listUnfinished(10),
    index: "cards_not_final",
  },
  {
    what: "the draft of a thread",
    ask: (s) => s.drafts.findInThread("D0BOB", "7"),
    index: "drafts_thread",
  },
  {
    what: "the newest drafts of a channel",
    ask: (s) => s.drafts.listIn("D0BOB", 5),
    index: "drafts_thread",
  },
  {
    what: "a workflow's samples",
    ask: (s) => s.samples.list({ workflowId: "rare" }),
    index: "samples_workflow",
  },
  {
    what: "what happened under a name since a run began",
    ask: (s) => s.events.list({ name: "order.paid", from: START + MANY / 2, limit: 10 }),
    index: "events_name",
  },
  {
    what: "what happened under a name after an event",
    ask: (s) =>
      s.events.list({
        name: "order.paid",
        from: START,
        after: { at: START + 507, id: "event_507" },
        limit: 10,
      }),
    index: "events_name",
  },
  {
    what: "events that not everybody was told of",
    ask: (s) => s.events.pending(10),
    index: "events_pending",
  },
  {
    what: "who waits for an event",
    ask: (s) => s.events.listSubscribers("order.paid", { limit: 10 }),
    index: "subscriptions_name",
  },
  {
    what: "the next page of who waits",
    ask: (s) => s.events.listSubscribers("order.paid", { after: "exec_1007", limit: 10 }),
    index: "subscriptions_name",
  },
  {
    what: "a person's tokens",
    ask: (s) => s.tokens.list({ owner: "U0BOB", limit: 5 }),
    index: "tokens_owner",
  },
  { what: "all tokens", ask: (s) => s.tokens.list({ limit: 5 }), index: "tokens_newest" },
  { what: "a line's slots", ask: (s) => s.slots.list("line_507"), index: "slots_line" },
  { what: "who is next in a line", ask: (s) => s.slots.peek("rare", 1), index: "lines_next" },
];

describe.skipIf(mongoMissing !== null)("no question of the hot paths scans a collection", () => {
  let server: MongoServer;
  let tap: MongoTap;
  let client: MongoClient;
  let store: Store;
  const database = `heddle_test_plans_${process.pid}`;

  beforeAll(async () => {
    server = await startMongoServer();
    tap = await startMongoTap(server.uri(database));
    client = await new MongoClient(server.uri(database)).connect();
    store = await openMongoStore(tap.uri(database));
    await fill(store);
  });
  afterAll(async () => {
    await store?.[Symbol.asyncDispose]();
    await client?.close();
    await tap?.[Symbol.asyncDispose]();
    await server?.[Symbol.asyncDispose]();
  });

  test.for(QUESTIONS)(
    "$index serves $what",
    { timeout: 2 * STATISTICS_MS },
    async ({ ask, index }) => {
      tap.take();
      await ask(store);

      // What the store reads by itself meanwhile is among them, and may not scan either.
      const reads = tap.take().filter((command) => command["find"] ?? command["aggregate"]);
      expect(reads, "reads").not.toEqual([]);
      // A server that has just been filled may plan by guesses until it has looked at what there is, which it does by itself.
      await vi.waitFor(
        async () => {
          const plans = await Promise.all(reads.map(explain));
          for (const plan of plans) expect(plan).not.toMatch(/COLLSCAN|Seq Scan/);
          expect(plans).toContainEqual(expect.toSatisfy((plan: string) => isServed(plan, index)));
        },
        { timeout: STATISTICS_MS, interval: 500 },
      );
    },
  );

  async function explain(read: Document): Promise<string> {
    const { lsid: _session, $clusterTime: _time, $db: _db, ...rest } = read;
    return JSON.stringify(await client.db().command({ explain: rest }));
  }
});

function isServed(plan: string, index: string): boolean {
  const used = [...plan.matchAll(/"(?:indexName|Index Name)":"([^"]+)"/g)].map(([, name]) => name);
  // On servers over PostgreSQL a walk through the whole collection goes by the index of its ids.
  const isById = index !== "_id_" || plan.search(/object_id|IXSCAN|IDHACK|EXPRESS/) >= 0;
  return used.includes(index) && isById;
}

/** Much that is over, and little of everything that is looked for. */
async function fill(store: Store): Promise<void> {
  const each = Array.from({ length: MANY }, (_, n) => n);
  for (let from = 0; from < MANY; from += AT_ONCE)
    await fillSome(store, each.slice(from, from + AT_ONCE));
  const over = each.filter((n) => n % 500 !== 7);
  await store.signals.settle(over.map((n) => `s_${n}`));
  await store.events.settle(over.map((n) => `event_${n}`));
}

async function fillSome(store: Store, numbers: readonly number[]): Promise<void> {
  await Promise.all(
    numbers.flatMap((n) => {
      const isRare = n % 500 === 7;
      const id = `exec_${n}`;
      const workflowId = isRare ? "rare" : "common";
      const status = isRare ? "failed" : "completed";
      const owner = isRare ? "U0BOB" : "U0ALICE";
      const topic = isRare ? "order.paid" : "order.seen";
      return [
        store.executions.insert(
          head(id, {
            workflowId,
            status,
            startedAt: START + n,
            startedBy: owner,
            labels: { customer: isRare ? "ACME" : "others" },
            endedAt: isRare ? START + n : null,
            openRequests: isRare ? [`${id}/ask`] : [],
            due: isRare ? START + 30 : null,
            owner: isRare ? "worker-a" : null,
          }),
        ),
        store.log.commit(commit(id, 1), head(id, { workflowId, status, rev: 1, due: null }), []),
        store.signals.insert(signal(`s_${n}`, id)),
        store.calls.insert(call(`call_${n}`, id, { workflowId, ...(isRare && { prompt }) })),
        store.cards.insert(card(id, "run", { final: !isRare })),
        store.drafts.insert(draft(`draft_${n}`, { threadTs: String(n) })),
        store.samples.save(sample(`sample_${n}`, { workflowId })),
        store.events.insert({ id: `event_${n}`, name: topic, payload: {}, at: START + n }),
        store.events.subscribe(id, topic),
        store.tokens.insert(token(`tok_${n}`, { owner, createdAt: START + n })),
        store.slots.take(`line_${n}`, 0, id),
        store.slots.enqueue({ line: workflowId, executionId: id, at: START + n }),
        store.workflows.insertVersion({
          workflowId: isRare ? "rare" : `common_${n}`,
          version: n + 1,
          contentHash: "hash",
          deployedBy: "U0ALICE",
          deployedAt: START,
          definition: {},
        }),
      ];
    }),
  );
}
