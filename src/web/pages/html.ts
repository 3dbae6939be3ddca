import { escapeHtml } from "../../shared/markup.ts";

/** HTML that is safe to send: made by {@link html}, or trusted text of the bot. */
export class Html {
  readonly text: string;

  /** @param text - trusted HTML; text from outside goes through {@link html}. */
  constructor(text: string) {
    this.text = text;
  }
}

type Part = Html | string | number | null | readonly Part[];

/**
 * Builds HTML: values are escaped unless they are {@link Html}; lists are joined, `null` is empty.
 */
export function html(strings: TemplateStringsArray, ...values: readonly Part[]): Html {
  const parts = strings.map((text, index) => text + toText(values[index] ?? null));
  return new Html(parts.join(""));
}

function toText(value: Part): string {
  if (value === null) return "";
  if (value instanceof Html) return value.text;
  if (typeof value === "string" || typeof value === "number") return escapeHtml(String(value));
  return value.map(toText).join("");
}
