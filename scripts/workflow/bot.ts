import { type ApiClient, createClient } from "../../src/web/client/client.ts";
import { UsageError } from "./command.ts";

/** A running bot. */
export interface Bot extends ApiClient {
  readonly url: string;
}

/** Where a bot listens unless it is said otherwise. */
const DEFAULT_URL = "http://127.0.0.1:3000";

/**
 * The bot that the environment names: `HEDDLE_URL`, or `PORT` on this machine; with `API_TOKEN`, or the token of a person in it.
 *
 * @param given - the address that the caller gave.
 * @throws {UsageError} when the address is none.
 */
export function openBot(env: NodeJS.ProcessEnv, given: string | undefined): Bot {
  const port = env["PORT"];
  const url =
    given ?? (env["HEDDLE_URL"] || (port ? `http://127.0.0.1:${port}` : "") || DEFAULT_URL);
  const address = URL.parse(url);
  if (address === null || !/^https?:$/.test(address.protocol))
    throw new UsageError(`"${url}" is no address: it must be such as ${DEFAULT_URL}.`);
  const token = env["API_TOKEN"];
  const base = address.href.replace(/\/$/, "");
  return { ...createClient({ url: () => base, ...(token ? { token } : {}) }), url: base };
}
