import type { KnownBlock } from "@slack/types";

/** What makes Slack look for no addresses and names in a text; those in angle brackets work. */
export const UNPARSED = { parse: "none", link_names: false } as const;

/** The same of a new message, which gets no preview of what a link leads to (https://docs.slack.dev/reference/methods/chat.postMessage). */
export const UNPARSED_POST = { ...UNPARSED, unfurl_links: false, unfurl_media: false } as const;

/**
 * The blocks, with Slack looking for nothing by itself in their markup (`verbatim`,
 * https://docs.slack.dev/reference/block-kit/composition-objects/text-object).
 */
export function unparsedBlocks(blocks: readonly KnownBlock[]): KnownBlock[] {
  const copies = structuredClone([...blocks]);
  setVerbatim(copies);
  return copies;
}

function setVerbatim(value: unknown): void {
  if (typeof value !== "object" || value === null) return;
  if (Reflect.get(value, "type") === "mrkdwn") Reflect.set(value, "verbatim", true);
  for (const member of Object.values(value)) setVerbatim(member);
}
