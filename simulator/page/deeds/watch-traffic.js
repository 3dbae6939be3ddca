// @ts-check
/** Listens to the simulator's log of traffic, from the first time that somebody opens the inspector. */

import { data } from "../state/shape.js";

/** @typedef {import("../state/app.js").App} App */

const RECONNECT_MS = 1000;

/** @param {App} app @returns {void} */
export function watchTraffic(app) {
  if (app.traffic.isListening) return;
  app.traffic.isListening = true;
  open(app);
}

/** @param {App} app @returns {void} */
function open(app) {
  const source = new EventSource(`/sim/inspector/stream?since=${app.traffic.lastSeq}`);
  source.addEventListener("message", (message) => {
    app.traffic.save(data(JSON.parse(message.data)));
    if (app.tool === "inspector") app.update();
  });
  source.addEventListener("error", () => {
    // The browser opens a dropped connection again, but gives a refused one up.
    if (source.readyState === EventSource.CLOSED) setTimeout(() => open(app), RECONNECT_MS);
  });
}
