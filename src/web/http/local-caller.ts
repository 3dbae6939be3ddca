import type { IncomingMessage } from "node:http";

const LOCAL_NAMES = ["localhost", "127.0.0.1", "[::1]"] as const;

/** Is this address of the machine itself, as a peer or as what the server listens on? */
export function isLoopback(address: string | undefined): boolean {
  if (address === undefined) return false;
  const plain = address.toLowerCase().replace(/^::ffff:/, "");
  return plain === "localhost" || plain === "::1" || /^127(\.\d{1,3}){3}$/.test(plain);
}

/**
 * Does the request come from a program of this machine, on behalf of nobody else?
 *
 * A loopback peer alone proves little: a reverse proxy is one too (forwarding headers give it away), and so is the
 * browser of somebody who reads a hostile page (it sends that page's `Origin`, or its name as `Host` after DNS rebinding).
 */
export function isLocalCaller(request: IncomingMessage): boolean {
  if (!isLoopback(request.socket.remoteAddress)) return false;
  if (Object.keys(request.headers).some(isForwardingHeader)) return false;
  const hosts = request.headersDistinct["host"] ?? [];
  const host = hosts.length === 1 ? splitHost(hosts[0] ?? "") : null;
  if (host === null) return false;
  return (request.headersDistinct["origin"] ?? []).every((origin) =>
    isOwnOrigin(origin, host.port),
  );
}

function isForwardingHeader(name: string): boolean {
  return name === "forwarded" || name.startsWith("x-forwarded-");
}

/** Name and port of a `Host` value if it names this machine; else `null`. */
function splitHost(value: string): { readonly port: string } | null {
  const lower = value.toLowerCase();
  const name = LOCAL_NAMES.find((local) => lower === local || lower.startsWith(`${local}:`));
  if (name === undefined) return null;
  const port = lower.slice(name.length + 1);
  return lower === name || /^\d{1,5}$/.test(port) ? { port } : null;
}

/** Ours is any local name with the port that was called: another port belongs to another program. */
function isOwnOrigin(origin: string, port: string): boolean {
  const match = /^https?:\/\/(.+)$/i.exec(origin);
  return match !== null && splitHost(match[1] ?? "")?.port === port;
}
