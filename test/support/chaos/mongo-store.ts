import { openMongoStore } from "../../../src/store/mongodb/open.ts";
import { type MongoServer, startMongoServer, startMongoStackServer } from "../mongo-server.ts";
import type { ChaosStore } from "./chaos.ts";

/** A database of its own on the server of the tests. */
export async function openMongoChaos(bots: number): Promise<ChaosStore & AsyncDisposable> {
  return onServer(await startMongoServer(), bots);
}

/** The same on a server whose two processes are killed in turn. */
export async function openMortalMongoChaos(bots: number): Promise<ChaosStore & AsyncDisposable> {
  const server = await startMongoStackServer();
  const { stack } = server;
  if (stack === null) throw new Error("This server is not ours to kill.");
  let kills = 0;
  return {
    ...onServer(server, bots),
    async kill(downMs) {
      const victim = kills % 2 === 0 ? stack.gateway : stack.postgres;
      kills += 1;
      await victim.kill();
      await new Promise((resolve) => setTimeout(resolve, downMs));
      await victim.start();
    },
  };
}

function onServer(server: MongoServer, bots: number): ChaosStore & AsyncDisposable {
  const uri = server.uri();
  return {
    name: server.name,
    env: { MONGODB_URI: uri },
    bots,
    open: () => openMongoStore(uri),
    async whatIsLeft() {
      await using store = await openMongoStore(uri);
      const signals = await store.signals.pending({ limit: 3 });
      if (signals.length > 0) return JSON.stringify(signals);
      const due = await store.leases.nextDue(Number.MAX_SAFE_INTEGER);
      if (due === null) return null;
      const { records } = await store.executions.list({ limit: 1000 });
      const left = records.filter((head) => head.due !== null);
      return left
        .map(({ executionId, status, owner }) => `${executionId} ${status} ${owner}`)
        .join(", ");
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}
