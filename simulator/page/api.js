// @ts-check
/** Calls to the simulator. */

import { data, text } from "./state/shape.js";

/** @typedef {import("./state/shape.js").Data} Data */

const RECONNECT_MS = 1000;

/**
 * The outcome of a person's action.
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
 * Uploads a file as a person.
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
 * Listens to a stream for as long as the page is open. After an interruption what was missed comes first, or an event `reset` if
 * that is too much. By WebSocket: with one HTTP connection for each tab that listens, a sixth tab could send nothing.
 *
 * @param {string} path
 * @param {Record<string, string>} query
 * @param {string} since number of the last event that is known already
 * @param {{event: (event: Data) => void, up?: () => void, down?: () => void}} handlers
 * @returns {void}
 */
export function listen(path, query, since, handlers) {
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  const search = new URLSearchParams({ ...query, since });
  const socket = new WebSocket(`${scheme}://${location.host}${path}?${search}`);
  let last = since;
  socket.addEventListener("open", () => handlers.up?.());
  socket.addEventListener("message", (message) => {
    const { id, data: event } = data(JSON.parse(message.data));
    last = text(id, last);
    handlers.event(data(event));
  });
  socket.addEventListener("close", () => {
    handlers.down?.();
    setTimeout(() => listen(path, query, last, handlers), RECONNECT_MS);
  });
}
