import { timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { AppError } from "../../shared/errors.ts";
import { sha256 } from "../../shared/hash.ts";
import { readCookie } from "./cookies.ts";
import type { Site } from "./site.ts";

/** The header by which scripts of the pages send the token. */
const HEADER = "x-heddle-form";

/** What a page's forms carry: it follows from two cookies of the browser that no other page can read. */
export function formTokenOf(formSecret: string, sessionSecret: string | null): string {
  return sha256(`form ${formSecret} ${sessionSecret ?? ""}`).toString("base64url");
}

/**
 * Refuses a change that no page of ours asked for: it has to come from our origin, and to carry the token of this browser and session.
 *
 * @param given - the token of the form. @default the header `X-Heddle-Form`
 * @throws {AppError} `not_allowed`.
 */
export function assertSentByPage(site: Site, headers: IncomingHttpHeaders, given?: string): void {
  site.assertOrigin(headers);
  const secret = readCookie(headers, "form", site);
  const token = given ?? String(headers[HEADER] ?? "");
  if (secret !== null) {
    const expected = formTokenOf(secret, readCookie(headers, "session", site));
    if (timingSafeEqual(sha256(token), sha256(expected))) return;
  }
  throw new AppError({
    code: "not_allowed",
    message: "The page was too old, or cookies are off. Go back, reload it, and try again.",
  });
}
