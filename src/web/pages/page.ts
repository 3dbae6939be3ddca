import { sha256 } from "../../shared/hash.ts";
import { Html, html } from "./html.ts";

/** The style sheet of all pages: light or dark by system preference, from phone width upwards. */
const STYLE = `
:root {
  color-scheme: light dark;
  --ink: light-dark(#1c2526, #e4eaea);
  --quiet: light-dark(#52605f, #9fb0af);
  --line: light-dark(#d9e0df, #334140);
  --page: light-dark(#f6f8f8, #141a1b);
  --card: light-dark(#ffffff, #1c2425);
  --accent: light-dark(#1f4e5f, #8fc6d8);
  --good: light-dark(#1a6b3c, #7fd3a2);
  --bad: light-dark(#a32020, #f59b94);
  --wait: light-dark(#7a5200, #e6bd6a);
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 72rem; margin: 0 auto; padding: 1.25rem 1rem 3rem; }
header { display: flex; flex-wrap: wrap; gap: .25rem 1rem; align-items: baseline; justify-content: space-between; }
h1 { margin: 0; font-size: 1.35rem; }
h2 { margin: 2rem 0 .6rem; font-size: 1.05rem; }
p { margin: .25rem 0; }
a { color: var(--accent); }
a:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.quiet { color: var(--quiet); font-size: .87rem; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); gap: .75rem; margin: 1.25rem 0 0; }
.figures div { background: var(--card); border: 1px solid var(--line); border-radius: .6rem; padding: .7rem .9rem; }
.figures dt { color: var(--quiet); font-size: .82rem; }
.figures dd { margin: 0; font-size: 1.35rem; font-variant-numeric: tabular-nums; }
table { width: 100%; border-collapse: separate; background: var(--card); border: 1px solid var(--line); border-radius: .6rem; border-spacing: 0; overflow: hidden; }
th, td { padding: .55rem .8rem; text-align: left; vertical-align: top; border-top: 1px solid var(--line); }
thead th { border-top: 0; color: var(--quiet); font-size: .8rem; font-weight: 600; white-space: nowrap; }
tbody th { font-weight: 600; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
code { font: .85em ui-monospace, monospace; overflow-wrap: anywhere; }
.status { white-space: nowrap; font-weight: 600; }
.completed { color: var(--good); }
.failed { color: var(--bad); }
.waiting, .queued, .running { color: var(--wait); }
.cancelled { color: var(--quiet); }
.empty { background: var(--card); border: 1px dashed var(--line); border-radius: .6rem; padding: 1rem; }
@media (max-width: 44rem) {
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  tr { display: grid; grid-template-columns: 1fr 1fr; gap: .1rem .8rem; padding: .7rem .9rem; border-top: 1px solid var(--line); }
  tbody tr:first-child { border-top: 0; }
  th, td, td.number { display: block; padding: 0; border: 0; text-align: left; white-space: normal; }
  tbody th, td.wide { grid-column: 1 / -1; }
  td[data-label]::before { content: attr(data-label) " "; color: var(--quiet); font-size: .82rem; }
}
`;

/**
 * A page allows its own style sheet and nothing else: no script, no other host, no frame, no form.
 */
export const PAGE_CSP = [
  "default-src 'none'",
  `style-src 'sha256-${sha256(STYLE).toString("base64")}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** A whole page. @param content - the content of its `main`. */
export function page(title: string, content: Html): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<style>${new Html(STYLE)}</style>
</head>
<body>
<main>
${content}
</main>
</body>
</html>
`;
}
