// @ts-check
/** Applies the changes that the stream delivers. */

import { listen, read } from "../api.js";
import { data, dataList, number, text } from "../state/shape.js";
import { toWorkspace } from "../state/workspace.js";
import { followAddress, loadHome, loadThread, meetThread, showHome } from "./navigate.js";

/** @typedef {import("../state/app.js").App} App */
/** @typedef {import("../state/shape.js").Data} Data */

/** @type {Record<string, (app: App, event: Data) => void>} */
const hearers = {
  message: hearMessage,
  message_changed: hearMessage,
  ephemeral: (app, event) => {
    const place = { thread_ts: event["thread_ts"], ...data(event["message"]), ephemeral: true };
    app.book.save(text(event["channel"]), place);
  },
  message_deleted: (app, event) => app.book.remove(text(event["channel"]), text(event["ts"])),
  reaction: (app, event) => {
    const message = app.book.find(text(event["channel"]), text(event["ts"]));
    if (message)
      app.book.save(text(event["channel"]), { ...message, reactions: event["reactions"] });
  },
  view_opened: (app, event) => showView(app, data(event["view"])),
  view_updated: (app, event) => showView(app, data(event["view"])),
  view_closed: (app, event) =>
    closeView(app, text(data(event["view"])["id"]) || text(event["view_id"])),
  home_published: (app, event) => showHome(app, data(event["view"])),
  status: (app, event) => {
    app.botConnected = isConnected(event["connected"]);
  },
  assistant_status: (app, event) => app.assistant.hearStatus(event),
  agent_session: (app, event) => app.assistant.hearSession(event),
  assistant_prompts: (app, event) => app.assistant.hearPrompts(event),
  directory: (app) => void reloadWorkspace(app),
  reset: (app) => void startAgain(app),
};

/** @param {App} app @param {Data} event @returns {void} */
export function hear(app, event) {
  const message = data(event["message"]);
  const before = app.book.find(text(event["channel"]), text(message["ts"]));
  hearers[text(event["type"])]?.(app, event);
  app.tour.meet({ type: "event", event, before });
  if (text(event["channel"]) === app.route.channel) meetThread(app);
  app.update();
}

/** @param {unknown} connected a flag, or how many connections there are @returns {boolean} */
export function isConnected(connected) {
  return connected === true || (number(connected) ?? 0) > 0;
}

/** @param {App} app @param {Data} event @returns {void} */
function hearMessage(app, event) {
  const channel = text(event["channel"]);
  app.book.save(channel, data(event["message"]));
  if (event["type"] === "message") app.assistant.hearAnswer(channel, data(event["message"]));
}

/** Reloads the workspace after a change of members or channels: the places that the person sees may have changed too. @param {App} app @returns {Promise<void>} */
async function reloadWorkspace(app) {
  const answer = await read("/sim/bootstrap", { user: app.me }).catch(() => null);
  if (answer === null) return;
  const before = new Set(app.workspace.channels.keys());
  app.setWorkspace(toWorkspace(answer, app.me));
  const added = [...app.workspace.channels.keys()].filter((channel) => !before.has(channel));
  await Promise.all(added.map((channel) => loadChannel(app, channel)));
  followAddress(app);
}

/** @param {App} app @param {string} channel @returns {Promise<void>} */
async function loadChannel(app, channel) {
  const { messages } = await read("/sim/messages", { channel, user: app.me });
  app.book.reload(channel, messages);
}

/** @param {App} app @param {Data} view @returns {void} adds the modal, or replaces it in place */
function showView(app, view) {
  const id = text(view["id"]);
  if (id === "") return;
  if (view["type"] === "home") {
    showHome(app, view);
    return;
  }
  const known = app.views.some((open) => open["id"] === id);
  app.views = known
    ? app.views.map((open) => (open["id"] === id ? view : open))
    : [...app.views, view];
}

/** @param {App} app @param {string} id @returns {void} */
export function closeView(app, id) {
  app.views = app.views.filter((view) => view["id"] !== id);
  app.forms.delete(id);
  for (const key of [...app.problems.keys()]) {
    if (key.startsWith(`${id}/`)) app.problems.delete(key);
  }
}

/** The workspace is another one, or too much was missed: drafts stay, the rest is read anew. @param {App} app @returns {Promise<void>} */
async function startAgain(app) {
  app.book.clear();
  app.views = [];
  app.home = null;
  app.traffic.clear();
  app.assistant.clear();
  await reloadWorkspace(app);
  await loadAll(app).catch(() =>
    app.toast("error", "The simulator does not answer. Reload the page."),
  );
}

/** Reads everything. @param {App} app @returns {Promise<void>} */
export async function loadAll(app) {
  for (const session of app.workspace.sessions) app.assistant.hearSession(session);
  const channels = [...app.workspace.channels.keys()];
  const [views, ...messages] = await Promise.all([
    read("/sim/views", { user: app.me }),
    ...channels.map((channel) => read("/sim/messages", { channel, user: app.me })),
  ]);
  app.views = dataList(views["views"]);
  for (const [index, channel] of channels.entries()) {
    app.book.reload(channel, messages[index]?.["messages"]);
    app.reads.start(channel, app.book.top(channel).at(-1)?.ts ?? "0");
  }
  if (app.route.place === "home") await loadHome(app);
  if (app.route.thread !== undefined) await loadThread(app, app.route.channel, app.route.thread);
  app.update();
}

/** Listens to the log of traffic, from the first time the inspector is opened. @param {App} app @returns {void} */
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
