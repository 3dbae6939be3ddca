// @ts-check
/** Select menus, for one or for several values, with a search field. */

import { sendAction } from "../actions/interact.js";
import { leastQuery, loadOffersSoon } from "../actions/load-offers.js";
import { classes, h } from "../dom/h.js";
import { icon } from "../parts/icons.js";
import { popover } from "../parts/popover.js";
import { originKey } from "../state/app.js";
import { elementState } from "../state/element-state.js";
import {
  fieldId,
  fieldKey,
  fieldValue,
  fill,
  isExternal,
  isManyValued,
  withOffers,
} from "../state/form.js";
import { number, text } from "../state/shape.js";
import { failure, pendingOf } from "./button.js";
import { optionsOf } from "./options.js";
import { plainOf } from "./text-object.js";

/** @typedef {import("../blocks/view-types.js").Place} Place */
/** @typedef {import("../state/shape.js").Data} Data */
/** @typedef {import("./options.js").Option} Option */
/**
 * @typedef {object} Menu
 * @property {Place} place
 * @property {Data} element
 * @property {string} id
 * @property {Option[]} options
 * @property {readonly string[]} chosen
 * @property {boolean} isMany
 * @property {boolean} isOpen
 */

/** @type {import("../blocks/view-types.js").ElementView} */
export function menu(place, element) {
  const { app, origin, blockId } = place;
  const id = fieldId(origin, fieldKey(blockId, element));
  /** @type {Menu} */
  const state = {
    place,
    element,
    id,
    options: optionsOf(app, withOffers(app, origin, blockId, element)),
    chosen: chosenIn(place, element),
    isMany: isManyValued(element),
    isOpen: app.popup?.id === id,
  };
  return h(
    "span",
    { class: "menu-holder" },
    trigger(state),
    clearButton(state),
    state.isOpen ? list(state) : null,
    failure(pendingOf(place, element)),
  );
}

/** @param {Place} place @param {Data} element @returns {string[]} */
function chosenIn({ app, origin, blockId }, element) {
  const value = fieldValue(app, origin, blockId, element);
  if (Array.isArray(value)) return value;
  return typeof value === "string" && value !== "" ? [value] : [];
}

/** A button that clears an optional menu. @param {Menu} state @returns {import("../dom/h.js").VNode | null} */
function clearButton({ place, element, chosen, isMany }) {
  if (!place.optional || chosen.length === 0) return null;
  const { app, origin, blockId } = place;
  const clear = () => {
    fill(app, origin, fieldKey(blockId, element), isMany ? [] : "");
    app.update();
  };
  return h(
    "button",
    { class: "tool clear", type: "button", "aria-label": "Clear the choice", onClick: clear },
    icon("close"),
  );
}

/** @param {Menu} state @returns {import("../dom/h.js").VNode} */
function trigger(state) {
  const { place, element, id, chosen, isOpen } = state;
  const labels = chosen.map(
    (value) => state.options.find((option) => option.value === value)?.label ?? value,
  );
  const placeholder =
    plainOf(element["placeholder"]) || (state.isMany ? "Choose some options" : "Choose an option");
  const toggle = () => {
    if (!isOpen && isExternal(element)) loadOffersSoon(place, element, "");
    place.app.popup = isOpen
      ? null
      : {
          id,
          query: "",
          active: Math.max(
            0,
            state.isMany ? 0 : state.options.findIndex((o) => chosen.includes(o.value)),
          ),
        };
    place.app.update();
  };
  const keydown = (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== "ArrowDown" || isOpen) return;
    event.preventDefault();
    toggle();
  };
  const props = {
    class: classes("field", "menu-trigger", labels.length === 0 && "empty"),
    type: "button",
    role: "combobox",
    id,
    "data-action-id": text(element["action_id"]),
    "aria-haspopup": "listbox",
    "aria-expanded": String(isOpen),
    "aria-controls": isOpen ? `${id}-list` : null,
    "aria-labelledby": place.labelId === undefined ? null : `${place.labelId} ${id}`,
    "aria-label": place.labelId === undefined ? [placeholder, ...labels].join(": ") : null,
    "aria-describedby": place.problemId,
    "aria-invalid": place.problemId === undefined ? null : "true",
    onClick: toggle,
    onKeydown: keydown,
  };
  const shown =
    labels.length === 0
      ? h("span", { class: "menu-value" }, placeholder)
      : state.isMany
        ? labels.map((label) => h("span", { class: "token", key: label }, label))
        : h("span", { class: "menu-value" }, labels[0]);
  return h("button", props, h("span", { class: "menu-values" }, shown), icon("chevron"));
}

