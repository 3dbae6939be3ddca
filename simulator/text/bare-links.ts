// Addresses without a scheme that Slack's clients make into links: the name of a host with a known ending, and mail addresses.
// The forms are those of https://docs.slack.dev/messaging/formatting-message-text, "Retrieving messages".

/** Endings of hosts besides those of countries; a short list of the many hundred. */
const GENERIC_ENDINGS =
  "com|org|net|edu|gov|mil|int|info|biz|name|app|dev|page|cloud|online|site|store|shop|tech|xyz|blog|news|agency|team|studio|systems|email|chat|bot|new|zip|mov";

const HOST = String.raw`(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.)+(?<ending>${GENERIC_ENDINGS}|[A-Za-z]{2})(?![\w-]|\.\w)`;

/** The pattern of a mail address, as source for a greater pattern. */
export const MAIL = String.raw`(?<mail>(?<![\w.+-])[\w.+-]+@(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,}(?![\w-]))`;

/** The pattern of a bare host with an optional path, as source for a greater pattern. Its groups: `bare` and `ending`. */
export const BARE_HOST = String.raw`(?<bare>(?<![\w@./:-])${HOST}(?::\d+)?(?:\/[^\s<>]*[^\s<>.,;:!?)"'])?)`;

const countries = new Intl.DisplayNames("en", { type: "region", fallback: "none" });

/** What `MAIL` or `BARE_HOST` found: where it leads and what was typed. `undefined` when no country has that ending. */
export function addressOf(
  groups: Readonly<Record<string, string | undefined>>,
): { readonly url: string; readonly text: string } | undefined {
  const { mail, bare, ending = "" } = groups;
  if (mail !== undefined) return { url: `mailto:${mail}`, text: mail };
  if (bare === undefined || !isKnownEnding(ending)) return undefined;
  return { url: `http://${bare}`, text: bare };
}

/** Two letters must be those of a country, the European Union, or the one that the United Kingdom uses. */
function isKnownEnding(ending: string): boolean {
  const letters = ending.toUpperCase();
  return letters.length > 2 || letters === "UK" || countries.of(letters) !== undefined;
}
