import { z } from "zod";
import { inPlace } from "../../engine/definition/param-traits.ts";
import { AppError } from "../../shared/errors.ts";
import { isJsonObject, type Json, type JsonObject } from "../../shared/json.ts";
import { plain } from "../../shared/places/place.ts";
import { valueAt } from "../answer-path.ts";
import { linkTo } from "./link-header.ts";

const MAX_PAGES = 10_000;

/** Characters of all pages together as JSON: they are stored in the log of the run. */
export const MAX_CHARACTERS = 1_000_000;

/** Where something stands in an answer: `meta.next`. */
export const AnswerPath = inPlace(
  z.string().regex(/^[^.\s]+(?:\.[^.\s]+)*$/, "names with dots between, such as meta.next"),
  plain,
);

/** How one page leads to the next. */
export const PagesParam = z.strictObject({
  next: z.enum(["link", "url", "cursor", "page"], "link, url, cursor or page"),
  path: AnswerPath.optional(),
  query: inPlace(z.string().min(1).max(200), plain).optional(),
  items: AnswerPath.optional(),
  first: z.int().min(0).default(1),
  limit: z.int().min(1).max(MAX_PAGES).default(100),
});
type PagesParam = z.output<typeof PagesParam>;

type Scalar = string | number | boolean;

/** What is asked for a page. */
export interface Page {
  readonly url: string;
  readonly query?: Record<string, Scalar | null | Scalar[]> | undefined;
}

/** What of a list of pages does not go together; parameters may hold templates. */
export function pagesProblems({ pages, method = "GET" }: JsonObject) {
  if (!isJsonObject(pages)) return [];
  const missing = (name: string) => ({
    path: ["pages", name],
    message: "is missing",
    fix: `Add "${name}": "next" is ${JSON.stringify(pages["next"])}.`,
  });
  const { next, path, query } = pages;
  const wrongMethod = {
    path: ["pages"],
    message: "is for requests that read",
    fix: 'Remove "pages", or make the method GET.',
  };
  return [
    ...(typeof method === "string" && !/^get$/i.test(method.trim()) ? [wrongMethod] : []),
    ...((next === "url" || next === "cursor") && path === undefined ? [missing("path")] : []),
    ...((next === "cursor" || next === "page") && query === undefined ? [missing("query")] : []),
  ];
}

/**
 * Reads page after page until there is none, or as many as are wanted.
 *
 * @param send - asks for one page.
 * @returns `{status, data, headers, pages, hasMore}`: the items of all pages, and of the last one what it came with.
 * @throws {AppError} `service_rejected` for a page without a list, one that leads to another host or back to an earlier one, and
 *   for more than a run keeps; what `send` throws.
 */
export async function readPages(
  params: Page,
  pages: PagesParam,
  send: (page: Page) => Promise<JsonObject>,
): Promise<JsonObject> {
  const { host } = new URL(params.url);
  const collected = new Collected(host);
  let page = pageAt(params, pages, pages.first);
  for (let count = 1; ; count += 1) {
    const { status = null, data = null, headers = {} } = await send(page);
    const items = itemsOf(data, pages, host, count);
    collected.add(items, count);
    const next =
      pages.next === "page"
        ? pageOrNone(items, () => pageAt(params, pages, pages.first + count))
        : pageAfter(params, page, pages, data, headers);
    if (next === null || count === pages.limit)
      return { status, data: collected.items, headers, pages: count, hasMore: next !== null };
    collected.leadTo(next, count);
    page = next;
  }
}

/** Counted pages end with an empty one. */
function pageOrNone(items: readonly Json[], next: () => Page): Page | null {
  return items.length === 0 ? null : next();
}

/** What was read so far. */
class Collected {
  readonly items: Json[] = [];
  readonly #host: string;
  readonly #seen = new Set<string>();
  #size = 0;
  #last = "";

  constructor(host: string) {
    this.#host = host;
  }

  add(items: readonly Json[], count: number): void {
    const text = JSON.stringify(items);
    this.#size += text.length;
    if (this.#size > MAX_CHARACTERS) throw tooMuch(this.#host, count);
    // A server that does not know the parameter gives the same page for ever.
    if (items.length > 0 && text === this.#last) throw inCircle(this.#host, count);
    this.#last = text;
    this.items.push(...items);
  }

  leadTo(next: Page, count: number): void {
    const key = JSON.stringify(next);
    if (this.#seen.has(key)) throw inCircle(this.#host, count);
    this.#seen.add(key);
  }
}

function pageAt({ url, query }: Page, { next, query: name }: PagesParam, at: number): Page {
  return next === "page" && name !== undefined
    ? { url, query: { ...query, [name]: at } }
    : { url, query };
}

/** `null`: there is none. */
function pageAfter(
  { url, query }: Page,
  page: Page,
  { next, path = "", query: name = "" }: PagesParam,
  data: Json,
  headers: Json,
): Page | null {
  const found = next === "link" ? linkTo("next", headers) : valueAt(data, path);
  if (typeof found !== "string" && typeof found !== "number") return null;
  if (found === "") return null;
  if (next === "cursor") return { url, query: { ...query, [name]: found } };
  const target = URL.parse(String(found), page.url);
  const { host, origin } = new URL(url);
  if (target?.origin === origin) return { url: target.href, query: undefined };
  throw new AppError({
    code: "service_rejected",
    message: `A page of ${host} leads to ${target?.host || "something that is no web address"}, and pages are read from one host alone.`,
  });
}

function itemsOf(data: Json, { items: path }: PagesParam, host: string, count: number): Json[] {
  const found = path === undefined ? data : valueAt(data, path);
  if (Array.isArray(found)) return found;
  if (data === null) return [];
  throw new AppError({
    code: "service_rejected",
    message: `Page ${count} of ${host} has no list ${path === undefined ? "as its answer" : `at "${path}"`}. Correct "pages.items".`,
  });
}

function tooMuch(host: string, count: number): AppError {
  return new AppError({
    code: "service_rejected",
    message: `The first ${count} pages of ${host} are larger than ${MAX_CHARACTERS / 1_000_000} MB together, the most that a run keeps of a step. Ask for less, such as fewer fields, or set "pages.limit".`,
  });
}

function inCircle(host: string, count: number): AppError {
  return new AppError({
    code: "service_rejected",
    message: `Page ${count} of ${host} leads back to one that was read already. Correct "pages": the parameter may have another name.`,
  });
}
