// @ts-check
/** Places that a person can go to, with the names that they go by. */

/** @typedef {import("./app.js").App} App */
/** @typedef {import("./workspace.js").Channel} Channel */
/** @typedef {{address: string, label: string, note: string, sign: "channel" | "person" | "app", person?: string}} Place */

/** @param {App} app @param {Channel} channel @returns {string} as the person sees it: `#general`, `Bob Brown`, the app's name */
export function placeName(app, channel) {
  if (!channel.isIm) return `#${channel.name}`;
  if (channel.id === app.workspace.appChannel) return app.workspace.bot.name;
  const other = otherPerson(app, channel);
  return app.names.user(other) ?? other;
}

/** @param {App} app @param {Channel} channel @returns {string} id of the other one of a direct message */
export function otherPerson(app, channel) {
  return channel.members.find((member) => member !== app.me) ?? app.me;
}

/** @param {App} app @returns {Place[]} in the order of the sidebar */
export function placesOf(app) {
  const { appChannel, bot, channels, hasHome } = app.workspace;
  const places = [...channels.values()].map((channel) => toPlace(app, channel));
  if (!hasHome || appChannel === undefined) return places;
  const home = { address: "#home", label: `${bot.name}: Home`, note: "App Home" };
  return [...places, { ...home, sign: "app", person: bot.id }];
}

/** @param {App} app @param {Channel} channel @returns {Place} */
function toPlace(app, channel) {
  const base = { address: `#${channel.id}`, label: placeName(app, channel) };
  if (!channel.isIm) return { ...base, note: channel.topic, sign: "channel" };
  const isApp = channel.id === app.workspace.appChannel;
  return {
    ...base,
    note: isApp ? "Direct message with the app" : "Direct message",
    sign: isApp ? "app" : "person",
    person: otherPerson(app, channel),
  };
}
