import { z } from "zod";
import { anyJson } from "../../../shared/any-json.ts";
import { Duration } from "../../../shared/duration.ts";
import { parametersOf, sqlTokens } from "../../../shared/sql/sql-tokens.ts";
import { whyNotStandalone } from "../../../shared/sql/standalone.ts";
import { externalNames } from "../../definition/param-traits.ts";
import type { ConfigProblem } from "../../definition/step-type.ts";
import { defineTriggerType } from "../../definition/trigger-type.ts";
import type { RowOrigin } from "../../ports/row-source.ts";
import { checkMark, checkPlace } from "./row-mark.ts";
import { checkTimezone } from "./timezone.ts";

const MIN_POLL_MS = 1000;

const DEFAULT_OVERLAP_MS = 60_000;

/** The one parameter of a query: the time of the last look. */
const TIME: ReadonlySet<string> = new Set(["$1"]);

const ColumnName = z.string().min(1).max(200);

export const DatabaseChangeConfig = z.strictObject({
  connection: z
    .string()
    .min(1)
    .max(64)
    .optional()
    .describe("name of the database: `DATABASE_URL_<NAME>`; absent: `DATABASE_URL`")
    .register(externalNames, { kind: "connection", absent: "default" }),
  query: z
    .string()
    .min(1)
    .max(10_000)
    .optional()
    .describe("one SELECT that reads what changed; `$1` is the time of the last look, in UTC"),
  collection: z
    .string()
    .min(1)
    .max(255)
    .optional()
    .describe("in place of a query: a collection of MongoDB"),
  filter: z
    .record(z.string(), anyJson())
    .optional()
    .describe("which documents of the collection, as a filter of MongoDB; absent: all"),
  mark: ColumnName.optional().describe(
    "column by which rows are in order: one that is later in it is new; absent: the query compares with `$1` itself",
  ),
  key: z
    .union([ColumnName, z.array(ColumnName).min(1).max(5)])
    .optional()
    .describe(
      "column, or columns, that tell apart rows of one mark; absent: `id`, of a collection `_id`",
    ),
  notify: z
    .union([z.string().min(1).max(63), z.literal(true)])
    .optional()
    .describe(
      "channel of PostgreSQL on which the database says that there are new rows; `true`: changes of the collection",
    ),
  overlap: Duration.optional().describe(
    "how long a row may be committed after others whose mark is later; absent: 1m",
  ),
  timezone: z
    .string()
    .min(1)
    .max(60)
    .optional()
    .describe(
      "IANA name of the time zone in which columns of the type `timestamp` are written; absent: that of the database",
    ),
  pollIntervalMs: Duration.default(30_000).describe(
    "time between two looks, in milliseconds or with a unit; 1s or more",
  ),
});
export type DatabaseChangeConfig = z.output<typeof DatabaseChangeConfig>;

/** How a trigger finds rows by a mark. */
export interface MarkConfig {
  readonly mark: string;
  readonly key: readonly string[];
  readonly overlapMs: number;
}

/** @returns `null`: the query compares with `$1` itself. */
export function markOf(config: DatabaseChangeConfig): MarkConfig | null {
  const { mark, key, overlap } = config;
  if (mark === undefined) return null;
  const usual = config.collection === undefined ? "id" : "_id";
  const columns = key === undefined ? [usual] : typeof key === "string" ? [key] : key;
  return { mark, key: columns, overlapMs: overlap ?? DEFAULT_OVERLAP_MS };
}

/** Where the rows are. */
export function originOf({ query = "", collection, filter = {} }: DatabaseChangeConfig): RowOrigin {
  return collection === undefined
    ? { kind: "query", query }
    : { kind: "collection", name: collection, filter };
}

/** New rows of a query start the workflow, one run for each. Variables: `changeRecord`, the row. */
export const databaseChange = defineTriggerType({
  kind: "database-change",
  summary: "Started by rows that a query finds in a database, one run for each row.",
  config: DatabaseChangeConfig,
  gives: ["changeRecord"],
  check: checkDatabaseChange,
});

function checkDatabaseChange(config: DatabaseChangeConfig): readonly ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  if (config.pollIntervalMs < MIN_POLL_MS) {
    problems.push({
      path: ["pollIntervalMs"],
      message: `a database is looked at every ${MIN_POLL_MS} ms at most`,
      fix: `Give ${MIN_POLL_MS} or more.`,
    });
  }
  if (config.timezone !== undefined) problems.push(...checkTimezone(config.timezone));
  return [...problems, ...checkSource(config)];
}

function checkSource(config: DatabaseChangeConfig): readonly ConfigProblem[] {
  const { query, mark } = config;
  if (config.collection !== undefined) return checkCollection(config);
  if (query === undefined) {
    const fix = "Write one SELECT that gives the rows that are new.";
    return [{ path: ["query"], message: '"query" is missing', fix }];
  }
  const problems = [...checkStatement(query), ...unusedMembers(config, ["filter"], "collection")];
  if (mark !== undefined) return [...problems, ...checkMark({ ...config, query, mark })];
  problems.push(...unusedMembers(config, ["key", "overlap"], "mark"));
  if (parametersOf(sqlTokens(query)).difference(TIME).size > 0) {
    problems.push({
      path: ["query"],
      message: "the query has more values than $1",
      fix: "Use $1 alone: the time of the last look.",
    });
  }
  return problems;
}

function checkCollection(config: DatabaseChangeConfig): readonly ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  if (config.query !== undefined) {
    problems.push({
      path: ["query"],
      message: '"query" and "collection" exclude each other',
      fix: 'Write "query" for SQL, "collection" for MongoDB.',
    });
  }
  if (config.mark !== undefined) return [...problems, ...checkPlace(config)];
  return [
    ...problems,
    {
      path: ["mark"],
      message: 'a collection needs a "mark"',
      fix: 'Name the member that is later in newer documents: "updatedAt", or "_id" for documents that never change.',
    },
  ];
}

function unusedMembers(
  config: DatabaseChangeConfig,
  names: readonly ("key" | "overlap" | "filter")[],
  without: string,
): readonly ConfigProblem[] {
  return names
    .filter((name) => config[name] !== undefined)
    .map((name) => ({
      path: [name],
      message: `"${name}" has no effect without "${without}"`,
      fix: `Write "${without}", or leave it out.`,
    }));
}

function checkStatement(query: string): readonly ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const whyNot = whyNotStandalone(query);
  if (whyNot !== null) {
    problems.push({
      path: ["query"],
      message: `the query cannot be run: ${whyNot}`,
      fix: "Write one SELECT that gives the rows that are new.",
    });
  }
  if (/\{\{/.test(query)) {
    problems.push({
      path: ["query"],
      message: "a query holds no templates",
      fix: "Use $1 for the time of the last look.",
    });
  }
  return problems;
}
