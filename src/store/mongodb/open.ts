import type { Store } from "../../engine/ports/store.ts";
import {
  BUDGETS,
  CALLS,
  CREDENTIALS,
  createBudgets,
  createCalls,
  createCredentialStore,
  createDrafts,
  createPrompts,
  createSamples,
  createTokens,
  DRAFTS,
  PROMPT_VERSIONS,
  PROMPTS,
  SAMPLES,
  TOKENS,
} from "../records.ts";
import { createAnswers } from "./answers.ts";
import { appendAudit, openAudit } from "./audit.ts";
import { openCards } from "./cards.ts";
import { ChangeStreamWatch } from "./change-stream-watch.ts";
import { Connection } from "./connection.ts";
import { createEvents } from "./events.ts";
import { openFiles } from "./files.ts";
import { createHeads } from "./heads.ts";
import { createInbox } from "./inbox.ts";
import { createDedupe, createMarks } from "./keys.ts";
import { createLeases, createProcesses } from "./leases.ts";
import { createLog } from "./log.ts";
import { migrate, readUpgrade } from "./migrations.ts";
import { createRateLimits } from "./rate-limits.ts";
import { recordCollection } from "./record-collection.ts";
import { createRemovals } from "./removals.ts";
import { createSlots } from "./slots.ts";
import { createTotals } from "./totals.ts";
import { TotalsProjector } from "./totals-projector.ts";
import { openWorkflows } from "./workflows.ts";
import { WriteBehind } from "./write-behind.ts";

/**
 * Opens the store in a MongoDB database, or one of a compatible server: connects, creates missing
 * indexes, brings older data up to date. Any number of processes may have it open. Disposing it
 * writes what trails behind the log, if the database takes it.
 *
 * @param uri - `mongodb://user:password@host/database?options`; without a database, `heddle`.
 * @throws {AppError} `config_invalid`, `store_unavailable`, `store_newer`.
 */
export async function openMongoStore(uri: string): Promise<Store> {
  await using opened = new AsyncDisposableStack();
  const connection = opened.use(await Connection.open(uri));
  await migrate(connection);
  const append = appendAudit(connection);
  const projector = new TotalsProjector(connection, append);
  opened.defer(() => projector.close());
  const trailing = new WriteBehind(connection, () => projector.noteWritten());
  opened.defer(() => trailing.close());
  const stack = opened.move();
  return {
    description: connection.name,
    executions: createHeads(connection, trailing),
    leases: createLeases(connection, trailing),
    log: createLog(connection, trailing),
    signals: createInbox(connection, trailing),
    workflows: openWorkflows(connection),
    dedupe: createDedupe(connection),
    kv: createMarks(connection),
    slots: createSlots(connection),
    rateLimits: createRateLimits(connection),
    calls: createCalls(recordCollection(connection, CALLS)),
    cards: openCards(connection),
    drafts: createDrafts(recordCollection(connection, DRAFTS)),
    answers: createAnswers(connection),
    events: createEvents(connection),
    prompts: createPrompts(
      recordCollection(connection, PROMPTS),
      recordCollection(connection, PROMPT_VERSIONS),
    ),
    samples: createSamples(recordCollection(connection, SAMPLES)),
    budgets: createBudgets(recordCollection(connection, BUDGETS)),
    tokens: createTokens(recordCollection(connection, TOKENS)),
    credentials: createCredentialStore(recordCollection(connection, CREDENTIALS)),
    audit: openAudit(connection, trailing, projector, append),
    files: openFiles(connection),
    removals: createRemovals(connection, { trailing, projector }),
    processes: createProcesses(connection),
    readUpgrade: () => readUpgrade(connection),
    totals: createTotals(connection, trailing, projector),
    watch: (listener) => new ChangeStreamWatch(connection, listener),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}
