import { isJsonObject, type JsonObject, toObjects } from "../../json.ts";
import { until } from "./until.ts";

/** One person in front of a simulator, over HTTP like every other program. */
export class Person {
  readonly #url: string;
  readonly #user: string;

  constructor(url: string, user: string) {
    this.#url = url;
    this.#user = user;
  }

  /** Does something; `user` is added to the body. */
  async act(action: string, body: JsonObject = {}): Promise<JsonObject> {
    const response = await fetch(`${this.#url}/sim/${action}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ user: this.#user, ...body }),
    });
    return asObject(await response.json());
  }

  /** Reads a query; `user` is added to it. */
  async see(what: string, query: Record<string, string> = {}): Promise<JsonObject> {
    const search = new URLSearchParams({ user: this.#user, ...query });
    const response = await fetch(`${this.#url}/sim/${what}?${search.toString()}`);
    return asObject(await response.json());
  }

  async messages(
    channel: string,
    query: Record<string, string> = {},
  ): Promise<readonly JsonObject[]> {
    return toObjects((await this.see("messages", { channel, ...query }))["messages"]);
  }

  async views(): Promise<readonly JsonObject[]> {
    return toObjects((await this.see("views"))["views"]);
  }

  /** Polls until `look` finds something. */
  until<T>(look: () => Promise<T | undefined>): Promise<T> {
    return until(look);
  }
}

function asObject(value: unknown): JsonObject {
  if (!isJsonObject(value)) throw new Error("The answer is no JSON object.");
  return value;
}
