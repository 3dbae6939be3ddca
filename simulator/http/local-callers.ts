import type { IncomingMessage } from "node:http";

const LOCAL_NAMES: ReadonlySet<string> = new Set(["localhost", "127.0.0.1", "[::1]"]);

/**
 * Whether a request may come from where it comes from.
 *
 * Anybody's web page can make a browser send requests to this machine. Such requests carry the page's `Origin`, or reach the simulator
 * by a foreign name in `Host` when somebody rebinds their DNS name to it.
 */
export function isLocalCaller(request: IncomingMessage, isLoopback: boolean): boolean {
  const host = request.headers.host ?? "";
  if (isLoopback && !LOCAL_NAMES.has(host.replace(/:\d+$/, ""))) return false;
  const { origin } = request.headers;
  if (origin === undefined) return true;
  return origin === `http://${host}` || origin === `https://${host}`;
}
