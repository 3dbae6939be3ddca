import { join } from "node:path";
import type { StoreConfig } from "../../app/config.ts";
import { inspectMongoStore, type MongoState } from "../../store/mongodb/inspect.ts";
import { inspectDatabaseFile } from "../../store/sqlite/database-file.ts";
import { findHolder } from "../../store/sqlite/lock.ts";
import type { DoctorContext } from "../context.ts";
import { type Check, type Finding, ok, problem, unknown } from "../finding.ts";

/** Larger files are checked by the bot's start alone: it takes seconds. */
const MAX_CHECKED_BYTES = 256 * 1024 * 1024;

/** Whether the store can be opened, read without changing it. */
export function storeCheck({ config: { store } }: DoctorContext): Check {
  return {
    id: "store",
    title: "Store",
    limitMs: 20_000,
    run: async () =>
      store.kind === "sqlite"
        ? inspectFile(store)
        : describeDatabase(await inspectMongoStore(store.uri, Date.now())),
  };
}

function inspectFile({ dataDir }: Extract<StoreConfig, { kind: "sqlite" }>): readonly Finding[] {
  const path = join(dataDir, "heddle.db");
  const holder = findHolder(dataDir);
  const { format, isChecked, bytes } = inspectDatabaseFile(path, MAX_CHECKED_BYTES);
  const inUse =
    holder === null
      ? []
      : [ok(`in use by ${holder}: a second bot needs a DATA_DIR of its own, or MONGODB_URI`)];
  if (format === "none") return [ok(`${path} will be created by the first start`), ...inUse];
  const size = `${(bytes / 1024 / 1024).toFixed(1)} MB`;
  const update = format === "behind" ? "; the next start brings its tables up to date" : "";
  const checked = isChecked ? "sound" : "its content was not checked, the start does it";
  return [ok(`${path}, ${size}, ${checked}${update}`), ...inUse];
}

function describeDatabase(state: MongoState): readonly Finding[] {
  const { name, serverVersion, processes, missingIndexes } = state;
  const bots = processes.length === 0 ? "no bot works on it" : `in use by ${processes.join(", ")}`;
  const news = state.hasChangeStreams ? "" : "; without change streams, processes poll";
  const indexes =
    missingIndexes.length === 0
      ? []
      : [ok(`${missingIndexes.length} indexes are missing: the next start creates them`)];
  return [ok(`${name}, server ${serverVersion}, ${bots}${news}`), ...indexes, ...rights(state)];
}

function rights({ missingRights, name }: MongoState): readonly Finding[] {
  if (missingRights === null) {
    return [
      unknown(
        "The server does not say what the user of MONGODB_URI may do.",
        `The user needs the role readWrite on this database (${name}).`,
      ),
    ];
  }
  if (missingRights.length === 0) return [];
  return [
    problem(
      `The user of MONGODB_URI may not: ${missingRights.join(", ")}.`,
      "Give that user the role readWrite on this database.",
    ),
  ];
}
