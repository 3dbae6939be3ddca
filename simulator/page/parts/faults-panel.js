// @ts-check
/** The panel that injects faults: broken connections, failing calls, late and doubled payloads, a model and a mail server that fail. */

import { addFault, disconnect, removeFault, resetWorkspace } from "../actions/make-trouble.js";
import { h } from "../dom/h.js";
import { disconnects, kinds } from "../state/faults.js";
import { text } from "../state/shape.js";
import { icon } from "./icons.js";

/** @typedef {import("../state/app.js").App} App */
/** @typedef {import("../state/faults.js").Kind} Kind */
/** @typedef {import("../state/faults.js").Scope} Scope */
/** @typedef {import("../state/shape.js").Data} Data */
/** @typedef {import("../dom/h.js").VNode} VNode */

/** @param {App} app @returns {VNode} */
export function faultsPanel(app) {
  const { inbox } = app.workspace.banner;
  const shown = kinds.filter(({ target }) => target !== "mail" || inbox !== "");
  return h(
    "div",
    { class: "faults", key: "faults" },
    waiting(app),
    h(
      "div",
      { class: "fault-kinds" },
      connection(app),
      shown.map((kind) => form(app, kind)),
    ),
  );
}

/** @param {App} app @returns {VNode} */
function waiting(app) {
  const faults = app.faults.waiting;
  return h(
    "section",
    { class: "faults-waiting", "aria-label": "Faults that wait" },
    h("h3", null, faults.length === 0 ? "No fault waits" : `${faults.length} waiting`),
    h(
      "ul",
      null,
      faults.map((fault) => waitingRow(app, fault)),
    ),
    faults.length === 0
      ? null
      : h(
          "button",
          { class: "link", type: "button", onClick: () => void removeFault(app, undefined) },
          "Take all back",
        ),
  );
}

/** @param {App} app @param {Data} fault @returns {VNode} */
function waitingRow(app, fault) {
  const { id, target, left, times: _times, ...rest } = fault;
  const title = kinds.find((kind) => kind.target === target)?.title ?? text(target);
  const words = Object.entries(rest)
    .filter(([, value]) => value !== false && value !== undefined)
    .map(([name, value]) => `${name}: ${text(value) || String(value)}`);
  return h(
    "li",
    { class: "fault", key: text(id), "data-fault": text(id) },
    h("strong", null, title),
    h("span", { class: "fault-words" }, words.join(", ")),
    h("span", { class: "fault-left" }, `× ${text(left)}`),
    h(
      "button",
      {
        class: "tool",
        type: "button",
        "aria-label": `Take back: ${title}, ${words.join(", ")}`,
        onClick: () => void removeFault(app, text(id)),
      },
      icon("close"),
    ),
  );
}

/** @param {App} app @returns {VNode} */
function connection(app) {
  return h(
    "section",
    { class: "fault-kind", key: "connection", "aria-label": "Connection" },
    h("h3", null, "Connection"),
    h("p", { class: "fault-about" }, "What happens to the app's sockets, at once."),
    h(
      "div",
      { class: "fault-buttons" },
      disconnects.map(({ kind, label, about }) =>
        h(
          "button",
          {
            class: "button",
            key: kind,
            type: "button",
            title: about,
            onClick: () => void disconnect(app, kind),
          },
          label,
        ),
      ),
    ),
    h("p", { class: "fault-about" }, "And the workspace itself:"),
    h(
      "button",
      { class: "button", type: "button", onClick: () => void resetWorkspace(app) },
      "Empty the workspace…",
    ),
  );
}

/** @param {App} app @param {Kind} kind @returns {VNode} */
function form(app, kind) {
  const choice = app.faults.choice(kind);
  const id = `fault-${kind.target}`;
  const ask = kind.effects[choice.effect]?.ask;
  const problem = app.faults.problems.get(kind.target);
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    void addFault(app, kind);
  };
  return h(
    "form",
    {
      class: "fault-kind",
      key: kind.target,
      "aria-label": `${kind.title} faults`,
      novalidate: true,
      onSubmit: submit,
    },
    h("h3", null, kind.title),
    h("p", { class: "fault-about" }, kind.about),
    kind.scope === undefined ? null : scopeField(app, kind, kind.scope, id),
    h(
      "label",
      { class: "fault-field" },
      h("span", null, "Effect"),
      h(
        "select",
        {
          class: "field",
          onChange: (/** @type {Event} */ event) => change(app, kind, "effect", event),
        },
        kind.effects.map(({ label }, index) =>
          h("option", { value: String(index), selected: index === choice.effect }, label),
        ),
      ),
    ),
    ask === undefined ? null : valueField(app, kind, "value", ask.label, choice.value),
    valueField(app, kind, "times", "Times", choice.times),
    kind.canBeApplied === true ? appliedField(app, kind, choice.applied) : null,
    problem === undefined
      ? null
      : h("p", { class: "problem", role: "alert" }, icon("warning"), problem),
    h("button", { class: "button", type: "submit" }, "Add"),
  );
}

/** @param {App} app @param {Kind} kind @param {"value" | "times"} name @param {string} label @param {string} value @returns {VNode} */
function valueField(app, kind, name, label, value) {
  return h(
    "label",
    { class: "fault-field", key: name },
    h("span", null, label),
    h("input", {
      class: "field",
      value,
      onInput: (/** @type {Event} */ event) => change(app, kind, name, event),
    }),
  );
}

/** @param {App} app @param {Kind} kind @param {Scope} scope @param {string} id @returns {VNode} */
function scopeField(app, kind, scope, id) {
  const onChange = (/** @type {Event} */ event) => change(app, kind, "scope", event);
  const { scope: chosen } = app.faults.choice(kind);
  const field =
    scope.options === undefined
      ? [
          h("input", {
            class: "field",
            list: `${id}-known`,
            placeholder: scope.every,
            value: chosen,
            onInput: onChange,
          }),
          h(
            "datalist",
            { id: `${id}-known` },
            app.traffic.methods.map((method) => h("option", { value: method }, method)),
          ),
        ]
      : h(
          "select",
          { class: "field", onChange },
          [["", scope.every], ...scope.options].map(([value, label]) =>
            h("option", { value, selected: value === chosen }, label),
          ),
        );
  return h("label", { class: "fault-field" }, h("span", null, scope.label), field);
}

/** @param {App} app @param {Kind} kind @param {boolean} applied @returns {VNode} */
function appliedField(app, kind, applied) {
  const toggle = () => {
    app.faults.choose(kind, { applied: !applied });
    app.update();
  };
  return h(
    "label",
    { class: "choice" },
    h("input", { type: "checkbox", checked: applied, onChange: toggle }),
    h("span", { class: "choice-text" }, "The call takes effect, only its answer is lost"),
  );
}

/** @param {App} app @param {Kind} kind @param {"effect" | "value" | "scope" | "times"} name @param {Event} event @returns {void} */
function change(app, kind, name, event) {
  const { target } = event;
  if (!(target instanceof HTMLInputElement || target instanceof HTMLSelectElement)) return;
  app.faults.choose(kind, {
    [name]: name === "effect" ? Number(target.value) : target.value,
  });
  app.update();
}
