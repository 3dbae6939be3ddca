import { isJsonObject, type Json, type JsonObject, parseJson, toObjects } from "../json.ts";
import { invalidArguments, SlackError } from "./slack-error.ts";

/** The arguments of a call, whether they came as form fields, query or JSON. */
export class Arguments {
  readonly #values: JsonObject;
  readonly #parsed = new Map<string, Json | undefined>();

  constructor(values: JsonObject) {
    this.#values = values;
  }

  /** A text; empty counts as absent, as for Slack. Numbers and booleans in JSON are taken as text. */
  text(name: string): string | undefined {
    const value = this.#values[name];
    if (value === undefined || value === null || value === "") return undefined;
    return typeof value === "string" ? value : JSON.stringify(value);
  }

  /** @throws {SlackError} `invalid_arguments` naming the argument when it is absent. */
  required(name: string): string {
    const value = this.text(name);
    if (value === undefined) throw invalidArguments(`missing required field: ${name}`);
    return value;
  }

  flag(name: string): boolean {
    return ["true", "1"].includes(this.text(name) ?? "");
  }

  /** A whole number within bounds, or `fallback` when absent or no number. */
  count(name: string, fallback: number, max: number): number {
    const value = Number(this.text(name));
    if (this.text(name) === undefined || !Number.isInteger(value) || value < 1) return fallback;
    return Math.min(value, max);
  }

  /** Whether the argument was given at all, be it empty. */
  has(name: string): boolean {
    return this.#values[name] !== undefined && this.#values[name] !== null;
  }

  /** The same arguments but for one. */
  without(name: string): Arguments {
    const { [name]: _gone, ...rest } = this.#values;
    return new Arguments(rest);
  }

  /** A structured argument: JSON in a text, or a member of a JSON body. `undefined` when absent or malformed. */
  json(name: string): Json | undefined {
    const value = this.#values[name];
    if (typeof value !== "string") return value ?? undefined;
    if (!this.#parsed.has(name)) {
      const parsed = parseJson(value);
      this.#parsed.set(name, isJson(parsed) ? parsed : undefined);
    }
    return this.#parsed.get(name);
  }

  /** @throws {SlackError} with `code` when the argument is given and no list of objects. */
  objects(name: string, code: string): readonly JsonObject[] | undefined {
    if (!this.has(name) || this.#values[name] === "") return undefined;
    const value = this.json(name);
    if (!Array.isArray(value) || !value.every(isJsonObject)) throw new SlackError(code);
    return toObjects(value);
  }

  /** For the log: structured arguments parsed, tokens left out. */
  toLog(): JsonObject {
    const entries = Object.entries(this.#values).filter(([name]) => name !== "token");
    return Object.fromEntries(
      entries.map(([name, value]) => [
        name,
        typeof value === "string" && /^[[{]/.test(value) ? (this.json(name) ?? value) : value,
      ]),
    );
  }
}

/** What `JSON.parse` returns is JSON. */
function isJson(value: unknown): value is Json {
  return value !== undefined;
}

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
