import type { Json } from "../../../shared/json.ts";
import { shorten } from "../../../shared/shorten.ts";
import { showHidden } from "../../../shared/visible-text.ts";
import { type Html, html } from "../../pages/html.ts";

/** Characters of one value on a page; the API has the whole. */
const MAX_CHARS = 20_000;

/** A value as JSON; a text as it is. What hides in it is shown. */
export function value(json: Json): Html {
  const text = typeof json === "string" ? json : JSON.stringify(json, null, 2);
  return pre(text);
}

/** Text of models, people and services, in its own direction. */
export function pre(text: string): Html {
  if (text === "") return html`<p class="quiet">empty</p>`;
  return html`<pre dir="auto">${showHidden(shorten(text, MAX_CHARS))}</pre>`;
}

/** A value in one line of a table. */
export function inLine(json: Json, limit = 80): string {
  return shorten(typeof json === "string" ? json : JSON.stringify(json), limit);
}

/** Something that is unfolded. @param summary - what stands there until then. */
export function fold(summary: Html | string, content: Html, isOpen = false): Html {
  return html`<details class="fold"${isOpen ? html` open` : null}><summary>${summary}</summary><div class="stack">${content}</div></details>`;
}
