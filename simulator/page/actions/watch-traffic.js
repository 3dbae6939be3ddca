// @ts-check
/** Listens to the simulator's log of traffic, from the first time that somebody opens the inspector. */

import { listen } from "../api.js";

/** @typedef {import("../state/app.js").App} App */

/** @param {App} app @returns {void} */
export function watchTraffic(app) {
  if (app.traffic.isListening) return;
  app.traffic.isListening = true;
  listen("/sim/inspector/stream", {}, "0", {
    event: (entry) => {
      app.traffic.save(entry);
      if (app.tool === "inspector") app.update();
    },
  });
}
