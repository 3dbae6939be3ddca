import { type Html, html } from "../pages/html.ts";
import { type AssetName, assetUrl } from "./assets.ts";
import type { Viewer } from "./viewer.ts";

/** The places of the console, in the order of the navigation. */
const PLACES = [
  { id: "overview", label: "Overview", path: "/" },
  { id: "runs", label: "Runs", path: "/runs" },
  { id: "workflows", label: "Workflows", path: "/workflows" },
  { id: "costs", label: "Costs", path: "/costs" },
] as const;

export type Place = (typeof PLACES)[number]["id"];

/** What a page says; the layout is the same for all. */
export interface PageContent {
  /** Of the window: `Runs`. */
  readonly title: string;
  /** Where it stands in the navigation; `null`: nowhere. */
  readonly place: Place | null;
  /** The content of `main`, with the heading of the page. */
  readonly content: Html;
  /** Modules that it runs. @default none */
  readonly scripts?: readonly AssetName[];
  /** After so many seconds the browser reads it again. @default it does not */
  readonly refreshSeconds?: number;
  /** @default 200 */
  readonly status?: number;
}

/** Who sees the page, and what its forms carry. */
export interface Frame {
  /** `null`: the visitor is not signed in. */
  readonly viewer: Viewer | null;
  readonly formToken: string;
}

/** Pages load their own files and talk to their own server, no other; nothing in them runs but those files. */
export const CONSOLE_HEADERS = {
  "Content-Security-Policy": [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join("; "),
  "Cross-Origin-Opener-Policy": "same-origin",
  // With `no-referrer` browsers hide the origin of forms, too, by which they are checked.
  "Referrer-Policy": "same-origin",
  Vary: "Cookie",
} as const;

/** A whole page of the console. */
export function layout(page: PageContent, { viewer, formToken }: Frame): Html {
  const { title, place, content, scripts = [] } = page;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="form-token" content="${formToken}">
<title>${title} · Heddle</title>
${page.refreshSeconds === undefined ? null : html`<meta http-equiv="refresh" content="${page.refreshSeconds}">`}
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${assetUrl("console.css")}">
${scripts.map((name) => html`<script type="module" src="${assetUrl(name)}"></script>\n`)}</head>
<body>
<a class="skip" href="#content">Skip to the content</a>
<header class="top">
<a class="brand" href="/">Heddle</a>
${viewer === null ? null : navigation(place)}
${viewer === null ? null : account(viewer, formToken)}
</header>
<main id="content" tabindex="-1">
${content}
</main>
</body>
</html>
`;
}

function navigation(current: Place | null): Html {
  return html`<nav class="places" aria-label="Console"><ul>
${PLACES.map(({ id, label, path }) => html`<li><a href="${path}"${id === current ? html` aria-current="page"` : null}>${label}</a></li>\n`)}</ul></nav>`;
}

function account({ name, isAdmin, isSignedIn }: Viewer, formToken: string): Html {
  const role = isAdmin ? html` <span class="tag">admin</span>` : null;
  const who = html`<span class="who" title="You act as ${name}"><span class="name">${name}</span>${role}</span>`;
  if (isSignedIn) {
    return html`<form class="account" method="post" action="/sign-out">${formField(formToken)}${who}<button class="plain">Sign out</button></form>`;
  }
  return html`<div class="account">${who}<a href="/sign-in">Sign in</a></div>`;
}

/** What every form that changes something carries. */
export function formField(formToken: string): Html {
  return html`<input type="hidden" name="form" value="${formToken}">`;
}
