import type { Store } from "../../engine/ports/store.ts";
import type { Json } from "../../json.ts";
import type { Connection } from "./connection.ts";
import { json } from "./row.ts";

/** How far recurring things have come, by key. */
export function createMarks(connection: Connection): Pick<Store, "readMark" | "writeMark"> {
  const select = connection.prepare("SELECT value FROM marks WHERE key = ?");
  const replace = connection.prepare("REPLACE INTO marks (key, value) VALUES (?, ?)");
  return {
    readMark: (key) =>
      connection.read(() => {
        const row = select.get(key);
        return row === undefined ? null : json<Json>(row, "value");
      }),
    async writeMark(key, value) {
      const text = JSON.stringify(value);
      await connection.write(() => {
        replace.run(key, text);
      });
    },
  };
}
