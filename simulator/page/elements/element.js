// @ts-check
/** Chooses how an element of Block Kit is shown. */

import { h } from "../dom/h.js";
import { text } from "../state/shape.js";
import { button, feedbackButtons, iconButton } from "./button.js";
import { choices } from "./choices.js";
import { fileInput } from "./file-input.js";
import { image } from "./image.js";
import { menu } from "./menu.js";
import { overflow } from "./overflow.js";
import { picker } from "./picker.js";
import { richTextInput } from "./rich-text-input.js";
import { textInput } from "./text-input.js";

/** @typedef {import("../blocks/view-types.js").ElementView} ElementView */

/** @type {Record<string, ElementView>} */
const views = {
  button,
  workflow_button: button,
  icon_button: iconButton,
  feedback_buttons: feedbackButtons,
  overflow,
  image: (place, element) => image(place.app, element, "accessory"),
  checkboxes: choices,
  radio_buttons: choices,
  datepicker: picker,
  timepicker: picker,
  datetimepicker: picker,
  static_select: menu,
  multi_static_select: menu,
  external_select: menu,
  multi_external_select: menu,
  users_select: menu,
  multi_users_select: menu,
  channels_select: menu,
  multi_channels_select: menu,
  conversations_select: menu,
  multi_conversations_select: menu,
  plain_text_input: textInput,
  email_text_input: textInput,
  url_text_input: textInput,
  number_input: textInput,
  rich_text_input: richTextInput,
  file_input: fileInput,
};

/** @type {ElementView} */
export function renderElement(place, element) {
  const view = views[text(element["type"])];
  if (view !== undefined) return view(place, element);
  return h(
    "span",
    { class: "unsupported" },
    `“${text(element["type"], "element")}” is not shown by the simulator`,
  );
}