/** @param {Menu} state @returns {import("../dom/h.js").VNode} */
function list(state) {
  const { app } = state.place;
  const { options, active } = offered(state);
  const search = h("input", {
    class: "field menu-search",
    type: "text",
    value: "",
    placeholder: "Search",
    "aria-label": "Search options",
    "aria-controls": `${state.id}-list`,
    "aria-activedescendant": options[active] === undefined ? null : `${state.id}-o${active}`,
    autocomplete: "off",
    onInput: (/** @type {Event} */ event) => {
      if (!(event.target instanceof HTMLInputElement) || app.popup === null) return;
      app.popup = { ...app.popup, query: event.target.value, active: 0 };
      if (isExternal(state.element)) loadOffersSoon(state.place, state.element, event.target.value);
      app.update();
    },
    onKeydown: (/** @type {KeyboardEvent} */ event) => keyInList(state, event),
  });
  const rows = options.map((option, index) => [
    option.group !== "" && option.group !== options[index - 1]?.group
      ? h("li", { class: "option-group", role: "presentation" }, option.group)
      : null,
    row(state, option, index, index === active),
  ]);
  const box = h(
    "ul",
    {
      id: `${state.id}-list`,
      role: "listbox",
      "aria-label": "Options",
      "aria-multiselectable": state.isMany ? "true" : null,
    },
    rows,
  );
  return popover(
    state.id,
    { class: "menu" },
    search,
    box,
    options.length === 0 ? h("p", { class: "empty-note", role: "status" }, whyEmpty(state)) : null,
  );
}

/** @param {Menu} state @returns {string} */
function whyEmpty({ place, element }) {
  if (!isExternal(element)) return "Nothing found";
  const { app } = place;
  const query = app.popup?.query ?? "";
  const least = leastQuery(element);
  if (query.length < least)
    return `Type ${least === 1 ? "a character" : `${least} characters`} to search`;
  const offers = offersAt(place, element);
  if (offers?.query !== query) return "Searching…";
  return offers.problem ?? "Nothing found";
}

/** @param {Place} place @param {Data} element @returns {import("../state/app.js").Offers | undefined} */
function offersAt({ app, origin, blockId }, element) {
  return app.offers.get(`${originKey(origin)}/${fieldKey(blockId, element)}`);
}

/** @param {Menu} state @param {Option} option @param {number} index @param {boolean} isActive @returns {import("../dom/h.js").VNode} */
function row(state, option, index, isActive) {
  const isChosen = state.chosen.includes(option.value);
  return h(
    "li",
    {
      key: option.value,
      id: `${state.id}-o${index}`,
      role: "option",
      class: classes("option", isActive && "active"),
      "aria-selected": String(isChosen),
      "data-value": option.value,
      onClick: () => choose(state, option.value),
    },
    h("span", { class: "option-check" }, isChosen ? icon("check") : null),
    h(
      "span",
      { class: "option-label" },
      option.label,
      option.description === ""
        ? null
        : h("span", { class: "choice-description" }, option.description),
    ),
  );
}

/** @param {Menu} state @returns {{options: Option[], active: number}} what the search leaves, as of now */
function offered(state) {
  const { popup } = state.place.app;
  const query = (popup?.query ?? "").toLowerCase();
  const options = isExternal(state.element)
    ? externalOptions(state, popup?.query ?? "")
    : state.options.filter((option) =>
        `${option.label} ${option.group}`.toLowerCase().includes(query),
      );
  return { options, active: Math.min(popup?.active ?? 0, Math.max(0, options.length - 1)) };
}

/** The app does the searching here: its answer stands as it is. @param {Menu} state @param {string} query @returns {Option[]} */
function externalOptions({ place, element }, query) {
  const offers = offersAt(place, element);
  if (offers === undefined || query.length < leastQuery(element)) return [];
  return optionsOf(place.app, { ...element, option_groups: offers.groups });
}

/** People type faster than the page is drawn, so keys go by what is known now. @param {Menu} state @param {KeyboardEvent} event @returns {void} */
function keyInList(state, event) {
  const { app } = state.place;
  const { options, active } = offered(state);
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step !== undefined && app.popup !== null && options.length > 0) {
    event.preventDefault();
    app.popup = { ...app.popup, active: (active + step + options.length) % options.length };
    app.update();
    document
      .getElementById(`${state.id}-o${app.popup.active}`)
      ?.scrollIntoView({ block: "nearest" });
  }
  const option = options[active];
  if (event.key === "Enter" && option !== undefined) {
    event.preventDefault();
    choose(state, option.value);
  }
  if (event.key === "Tab") {
    app.popup = null;
    app.update();
  }
}

/** @param {Menu} state @param {string} value @returns {void} */
function choose(state, value) {
  const { place, element } = state;
  const { app, origin, blockId } = place;
  const chosen = chosenIn(place, element);
  const most = number(element["max_selected_items"]) ?? Number.POSITIVE_INFINITY;
  const next = chosen.includes(value)
    ? chosen.filter((one) => one !== value)
    : [...chosen, value].slice(0, most);
  const selected = state.isMany ? next : value;
  fill(app, origin, fieldKey(blockId, element), selected);
  if (!state.isMany) {
    app.popup = null;
    document.getElementById(state.id)?.focus({ preventScroll: true });
  }
  if (place.dispatches) {
    const known = withOffers(app, origin, blockId, element);
    const state = isExternal(element) ? elementState(known, selected) : selected;
    void sendAction(app, origin, blockId, element, { selected: state });
  }
  app.update();
}
