import { isJsonObject, type JsonObject } from "../json.ts";
import type { Arguments } from "./arguments.ts";
import { SlackError } from "./slack-error.ts";

const MAX_BYTES = 16_000;

/**
 * The metadata of a message: an event type and flat values, or lists and objects of flat values.
 *
 * @returns `undefined` when the call did not mention it; an empty object when it wants it removed.
 * @throws {SlackError} `invalid_metadata_format`, `invalid_metadata_schema` or `metadata_too_large`.
 */
export function readMetadata(args: Arguments): JsonObject | undefined {
  const given = args.text("metadata");
  if (given === undefined) return undefined;
  const metadata = args.json("metadata");
  if (!isJsonObject(metadata)) throw new SlackError("invalid_metadata_format");
  if (Object.keys(metadata).length === 0) return {};
  const { event_type: eventType, event_payload: payload } = metadata;
  if (typeof eventType !== "string" || eventType === "" || !isJsonObject(payload)) {
    throw new SlackError("invalid_metadata_schema");
  }
  if (!Object.values(payload).every((value) => isShallow(value))) {
    throw new SlackError("invalid_metadata_schema");
  }
  if (JSON.stringify(metadata).length > MAX_BYTES) throw new SlackError("metadata_too_large");
  return { event_type: eventType, event_payload: payload };
}

function isShallow(value: unknown): boolean {
  if (isFlat(value)) return true;
  if (Array.isArray(value)) return value.every((item) => isFlat(item) || isFlatObject(item));
  return isFlatObject(value);
}

function isFlatObject(value: unknown): boolean {
  return isJsonObject(value) && Object.values(value).every(isFlat);
}

function isFlat(value: unknown): boolean {
  return ["string", "number", "boolean"].includes(typeof value);
}
