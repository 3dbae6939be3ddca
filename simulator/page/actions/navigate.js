// @ts-check
/** Navigation: the person is in the query, the place in the fragment (`#C0GENERAL/1700000000.000100`, `#home`). */

import { act, read } from "../api.js";
import { placesOf } from "../state/places.js";
import { data } from "../state/shape.js";

/** @typedef {import("../state/app.js").App} App */
/** @typedef {import("../state/app.js").Route} Route */

/** @param {App} app @returns {void} goes where the address says */
export function followAddress(app) {
  const route = toRoute(app, decodeURIComponent(location.hash.slice(1)));
  const moved = route.place !== app.route.place || route.channel !== app.route.channel;
  const threadMoved = moved || route.thread !== app.route.thread;
  app.route = route;
  app.sidebarOpen = false;
  app.popup = null;
  if (route.place === "home" && moved) void openHome(app);
  if (moved) app.reads.leave();
  if (route.place === "channel") drawNewLine(app);
  if (route.thread !== undefined && threadMoved) void loadThread(app, route.channel, route.thread);
  app.update();
}

/** Draws the "New" line; call it when the person opens a channel. @param {App} app @returns {void} */
export function drawNewLine(app) {
  const { channel } = app.route;
  app.reads.open(channel, app.book.top(channel).at(-1)?.ts ?? "0");
}

/** @param {App} app @param {string} fragment @returns {Route} */
function toRoute(app, fragment) {
  const [place = "", thread] = fragment.split("/");
  if (place === "home")
    return { place: "home", channel: app.workspace.appChannel ?? "", thread: undefined };
  if (app.workspace.channels.has(place))
    return { place: "channel", channel: place, thread: thread || undefined };
  const first = [...app.workspace.channels.keys()].find(
    (id) => app.workspace.channels.get(id)?.name === "general",
  );
  return {
    place: "channel",
    channel: first ?? [...app.workspace.channels.keys()][0] ?? "",
    thread: undefined,
  };
}

/** @param {string} channel @param {string} [thread] @returns {string} */
export function addressOf(channel, thread) {
  return thread === undefined ? `#${channel}` : `#${channel}/${thread}`;
}

/** @param {string} address a fragment @returns {void} */
export function go(address) {
  location.hash = address;
}

/**
 * @param {string} user
 * @param {string} [place] a fragment; this place otherwise, unless it is a direct message
 * @returns {string} the address of the page for another person
 */
export function addressAs(user, place = location.hash.startsWith("#C") ? location.hash : "") {
  return `?${new URLSearchParams({ user })}${place}`;
}

/** @param {App} app @returns {Promise<void>} */
async function openHome(app) {
  const outcome = await act("/sim/home-open", { user: app.me, tab: "home" });
  if (outcome.error === "unreachable") app.toast("error", "The simulator does not answer.");
  await loadHome(app);
}

/** Reads the Home tab, unless the app publishes it meanwhile: that is newer than the answer. @param {App} app @returns {Promise<void>} */
export async function loadHome(app) {
  const before = app.home;
  const answer = await read("/sim/home", { user: app.me }).catch(() => ({}));
  if (app.home !== before) return;
  // What was published is never taken away: an answer without it is older.
  if (before !== null && data(answer)["id"] === null) return;
  const view = data(answer)["view"] === undefined ? data(answer) : data(data(answer)["view"]);
  if (Array.isArray(view["blocks"])) showHome(app, view);
}

/** @param {App} app @param {import("../state/shape.js").Data} view @returns {void} */
export function showHome(app, view) {
  app.home = view;
  if (app.route.place === "home") app.tour.meet({ type: "home", view });
  app.update();
}

/** @param {App} app @param {string} channel @param {string} thread @returns {Promise<void>} */
export async function loadThread(app, channel, thread) {
  try {
    const answer = await read("/sim/messages", { channel, thread_ts: thread, user: app.me });
    app.book.reload(channel, answer["messages"], thread);
    meetThread(app);
  } catch {
    app.toast("error", "This thread could not be loaded.");
  }
  app.update();
}

/** Reports the open thread to the tour. @param {App} app @returns {void} */
export function meetThread(app) {
  const { channel, thread } = app.route;
  if (thread === undefined) return;
  const parent = app.book.find(channel, thread);
  app.tour.meet({
    type: "thread",
    messages: [...(parent ? [parent] : []), ...app.book.replies(channel, thread)],
  });
}

/** Handles the keys that work everywhere on the page. @param {App} app @returns {void} */
export function watchKeys(app) {
  document.addEventListener("keydown", (event) => {
    const isCommand = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey;
    if (isCommand && event.key.toLowerCase() === "k") {
      event.preventDefault();
      if (document.querySelector("dialog[open]") === null) app.jump(true);
      return;
    }
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.altKey && step !== undefined) {
      event.preventDefault();
      walk(app, step);
    }
  });
}

/** Goes to the next or the previous place of the sidebar. @param {App} app @param {number} step @returns {void} */
function walk(app, step) {
  const places = placesOf(app);
  const here = app.route.place === "home" ? "#home" : addressOf(app.route.channel);
  const at = places.findIndex((place) => place.address === here);
  const next = places[(at + step + places.length) % places.length];
  if (next !== undefined) go(next.address);
}
