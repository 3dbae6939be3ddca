import type { Connection, FieldDef, PoolClient } from "pg";

/** What the server says about a statement before it is executed. */
export interface StatementTypes {
  /** The object ids of the types of `$1`, `$2` …. */
  readonly parameters: readonly number[];
  readonly columns: readonly FieldDef[];
}

/** Has the server parse a statement and describe it. It is neither executed nor kept under a name. */
export async function describeStatement(client: PoolClient, sql: string): Promise<StatementTypes> {
  const { promise, resolve, reject } = Promise.withResolvers<StatementTypes>();
  let parameters: readonly number[] = [];
  let columns: readonly FieldDef[] = [];
  const onParameters = (message: { readonly dataTypeIDs: readonly number[] }): void => {
    parameters = message.dataTypeIDs;
  };
  client.query({
    submit(connection: Connection) {
      // The driver hands this message to no query.
      connection.once("parameterDescription", onParameters);
      connection.stream.cork();
      connection.parse({ name: "", text: sql, types: [] }, true);
      connection.describe({ type: "S" }, true);
      connection.sync();
      connection.stream.uncork();
      void promise
        .catch(() => {})
        .finally(() => connection.off("parameterDescription", onParameters));
    },
    handleRowDescription: ({ fields }: { readonly fields: readonly FieldDef[] }) => {
      columns = fields;
    },
    handleReadyForQuery: () => resolve({ parameters, columns }),
    handleError: (error: Error) => reject(error),
  });
  return promise;
}
