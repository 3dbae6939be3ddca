// @ts-check
/** Calls to the simulator. */

import { data } from "./state/shape.js";

/** @typedef {import("./state/shape.js").Data} Data */

const RECONNECT_MS = 1000;

/**
 * What a person's deed came to.
 *
 * @typedef {object} Outcome
 * @property {boolean} acked the app acknowledged it
 * @property {string | undefined} error Slack's code, or `unreachable` when the simulator did not answer
 * @property {Data} answer
 */

/**
 * @param {string} path
 * @param {Record<string, string>} [query]
 * @returns {Promise<Data>}
 * @throws {Error} when the simulator does not answer or refuses
 */
export async function read(path, query = {}) {
  const response = await fetch(`${path}?${new URLSearchParams(query)}`, {
    headers: { accept: "application/json" },
  });
  if (!response.ok) throw new Error(`${path} answered ${response.status}`);
  return data(await response.json());
}

/**
 * Never rejects: a failure is an outcome.
 *
 * @param {string} path
 * @param {Data} body
 * @returns {Promise<Outcome>}
 */
export async function act(path, body) {
  try {
    const response = await fetch(path, {
      method: "POST",
      headers: { "content-type": "application/json", accept: "application/json" },
      body: JSON.stringify(body),
    });
    const answer = data(await response.json().catch(() => ({})));
    const error =
      typeof answer["error"] === "string"
        ? answer["error"]
        : response.ok
          ? undefined
          : `status_${response.status}`;
    return { acked: answer["acked"] === true, error, answer };
  } catch {
    return { acked: false, error: "unreachable", answer: {} };
  }
}

/**
 * Uploads a file as somebody.
 *
 * @param {string} user
 * @param {File} file
 * @returns {Promise<{id: string, name: string, size: number} | null>} `null` when it was not taken
 */
export async function upload(user, file) {
  try {
    const query = new URLSearchParams({ user, name: file.name });
    const response = await fetch(`/sim/file?${query}`, { method: "POST", body: file });
    const { id } = data(data(await response.json())["file"]);
    return typeof id === "string" ? { id, name: file.name, size: file.size } : null;
  } catch {
    return null;
  }
}

/**
 * Never rejects: what cannot be removed stays.
 *
 * @param {string} path
 * @param {Record<string, string>} query
 * @returns {Promise<void>}
 */
export async function remove(path, query) {
  await fetch(`${path}?${new URLSearchParams(query)}`, { method: "DELETE" }).catch(() => undefined);
}

/**
 * Listens to what happens, for as long as the page is open. After an interruption what was missed
 * comes first, or an event `reset` if that is too much.
 *
 * @param {string} user
 * @param {string} since number of the last event that is known already
 * @param {{event: (event: Data) => void, up: () => void, down: () => void}} handlers
 * @returns {void}
 */
export function listen(user, since, handlers) {
  const source = new EventSource(`/sim/stream?${new URLSearchParams({ user, since })}`);
  let last = since;
  source.addEventListener("open", handlers.up);
  source.addEventListener("message", (message) => {
    last = message.lastEventId || last;
    handlers.event(data(JSON.parse(message.data)));
  });
  source.addEventListener("error", () => {
    handlers.down();
    // The browser opens a dropped connection again, but gives a refused one up.
    if (source.readyState === EventSource.CLOSED)
      setTimeout(() => listen(user, last, handlers), RECONNECT_MS);
  });
}
