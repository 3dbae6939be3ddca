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
 * Escapes the mentions in Slack's markup that notify many people: `<!channel>`, `<!here>`,
 * `<!everyone>` and user groups. Links, emphasis and mentions of single people stay.
 *
 * A `<` at the end is escaped too: the text that follows could complete a mention.
 */
export function escapeBroadcasts(text: string): string {
  return text.replace(/<(?=!|$)/g, "&lt;");
}
