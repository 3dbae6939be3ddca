// @ts-check
/** The checklist for newcomers. What is done and why is in `state/tour.js`. */

import { addressAs, addressOf, go } from "../actions/navigate.js";
import { suggest } from "../actions/send.js";
import { classes, h } from "../dom/h.js";
import { isReply } from "../state/message-book.js";
import { text } from "../state/shape.js";
import { steps } from "../state/tour.js";
import { icon } from "./icons.js";

/** @typedef {import("../state/app.js").App} App */
/** @typedef {import("../state/tour.js").Step} Step */

/** Folded it shows the next step alone: the sidebar is for places. @param {App} app @returns {import("../dom/h.js").VNode} */
export function tourCard(app) {
  const { tour } = app;
  const done = steps.filter((step) => tour.isDone(step.id)).length;
  const next = steps.find((step) => !tour.isDone(step.id));
  const toggle = () => {
    tour.setOpen(!tour.isOpen);
    app.update();
  };
  return h(
    "section",
    { class: classes("tour", tour.isOpen && "open"), "aria-label": "Tour" },
    h(
      "button",
      {
        class: "tour-title",
        type: "button",
        "aria-expanded": String(tour.isOpen),
        title: tour.isOpen ? "Show the next step alone" : "Show all steps",
        onClick: toggle,
      },
      h("span", null, tour.isOver ? "Tour done 🎉" : "Tour"),
      h("span", { class: "tour-count" }, `${done} of ${steps.length}`),
      icon("chevron"),
    ),
    h(
      "div",
      { class: "tour-progress", "aria-hidden": "true" },
      steps.map((step) => h("i", { class: tour.isDone(step.id) ? "done" : null, key: step.id })),
    ),
    h(
      "ol",
      { class: "tour-steps" },
      steps.map((step) => row(app, step, step === next)),
    ),
    tour.isOver ? again(app) : null,
  );
}

/** @param {App} app @returns {import("../dom/h.js").VNode} */
function again(app) {
  const restart = () => {
    app.tour.restart();
    app.update();
  };
  return h(
    "div",
    { class: "tour-over" },
    h(
      "p",
      null,
      "Now look inside with the Inspector, or break something under Faults: nothing that was accepted is lost.",
    ),
    h("button", { class: "link", type: "button", onClick: restart }, "Start again"),
  );
}

/** @param {App} app @param {Step} step @param {boolean} isNext @returns {import("../dom/h.js").VNode} */
function row(app, step, isNext) {
  const isDone = app.tour.isDone(step.id);
  const state = { "data-tour-step": step.id, "data-done": String(isDone) };
  return h(
    "li",
    { class: classes("tour-step", isDone && "done", isNext && "next"), key: step.id, ...state },
    h(
      "span",
      { class: "tour-mark", role: "img", "aria-label": isDone ? "done" : "to do" },
      isDone ? icon("check") : null,
    ),
    h(
      "div",
      null,
      h("div", { class: "tour-step-title" }, step.title),
      isNext ? h("p", { class: "tour-hint" }, step.hint) : null,
      isNext ? action(app, step) : null,
    ),
  );
}

/** @param {App} app @param {Step} step @returns {import("../dom/h.js").VNode | null} what takes the person to the step */
function action(app, step) {
  const { command, toApp, person, address, lookAt, opensThread } = step;
  const place = lookAt === undefined ? undefined : placeOf(app, lookAt, opensThread === true);
  if (person !== undefined && person !== app.me) {
    const name = app.names.user(person) ?? person;
    return link(addressAs(person, place), `Become ${name}`);
  }
  if (command !== undefined) {
    const onClick = () => typeFor(app, command, toApp === true);
    return h("button", { class: "tour-action", type: "button", onClick }, "Type it for me");
  }
  if (address !== undefined) return link(address, "Open it");
  if (place === undefined) return null;
  return link(place, opensThread ? "Open the thread" : "Show the card");
}

/** @param {App} app @param {NonNullable<Step["lookAt"]>} lookAt @param {boolean} opensThread @returns {string | undefined} where the message of a step stands, in its thread if it is a reply */
function placeOf(app, lookAt, opensThread) {
  const found = app.book.latest(lookAt);
  if (found === undefined) return undefined;
  const message = app.book.find(found.channel, found.ts);
  const thread = message && isReply(message) ? text(message["thread_ts"]) : undefined;
  return addressOf(found.channel, thread ?? (opensThread ? found.ts : undefined));
}

/** @param {string} href @param {string} label @returns {import("../dom/h.js").VNode} */
function link(href, label) {
  return h("a", { class: "tour-action", href }, label);
}

/** @param {App} app @param {string} command @param {boolean} toApp @returns {void} */
function typeFor(app, command, toApp) {
  const general = [...app.workspace.channels.values()].find((place) => place.name === "general");
  const wanted = toApp ? app.workspace.appChannel : general?.id;
  const channel = wanted ?? app.route.channel;
  go(addressOf(channel));
  app.sidebarOpen = false;
  app.update();
  // The message box may have to appear first.
  setTimeout(() => suggest(channel, command), SETTLE_MS);
}

const SETTLE_MS = 60;
