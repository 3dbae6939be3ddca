import { z } from "zod";
import { Duration } from "../../../shared/duration.ts";
import { parametersOf, sqlTokens } from "../../../shared/sql/sql-tokens.ts";
import { whyNotStandalone } from "../../../shared/sql/standalone.ts";
import { externalNames } from "../../definition/param-traits.ts";
import type { ConfigProblem } from "../../definition/step-type.ts";
import { defineTriggerType } from "../../definition/trigger-type.ts";
import { checkMark } from "./row-mark.ts";
import { checkTimezone } from "./timezone.ts";

const MIN_POLL_MS = 1000;

const DEFAULT_KEY = "id";
const DEFAULT_OVERLAP_MS = 60_000;

/** The one parameter of a query: the time of the last look. */
const TIME: ReadonlySet<string> = new Set(["$1"]);

const ColumnName = z.string().min(1).max(200);

export const DatabaseChangeConfig = z.strictObject({
  /** Name of the database: `DATABASE_URL_<NAME>`; absent: `DATABASE_URL`. */
  connection: z
    .string()
    .min(1)
    .max(64)
    .optional()
    .register(externalNames, { kind: "connection", absent: "default" }),
  /** Reads what changed; `$1` is the time of the last look, in UTC. */
  query: z.string().min(1).max(10_000),
  /** Column of the query by which rows are in order: one that is later in it is new. Absent: the query compares with `$1` itself. */
  mark: ColumnName.optional(),
  /** Column, or columns, that tell apart rows of one mark. */
  key: z.union([ColumnName, z.array(ColumnName).min(1).max(5)]).optional(),
  /** Channel of PostgreSQL on which the database says that there are new rows. */
  notify: z.string().min(1).max(63).optional(),
  /** How long a row may be committed after others whose mark is later. */
  overlap: Duration.optional(),
  /** IANA name of the time zone in which columns of the type `timestamp` are written; absent: that of the database. */
  timezone: z.string().min(1).max(60).optional(),
  pollIntervalMs: Duration.default(30_000),
});
export type DatabaseChangeConfig = z.output<typeof DatabaseChangeConfig>;

/** How a trigger finds rows by a mark. */
export interface MarkConfig {
  readonly mark: string;
  readonly key: readonly string[];
  readonly overlapMs: number;
}

/** @returns `null`: the query compares with `$1` itself. */
export function markOf({ mark, key, overlap }: DatabaseChangeConfig): MarkConfig | null {
  if (mark === undefined) return null;
  const columns = key === undefined ? [DEFAULT_KEY] : typeof key === "string" ? [key] : key;
  return { mark, key: columns, overlapMs: overlap ?? DEFAULT_OVERLAP_MS };
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
  const whyNot = whyNotStandalone(config.query);
  if (whyNot !== null) {
    problems.push({
      path: ["query"],
      message: `the query cannot be run: ${whyNot}`,
      fix: "Write one SELECT that gives the rows that are new.",
    });
  }
  if (/\{\{/.test(config.query)) {
    problems.push({
      path: ["query"],
      message: "a query holds no templates",
      fix: "Use $1 for the time of the last look.",
    });
  }
  const { mark } = config;
  if (mark !== undefined) return [...problems, ...checkMark({ ...config, mark })];
  for (const name of ["key", "overlap"] as const) {
    if (config[name] === undefined) continue;
    problems.push({
      path: [name],
      message: `"${name}" has no effect without "mark"`,
      fix: 'Name the column by which rows are new as "mark", or leave it out.',
    });
  }
  if (parametersOf(sqlTokens(config.query)).difference(TIME).size > 0) {
    problems.push({
      path: ["query"],
      message: "the query has more values than $1",
      fix: "Use $1 alone: the time of the last look.",
    });
  }
  return problems;
}
