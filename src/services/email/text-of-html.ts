/** Characters of HTML that are read: the reader takes a second for the worst of this length. */
const MAX_HTML = 100_000;

/** Elements within each other, beyond which the text is left out: the reader calls itself for each. */
const MAX_DEPTH = 100;

const HEADINGS = ["h1", "h2", "h3", "h4", "h5", "h6"];

/** Mails are laid out with tables: their cells are a line of text, not columns. */
const ROW = { leadingLineBreaks: 1, trailingLineBreaks: 1 };
const CELL = { suffix: " " };

/**
 * What an e-mail says, without its markup: for mail programs that show text alone, and for filters that take HTML without it for
 * advertising. Links stand behind their words, pictures are left out.
 */
export async function textOfHtml(html: string): Promise<string> {
  const { convert } = await import("html-to-text");
  const text = convert(html.slice(0, MAX_HTML), {
    wordwrap: 78,
    limits: { maxDepth: MAX_DEPTH, ellipsis: "…" },
    selectors: [
      { selector: "a", options: { hideLinkHrefIfSameAsText: true, noAnchorUrl: true } },
      { selector: "img", format: "skip" },
      ...HEADINGS.map((selector) => ({ selector, options: { uppercase: false } })),
      { selector: "tr", format: "block", options: ROW },
      ...["td", "th"].map((selector) => ({ selector, format: "inlineSurround", options: CELL })),
    ],
  });
  const whole = html.length > MAX_HTML ? `${text}\n…` : text;
  return whole.replaceAll(/[^\S\n]+$/gm, "").trim();
}
