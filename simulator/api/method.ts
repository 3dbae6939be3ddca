import type { IncomingHttpHeaders } from "node:http";
import type { JsonObject } from "../json.ts";
import type { Workspace } from "../workspace/workspace.ts";
import type { Arguments } from "./arguments.ts";
import type { Tier } from "./rate-limits.ts";

/** One call of a Web API method, its token and scopes already checked. */
export interface ApiCall {
  readonly workspace: Workspace;
  readonly args: Arguments;
  readonly headers: IncomingHttpHeaders;
}

/** A Web API method. */
export interface ApiMethod {
  readonly tier: Tier;
  /** The kind of token that it takes. */
  readonly token: "bot" | "app" | "none";
  /** Scopes of which one must be granted; none needed when empty. */
  readonly scopes: readonly string[];
  /**
   * Answers the call; `ok: true` is added.
   *
   * @throws {SlackError} for what Slack refuses.
   */
  readonly run: (call: ApiCall) => JsonObject | Promise<JsonObject>;
}

/** Methods by name. Each family has a module that adds its own. */
export class MethodRegistry {
  readonly #methods = new Map<string, ApiMethod>();

  add(name: string, method: ApiMethod): void {
    this.#methods.set(name, method);
  }

  find(name: string): ApiMethod | undefined {
    return this.#methods.get(name);
  }

  names(): readonly string[] {
    return [...this.#methods.keys()].sort();
  }
}
