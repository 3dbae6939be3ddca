// @ts-check
/** Starts the page: loads the person and the workspace, then follows the stream. */

import { hear, isConnected, loadAll, watchTraffic } from "./actions/hear.js";
import { watchFaults } from "./actions/make-trouble.js";
import { addressOf, drawNewLine, followAddress, watchKeys } from "./actions/navigate.js";
import { listen, read } from "./api.js";
import { patch } from "./dom/patch.js";
import { page } from "./parts/page.js";
import { watchPopups } from "./parts/popover.js";
import { keepEnds, noteEnds } from "./parts/scroll.js";
import { unreadIn } from "./parts/sidebar.js";
import { App } from "./state/app.js";
import { placeName } from "./state/places.js";
import { data, text, textList } from "./state/shape.js";
import { recall } from "./state/storage.js";
import { toWorkspace } from "./state/workspace.js";
import { applyTheme } from "./theme.js";

const RETRY_MS = 1500;

applyTheme();
await start();

/** @returns {Promise<void>} */
async function start() {
  const root = document.getElementById("app");
  if (root === null) return;
  const asked = new URLSearchParams(location.search).get("user") ?? "";
  const answer = await bootstrap(root, asked);
  if (answer === null) return;
  const user = text(data(answer["user"])["id"]);
  keepAddress(user);
  const app = new App(toWorkspace(answer, user), () => show(app, root));
  root.textContent = "";
  app.botConnected = isConnected(data(answer["status"])["connected"]);
  app.dismissed = new Set(textList(recall("session", `dismissed.${user}`)));
  followAddress(app);
  await loadAll(app);
  drawNewLine(app);
  listen("/sim/stream", { user }, text(answer["last_event_id"]), {
    event: (event) => hear(app, event),
    up: () => setStream(app, true),
    down: () => setStream(app, false),
  });
  addEventListener("hashchange", () => followAddress(app));
  addEventListener("focus", () => {
    drawNewLine(app);
    app.update();
  });
  addEventListener("storage", () => {
    app.tour.reload();
    app.update();
  });
  watchPopups(app);
  watchKeys(app);
  // Both tools need it: the faults offer the methods that were called.
  app.onTool = () => watchTraffic(app);
  void watchFaults(app);
  app.update();
}

/** Says in the address who one is; a message in the query moves into the fragment. @param {string} user @returns {void} */
function keepAddress(user) {
  const query = new URLSearchParams(location.search);
  const channel = query.get("channel");
  const thread = query.get("thread") ?? undefined;
  const fragment = channel === null ? location.hash : addressOf(channel, thread);
  history.replaceState(null, "", `?${new URLSearchParams({ user })}${fragment}`);
}

/** @param {HTMLElement} root @param {string} user @returns {Promise<import("./state/shape.js").Data | null>} */
async function bootstrap(root, user) {
  try {
    return await read("/sim/bootstrap", { user });
  } catch (error) {
    const isUnknown = error instanceof Error && /answered 4/.test(error.message);
    root.textContent = isUnknown
      ? `There is no person ${user} in this workspace. Open the page without ?user=.`
      : "The simulator does not answer. This page tries again.";
    if (!isUnknown) setTimeout(() => location.reload(), RETRY_MS);
    return null;
  }
}

/** @param {App} app @param {boolean} up @returns {void} */
function setStream(app, up) {
  app.streamUp = up;
  app.update();
}

/** @param {App} app @param {HTMLElement} root @returns {void} */
function show(app, root) {
  markRead(app);
  noteEnds();
  patch(root, page(app));
  keepEnds();
  document.title = titleOf(app);
}

/** Marks what a visible, focused page shows as read. @param {App} app @returns {void} */
function markRead(app) {
  if (document.visibilityState !== "visible" || !document.hasFocus()) return;
  const { channel, thread, place } = app.route;
  if (place === "channel") app.reads.mark(channel, app.book.top(channel).at(-1)?.ts ?? "0");
  if (thread !== undefined)
    app.reads.mark(`${channel}/${thread}`, app.book.replies(channel, thread).at(-1)?.ts ?? "0");
}

/** @param {App} app @returns {string} */
function titleOf(app) {
  const mentions = [...app.workspace.channels.keys()].reduce(
    (sum, channel) => sum + unreadIn(app, channel).mentions,
    0,
  );
  const channel = app.workspace.channels.get(app.route.channel);
  const place = channel === undefined ? "" : placeName(app, channel);
  const who = app.names.user(app.me) ?? app.me;
  return `${mentions > 0 ? `(${mentions}) ` : ""}${place} · ${who} · ${app.workspace.team}`;
}
