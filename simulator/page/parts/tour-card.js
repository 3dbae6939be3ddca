// @ts-check
/** The checklist for newcomers. What is done and why is in `state/tour.js`. */

import { addressAs, go } from "../deeds/navigate.js";
import { suggest } from "../deeds/send.js";
import { classes, h } from "../dom/h.js";
import { steps } from "../state/tour.js";
import { icon } from "./icons.js";

/** @typedef {import("../state/app.js").App} App */
/** @typedef {import("../state/tour.js").Step} Step */

/** @param {App} app @returns {import("../dom/h.js").VNode} */
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
        onClick: toggle,
      },
      h("span", null, tour.isOver ? "Tour done 🎉" : "Take the tour"),
      h("span", { class: "tour-count" }, `${done}/${steps.length}`),
      icon("chevron"),
    ),
    tour.isOpen
      ? h(
          "ol",
          { class: "tour-steps" },
          steps.map((step) => row(app, step, step === next)),
        )
      : null,
    tour.isOpen && tour.isOver ? again(app) : null,
  );
}

/** @param {App} app @returns {import("../dom/h.js").VNode} */
function again(app) {
  const restart = () => {
    app.tour.restart();
    app.update();
  };
  return h("button", { class: "link", type: "button", onClick: restart }, "Start again");
}

/** @param {App} app @param {Step} step @param {boolean} isNext @returns {import("../dom/h.js").VNode} */
function row(app, step, isNext) {
  const isDone = app.tour.isDone(step.id);
  const { command, person } = step;
  const first =
    [...app.workspace.channels.values()].find((place) => place.name === "general")?.id ??
    app.route.channel;
  const tryIt = () => {
    const channel = app.route.place === "channel" ? app.route.channel : first;
    if (app.route.place !== "channel") go(`#${first}`);
    app.sidebarOpen = false;
    app.update();
    setTimeout(() => suggest(channel, command ?? ""), 50);
  };
  return h(
    "li",
    {
      class: classes("tour-step", isDone && "done", isNext && "next"),
      key: step.id,
      "data-tour-step": step.id,
      "data-done": String(isDone),
    },
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
      isNext && command !== undefined
        ? h(
            "button",
            { class: "tour-deed", type: "button", onClick: tryIt },
            "Put the command into the box",
          )
        : null,
      isNext && person !== undefined && person !== app.me
        ? h(
            "a",
            { class: "tour-deed", href: addressAs(person) },
            `Become ${app.names.user(person) ?? person}`,
          )
        : null,
    ),
  );
}
