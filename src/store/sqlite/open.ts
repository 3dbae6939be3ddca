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
import { openAudit } from "./audit.ts";
import { openCards } from "./cards.ts";
import { Connection } from "./connection.ts";
import { openDatabaseFile, type Synchronous } from "./database-file.ts";
import { createEvents } from "./events.ts";
import { openFiles } from "./files.ts";
import { createHeads } from "./heads.ts";
import { createInbox } from "./inbox.ts";
import { createDedupe, createMarks } from "./keys.ts";
import { createLeases, createProcesses } from "./leases.ts";
import { createLog } from "./log.ts";
import { createRateLimits } from "./rate-limits.ts";
import { recordTable } from "./record-table.ts";
import { createRemovals } from "./removals.ts";
import { createSlots } from "./slots.ts";
import { createTotals } from "./totals.ts";
import { openWorkflows } from "./workflows.ts";

export interface SqliteStoreOptions {
  /** The file, or `:memory:` for one that is gone when it is closed. */
  readonly path: string;
  /**
   * `full`: what was accepted survives a power cut. `normal` and `off`: it survives the death of
   * the process; a power cut may take the last moments, and with `off` the file.
   *
   * @default "full"
   */
  readonly synchronous?: Synchronous;
}

/**
 * The store in one file. It keeps more than {@link Store} promises: head and signals are never
 * behind the log.
 */
export interface SqliteStore extends Store {
  /**
   * Transactions committed since it was opened: compared with the number of writes, it shows the
   * grouping.
   */
  readonly transactions: number;
}

/**
 * Opens the embedded store; creates file and folder if they are missing, and brings older tables up
 * to date.
 *
 * One process at a time: hold `lockDataDir` first. Disposing it commits what is under way.
 *
 * @throws {AppError} `store_newer` when a newer version wrote the file, `store_unavailable` when it
 * cannot be opened or is damaged.
 */
export async function openSqliteStore(options: SqliteStoreOptions): Promise<SqliteStore> {
  const { path, synchronous = "full" } = options;
  const connection = new Connection(openDatabaseFile(path, synchronous), path);
  return {
    description: `sqlite ${path}`,
    get transactions() {
      return connection.transactions;
    },
    executions: createHeads(connection),
    leases: createLeases(connection),
    log: createLog(connection),
    signals: createInbox(connection),
    workflows: openWorkflows(connection),
    dedupe: createDedupe(connection),
    kv: createMarks(connection),
    slots: createSlots(connection),
    rateLimits: createRateLimits(),
    calls: createCalls(recordTable(connection, CALLS)),
    cards: openCards(connection),
    drafts: createDrafts(recordTable(connection, DRAFTS)),
    answers: createAnswers(connection),
    events: createEvents(connection),
    prompts: createPrompts(
      recordTable(connection, PROMPTS),
      recordTable(connection, PROMPT_VERSIONS),
    ),
    samples: createSamples(recordTable(connection, SAMPLES)),
    budgets: createBudgets(recordTable(connection, BUDGETS)),
    tokens: createTokens(recordTable(connection, TOKENS)),
    credentials: createCredentialStore(recordTable(connection, CREDENTIALS)),
    audit: openAudit(connection),
    files: openFiles(connection),
    removals: createRemovals(connection),
    totals: createTotals(connection),
    processes: createProcesses(connection),
    // No other process has the file while this one has it.
    readUpgrade: async () => null,
    // Nothing to watch for the same reason.
    watch: () => ({ async [Symbol.asyncDispose]() {} }),
    async [Symbol.asyncDispose]() {
      connection.close();
    },
  };
}
