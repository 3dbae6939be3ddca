import { isJsonObject, type JsonObject } from "../json.ts";

/**
 * A record as it goes over the wire.
 *
 * Records are plain data; going through JSON drops absent members and gives the caller a copy of its own.
 */
export function toWire(record: object): JsonObject {
  const copy: unknown = JSON.parse(JSON.stringify(record));
  return isJsonObject(copy) ? copy : {};
}
