import { isJsonObject, type Json, parseJson } from "../json.ts";
import { Arguments } from "./arguments.ts";
import { SlackError } from "./slack-error.ts";

/**
 * Reads the arguments of a call from the query and the body.
 *
 * @throws {SlackError} `json_not_object` or `invalid_json` for a JSON body that is none.
 */
export function readArguments(
  query: URLSearchParams,
  contentType: string,
  body: Buffer,
): Arguments {
  const values: Record<string, Json> = Object.fromEntries(query);
  if (contentType.includes("application/json")) {
    const parsed = parseJson(body.toString("utf8") || "{}");
    if (parsed === undefined) throw new SlackError("invalid_json");
    if (!isJsonObject(parsed)) throw new SlackError("json_not_object");
    for (const [name, value] of Object.entries(parsed))
      if (value !== undefined) values[name] = value;
  } else if (contentType.includes("x-www-form-urlencoded")) {
    Object.assign(values, Object.fromEntries(new URLSearchParams(body.toString("utf8"))));
  } else if (contentType.includes("multipart/form-data")) {
    throw new SlackError("invalid_post_type");
  }
  return new Arguments(values);
}
