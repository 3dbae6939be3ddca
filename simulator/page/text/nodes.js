// @ts-check
/**
 * What formatted text consists of, whichever language it was written in (mrkdwn, Markdown,
 * rich_text). The parsers produce it, `text/render.js` shows it.
 */

/**
 * @typedef {{type: "text", text: string}
 *   | {type: "break"}
 *   | {type: "style", style: "bold" | "italic" | "strike" | "underline", children: Inline[]}
 *   | {type: "code", text: string}
 *   | {type: "link", url: string, children: Inline[]}
 *   | {type: "user", id: string, label?: string}
 *   | {type: "channel", id: string, label?: string}
 *   | {type: "group", id: string, label?: string}
 *   | {type: "broadcast", range: string}
 *   | {type: "emoji", name: string, character?: string}
 *   | {type: "date", timestamp: number, format: string, fallback: string, url?: string}
 *   | {type: "color", value: string}} Inline
 */

/**
 * @typedef {{type: "paragraph", children: Inline[]}
 *   | {type: "heading", level: number, children: Inline[]}
 *   | {type: "hanging", marker: string, children: Inline[]}
 *   | {type: "quote", children: TextBlock[]}
 *   | {type: "pre", text: string, children?: Inline[]}
 *   | {type: "list", ordered: boolean, start: number, indent: number, items: ListItem[]}
 *   | {type: "table", align: string[], rows: Inline[][][], header: boolean}
 *   | {type: "rule"}} TextBlock
 */
/** @typedef {{blocks: TextBlock[], checked?: boolean}} ListItem */

export {};
