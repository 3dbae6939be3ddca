import type { PoolClient } from "pg";

/**
 * A type of PostgreSQL, as far as values are read and written by it: `oid` is that of a built-in type, or one that
 * has no form of its own here and is text.
 */
export type Kind =
  | { readonly form: "scalar"; readonly oid: number }
  | { readonly form: "list"; readonly element: Kind; readonly delimiter: string };

/** Object ids of built-in types in PostgreSQL's catalog; they are fixed. */
export const OID = {
  bool: 16,
  bytea: 17,
  int8: 20,
  int2: 21,
  int4: 23,
  text: 25,
  oid: 26,
  json: 114,
  float4: 700,
  float8: 701,
  bpchar: 1042,
  varchar: 1043,
  date: 1082,
  time: 1083,
  timestamp: 1114,
  timestamptz: 1184,
  interval: 1186,
  numeric: 1700,
  uuid: 2950,
  jsonb: 3802,
} as const;

/** Lists of built-in types, by the type of their elements. */
const LISTS: ReadonlyMap<number, number> = new Map([
  [199, OID.json],
  [1000, OID.bool],
  [1001, OID.bytea],
  [1005, OID.int2],
  [1007, OID.int4],
  [1009, OID.text],
  [1014, OID.bpchar],
  [1015, OID.varchar],
  [1016, OID.int8],
  [1021, OID.float4],
  [1022, OID.float8],
  [1028, OID.oid],
  [1115, OID.timestamp],
  [1182, OID.date],
  [1183, OID.time],
  [1185, OID.timestamptz],
  [1187, OID.interval],
  [1231, OID.numeric],
  [2951, OID.uuid],
  [3807, OID.jsonb],
]);

const BUILT_IN: ReadonlyMap<number, Kind> = new Map<number, Kind>([
  ...Object.values(OID).map((oid) => [oid, scalar(oid)] as const),
  ...[...LISTS].map(([oid, element]) => [oid, list(scalar(element), ",")] as const),
]);

/** A row of the catalog: what a domain is over, what a list is of. */
interface CatalogType {
  readonly base: number;
  readonly element: number;
  readonly delimiter: string;
}

/** The types themselves, and those they are made of. Only true arrays end in `array_out`: other types with elements, such as `point`, have a text of their own. */
const CATALOG = `
WITH RECURSIVE known (oid, base, element) AS (
  SELECT oid, typbasetype, CASE WHEN typoutput = 'pg_catalog.array_out'::pg_catalog.regproc THEN typelem ELSE 0 END
  FROM pg_catalog.pg_type WHERE oid = ANY ($1::pg_catalog.oid[])
  UNION
  SELECT t.oid, t.typbasetype, CASE WHEN t.typoutput = 'pg_catalog.array_out'::pg_catalog.regproc THEN t.typelem ELSE 0 END
  FROM known JOIN pg_catalog.pg_type t ON t.oid IN (known.base, known.element)
)
SELECT known.oid::int8, base::int8, element::int8, typdelim FROM known JOIN pg_catalog.pg_type t USING (oid)`;

/**
 * Finds out what types are. Asks the server's catalog about those that are not built in, or seldom used; nothing is kept, since a
 * type may be dropped and another may get its id.
 */
export async function readKinds(
  client: PoolClient,
  oids: readonly number[],
): Promise<(oid: number) => Kind> {
  const unknown = [...new Set(oids)].filter((oid) => !BUILT_IN.has(oid));
  const types = unknown.length === 0 ? new Map<number, CatalogType>() : await ask(client, unknown);
  const kindOf = (oid: number): Kind => {
    const type = types.get(oid);
    if (type === undefined) return BUILT_IN.get(oid) ?? scalar(oid);
    if (type.base !== 0) return kindOf(type.base);
    return type.element === 0 ? scalar(oid) : list(kindOf(type.element), type.delimiter);
  };
  return (oid) => BUILT_IN.get(oid) ?? kindOf(oid);
}

async function ask(
  client: PoolClient,
  oids: readonly number[],
): Promise<ReadonlyMap<number, CatalogType>> {
  const { rows } = await client.query<string[]>({
    text: CATALOG,
    values: [oids],
    rowMode: "array",
    types: { getTypeParser: () => (text: string) => text },
  });
  return new Map(
    rows.map(([oid, base, element, delimiter]) => [
      Number(oid),
      { base: Number(base), element: Number(element), delimiter: delimiter ?? "," },
    ]),
  );
}

function scalar(oid: number): Kind {
  return { form: "scalar", oid };
}

function list(element: Kind, delimiter: string): Kind {
  return { form: "list", element, delimiter };
}
