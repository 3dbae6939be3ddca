import type { IncomingHttpHeaders } from "node:http";
import { parse, serialize } from "hono/utils/cookie";
import type { Site } from "./site.ts";

/**
 * `session`: the secret of who is signed in; `form`: what forms are checked by; `sign-in`: what a sign-in with Slack under way is
 * checked by.
 */
export type CookieName = "session" | "form" | "sign-in";

/** With the prefix a browser takes the cookie only by HTTPS and from this very host (RFC 6265bis, 4.1.3). */
function nameOf(name: CookieName, { isSecure }: Pick<Site, "isSecure">): string {
  return `${isSecure ? "__Host-" : ""}heddle-${name}`;
}

export function readCookie(
  { cookie }: IncomingHttpHeaders,
  name: CookieName,
  site: Pick<Site, "isSecure">,
): string | null {
  if (cookie === undefined) return null;
  const full = nameOf(name, site);
  const value = parse(cookie, full)[full];
  return value === undefined || value === "" ? null : value;
}

/**
 * The value of a `Set-Cookie` header. No script reads the cookie, and other sites' pages do not send it, except by a link that is followed.
 *
 * @param seconds - how long it is kept; 0 removes it. Absent: until the browser is closed.
 */
export function writeCookie(
  name: CookieName,
  value: string,
  site: Pick<Site, "isSecure">,
  seconds?: number,
): string {
  return serialize(nameOf(name, site), value, {
    path: "/",
    httpOnly: true,
    sameSite: "Lax",
    secure: site.isSecure,
    ...(seconds !== undefined && { maxAge: seconds }),
  });
}
