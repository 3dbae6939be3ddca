import type * as Driver from "pg";
import type {
  PlacedRow,
  RowListener,
  RowQuestion,
  RowRange,
  RowSource,
  RowSubscription,
} from "../../../engine/ports/row-source.ts";
import { AppError } from "../../../shared/errors.ts";
import {
  asTable,
  column,
  compared,
  EXTRA,
  extraText,
  inOrder,
  placeColumns,
  placedRows,
  requireSameTypes,
} from "../marked-query.ts";
import { TRIGGER_LIMITS } from "../row-collector.ts";
import { type Kind, OID, readKinds } from "./kinds.ts";
import { isOver, openWork } from "./open-work.ts";
import { toParameters } from "./postgres-values.ts";
import { runStatement } from "./statement.ts";
import { describeStatement } from "./statement-types.ts";
import type { Session } from "./transaction.ts";

/** Types that are compared with each other are one: a column may become a `bigint` without harm. */
const TYPES: ReadonlyMap<number, string> = new Map([
  [OID.int2, "number"],
  [OID.int4, "number"],
  [OID.int8, "number"],
  [OID.numeric, "number"],
  [OID.float4, "double precision"],
  [OID.float8, "double precision"],
  [OID.text, "text"],
  [OID.varchar, "text"],
  [OID.bpchar, "text"],
  [OID.date, "date"],
  [OID.timestamp, "timestamp"],
  [OID.timestamptz, "timestamptz"],
  [OID.uuid, "uuid"],
]);

/** Of a key whose type has no name here. */
const OTHER = "other";

/** The time zone that is furthest ahead, with a minute for clocks that differ. */
const FURTHEST_AHEAD = "14 hours 1 minute";

/** Does work in a transaction in which the database refuses every change. */
export type Reading = <Result>(
  signal: AbortSignal,
  work: (session: Session, driver: typeof Driver) => Promise<Result>,
) => Promise<Result>;

/** The rows of a PostgreSQL database in the order of a mark. */
export function createPostgresRows(
  reading: Reading,
  listen: (channel: string | true, listener: RowListener) => Promise<RowSubscription>,
): RowSource {
  return {
    last: (question, count, signal) =>
      reading(signal, (session, driver) => lastRows(driver, session, question, count)),
    read: (question, range, signal) =>
      reading(signal, (session, driver) => readRange(driver, session, question, range)),
    openWork: (_question, signal) => reading(signal, openWork),
    isOver: (_question, work, signal) => reading(signal, (session) => isOver(session, work)),
    listen: (_question, channel, listener) => listen(channel, listener),
  };
}

async function lastRows(
  driver: typeof Driver,
  session: Session,
  question: RowQuestion,
  count: number,
): Promise<readonly PlacedRow[]> {
  const types = await placeTypes(session, question);
  const columns = placeColumns(question);
  const sql = `${selection(question)} WHERE ${usable(question, types)} ${inOrder(columns, "DESC")} LIMIT ${count}`;
  return placed(driver, session, { question, types, sql, values: [] });
}

async function readRange(
  driver: typeof Driver,
  session: Session,
  question: RowQuestion,
  { after, isInclusive, upTo, count }: RowRange,
): Promise<readonly PlacedRow[]> {
  const types = await placeTypes(session, question);
  const columns = placeColumns(question);
  for (const place of [after, upTo]) if (place) requireSameTypes(columns, types, place);
  const values: string[] = [];
  const given = (texts: readonly string[]) => texts.map((text) => `$${values.push(text)}`);
  const conditions = [usable(question, types)];
  if (after !== null && isInclusive) {
    conditions.push(compared([question.mark], ">=", given(after.values.slice(0, 1))));
  } else if (after !== null) conditions.push(compared(columns, ">", given(after.values)));
  if (upTo !== null) conditions.push(compared(columns, "<=", given(upTo.values)));
  const sql = `${selection(question)} WHERE ${conditions.join(" AND ")} ${inOrder(columns, "ASC")} LIMIT ${count}`;
  return placed(driver, session, { question, types, sql, values });
}

async function placed(
  driver: typeof Driver,
  session: Session,
  {
    question,
    types,
    sql,
    values,
  }: {
    readonly question: RowQuestion;
    readonly types: readonly string[];
    readonly sql: string;
    readonly values: readonly string[];
  },
): Promise<readonly PlacedRow[]> {
  const toValues = async (kinds: readonly Kind[]) => toParameters(values, kinds);
  const { rows } = await runStatement(driver, session, sql, { toValues, limits: TRIGGER_LIMITS });
  return placedRows(rows, placeColumns(question), (row, index) => {
    const value = extraText(row, String(index));
    return value === null ? null : { type: types[index] ?? OTHER, value };
  });
}

/** All columns of the query, and those of the place as PostgreSQL writes them. */
function selection(question: RowQuestion): string {
  const places = placeColumns(question).map(
    (name, index) => `${column(name)}::pg_catalog.text AS "${EXTRA}${index}"`,
  );
  return `SELECT t.*, ${places.join(", ")} FROM ${asTable(question)}`;
}

/**
 * Rows whose mark has come: one that lies in the future, as `infinity` does, would hide those that are written after it. It is
 * found when its time is there.
 */
function usable({ mark, timezone, aheadMs }: RowQuestion, [type]: readonly string[]): string {
  const name = column(mark);
  const ahead = (text: string) => `pg_catalog.now()${text} + interval '${aheadMs} milliseconds'`;
  if (type === "timestamptz") return `${name} <= ${ahead("")}`;
  if (type === "timestamp" || type === "date") {
    if (timezone !== null) return `${name} <= ${ahead(` AT TIME ZONE ${literal(timezone)}`)}`;
    return `${name} <= pg_catalog.now() AT TIME ZONE 'UTC' + interval '${FURTHEST_AHEAD}'`;
  }
  if (type === "number" || type === "double precision")
    return `${name}::pg_catalog.text NOT IN ('NaN', 'Infinity')`;
  return `${name} IS NOT NULL`;
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** The types of mark and key. @throws {AppError} `params_invalid`: there is no such column, or rows have no order by it. */
async function placeTypes(session: Session, question: RowQuestion): Promise<readonly string[]> {
  const { columns } = await describeStatement(session.client, `SELECT * FROM ${asTable(question)}`);
  const ids = placeColumns(question).map((name) => {
    const found = columns.find((one) => one.name === name);
    if (found) return found.dataTypeID;
    const names = columns.map((one) => one.name).join(", ");
    throw new AppError({
      code: "params_invalid",
      message: `The query gives no column "${name}", which the trigger names as "${name === question.mark ? "mark" : "key"}". Its columns are: ${names}. Upper and lower case matter.`,
    });
  });
  const kindOf = await readKinds(session.client, ids);
  const types = ids.map((id) => {
    const kind = kindOf(id);
    return (kind.form === "scalar" && TYPES.get(kind.oid)) || OTHER;
  });
  if (types[0] !== OTHER) return types;
  throw new AppError({
    code: "params_invalid",
    message: `The column "${question.mark}" cannot be a mark: its values have no order in which rows are new. Name a column with a time, a number, a text or a uuid as "mark".`,
  });
}
