import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Json } from "../../src/shared/json.ts";
import { toText } from "../../src/shared/json-text.ts";
import { addressPlace } from "../../src/shared/places/address-place.ts";
import { bodyPlace } from "../../src/shared/places/body-place.ts";
import { htmlPlace } from "../../src/shared/places/html-place.ts";
import type { Place } from "../../src/shared/places/place.ts";
import { slackPlace } from "../../src/shared/places/slack-place.ts";
import { urlPlace } from "../../src/shared/places/url-place.ts";
import { fillPlace } from "../support/fill-place.ts";

const page = readFileSync(join(import.meta.dirname, "../../docs/places.md"), "utf8");

/** The places by the beginnings of their headings. */
const PLACES: Readonly<Record<string, Place>> = {
  URLs: urlPlace,
  "`body` of `http.request`": bodyPlace({}),
  "Slack's markup": slackPlace,
  HTML: htmlPlace,
  "E-mail addresses": addressPlace,
};

interface Row {
  readonly heading: string;
  readonly text: string;
  readonly value: Json;
  /** `null`: refused. */
  readonly gives: string | null;
}

const rows = page.split(/^## /m).flatMap((section): Row[] => {
  const heading = section.slice(0, section.indexOf("\n"));
  return [...section.matchAll(/^\| `(.+?)` +\| `(.+?)` +\| (?:`(.+)`|refused) +\|$/gm)].map(
    ([, text = "", value = "", gives]) => ({
      heading,
      text: bare(text),
      value: JSON.parse(bare(value)) as Json,
      gives: gives === undefined ? null : bare(gives),
    }),
  );
});

/** A cell as it is read: a table writes a bar with a backslash. */
function bare(cell: string): string {
  return cell.replaceAll("\\|", "|");
}

test("every place of the page has rows", () => {
  const headings = new Set(rows.map(({ heading }) => heading));

  expect(headings.size).toBe(Object.keys(PLACES).length);
  expect(rows.length).toBeGreaterThan(25);
});

test.for(rows)("$text with $value", ({ heading, text, value, gives }) => {
  const place = Object.entries(PLACES).find(([start]) => heading.startsWith(start))?.[1];
  if (!place) throw new Error(`No place is known for "${heading}".`);

  const filled = toText(fillPlace(place, text, { v: value }));

  if (gives === null) expect(filled).toMatch(/^refused: /);
  else expect(filled).toBe(gives);
});
