const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Text as HTML shows it, between tags and within quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}

/**
 * Text in Slack's markup that notifies no crowd: `<!channel>`, `<!here>`, `<!everyone>` and user groups are shown as they are
 * written. Links, emphasis and mentions of single people stay.
 *
 * A `<` at the end is taken too: the text that follows could make a mention of it.
 */
export function escapeBroadcasts(text: string): string {
  return text.replace(/<(?=!|$)/g, "&lt;");
}

/** Kinds of markup that a parameter can hold, each with how text from outside is written into it. */
export const MARKUPS = { html: escapeHtml, slack: escapeBroadcasts } as const;

export type Markup = keyof typeof MARKUPS;
