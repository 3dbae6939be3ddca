import type { IncomingHttpHeaders } from "node:http";
import { isIP } from "node:net";
import { AppError } from "../../shared/errors.ts";
import { bareHost } from "../../shared/host.ts";

/** Under which addresses browsers open the pages. */
export interface Site {
  /** Cookies are for HTTPS alone. */
  readonly isSecure: boolean;
  /**
   * Origin of the pages: `https://heddle.example.com`; without one from outside that which this request names. Proxies put their own
   * name for the server in place of the public one (https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_set_header).
   */
  originOf(headers: IncomingHttpHeaders): string;
  /**
   * Refuses requests for a name that is not the console's: a foreign page may have had its own name point at this server (DNS rebinding).
   *
   * @throws {AppError} `not_allowed`.
   */
  assertHost(headers: IncomingHttpHeaders): void;
  /**
   * Refuses what a page of another origin makes a browser send.
   *
   * @throws {AppError} `not_allowed`.
   */
  assertOrigin(headers: IncomingHttpHeaders): void;
}

/** @param publicUrl - where the console is reached from outside; absent: by its address on this machine or in its network. */
export function createSite(publicUrl?: string): Site {
  const outside = publicUrl === undefined ? null : new URL(publicUrl);
  const isOutside = (host: string) => outside !== null && host === outside.host;
  // A name is needed to rebind, so an address as such may be any; so may be what a proxy puts in place of the name.
  const isOwn = (host: string) => isOutside(host) || isAddress(host);
  return {
    isSecure: outside?.protocol === "https:",
    originOf: ({ host = "" }) => outside?.origin ?? `http://${host.toLowerCase()}`,
    assertHost({ host = "" }) {
      if (isOwn(host.toLowerCase())) return;
      throw new AppError({
        code: "not_allowed",
        message:
          outside === null
            ? "The console is not reached by this name. Set PUBLIC_URL to the address by which browsers open it."
            : `The console is not reached by this name, but at ${outside.origin}.`,
      });
    },
    assertOrigin({ host = "", origin, "sec-fetch-site": site }) {
      const isSame =
        origin === undefined
          ? site === "same-origin"
          : origin === outside?.origin ||
            (isAddress(host.toLowerCase()) &&
              origin.toLowerCase() === `http://${host.toLowerCase()}`);
      if (isSame) return;
      throw new AppError({
        code: "not_allowed",
        message:
          "The request was not sent by a page of this console. Open the console and try again there.",
      });
    },
  };
}

/** `localhost:3000`, `10.0.0.5`, `[::1]:3000`. */
function isAddress(host: string): boolean {
  const name = host.replace(/:\d+$/, "");
  return name === "localhost" || isIP(bareHost(name)) !== 0;
}
