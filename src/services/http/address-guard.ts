import { lookup } from "node:dns/promises";
import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { isIP, type LookupFunction } from "node:net";
import type { SecureContextOptions } from "node:tls";
import { AppError } from "../../shared/errors.ts";
import { bareHost } from "../../shared/host.ts";
import { matchesHost } from "../../shared/host-pattern.ts";
import { isPrivateName, isPublicAddress, toBlockList } from "./public-address.ts";

/*
 * Protects the bot's network from requests of workflows (SSRF): only public addresses are reachable. A name is resolved once for each
 * request and each redirect, every address of the answer is checked, and the connection is made to these addresses and no others,
 * whatever the name resolves to a moment later.
 */

/** The agents for one request: their connections serve it alone. */
export interface Agents {
  readonly httpAgent: HttpAgent;
  readonly httpsAgent: HttpsAgent;
}

/**
 * Chooses the agents for a URL.
 *
 * @param tls - the client's certificate, and what the server's is checked against. @default none, and Node's own authorities
 * @throws {AppError} `service_rejected` for an address that is not public and not allowed; or the error of the name's resolution.
 */
export type AddressGuard = (
  url: URL,
  signal?: AbortSignal,
  tls?: SecureContextOptions,
) => Promise<Agents>;

interface Address {
  readonly address: string;
  readonly family: number;
}

/** Resolves a name to all of its addresses. */
export type Resolve = (name: string) => Promise<readonly Address[]>;

const systemResolve: Resolve = (name) => lookup(name, { all: true });

/**
 * Creates the guard.
 *
 * @param allowHosts - private hosts that are allowed: as `matchesHost` reads them, or CIDRs.
 * @param resolve - the system's own by default.
 */
export function createAddressGuard(
  allowHosts: readonly string[],
  resolve: Resolve = systemResolve,
): AddressGuard {
  const open: Agents = { httpAgent: new HttpAgent(), httpsAgent: new HttpsAgent() };
  const { patterns, isAllowed, hasNoRanges } = parseAllowed(allowHosts);

  return async (url, signal, tls) => {
    if (matchesHost(url, patterns))
      return tls === undefined ? open : { ...open, httpsAgent: new HttpsAgent(tls) };
    const host = bareHost(url.hostname);
    const isAddress = isIP(host) !== 0;
    if (!isAddress && hasNoRanges && isPrivateName(host)) throw notPublic(url.host);
    const found = isAddress
      ? [{ address: host, family: isIP(host) }]
      : await within(resolve(host), signal);
    const isReachable = found.every(
      ({ address }) => isAllowed(address) || (isPublicAddress(address) && !isPrivateName(host)),
    );
    if (!isReachable) throw notPublic(url.host);
    return pinnedTo(found, tls);
  };
}

/** Agents that connect to these addresses, whatever the name is. */
function pinnedTo(found: readonly Address[], tls: SecureContextOptions = {}): Agents {
  const pinned: LookupFunction = (name, options, callback) => {
    const [first] = found;
    if (first === undefined) callback(Object.assign(new Error(name), { code: "ENOTFOUND" }), "");
    else if (options.all) callback(null, [...found]);
    else callback(null, first.address, first.family);
  };
  return {
    httpAgent: new HttpAgent({ lookup: pinned }),
    httpsAgent: new HttpsAgent({ ...tls, lookup: pinned }),
  };
}

/** The system's resolution cannot be ended, but need not be waited for. */
async function within<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  const { promise, reject } = Promise.withResolvers<never>();
  const abort = (): void => reject(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  if (signal.aborted) abort();
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

function notPublic(host: string): AppError {
  return new AppError({
    code: "service_rejected",
    message: `${host} is an address of a private network, which workflows may not reach. If it is meant, the operator adds it to HTTP_ALLOW_HOSTS.`,
  });
}

function parseAllowed(allowHosts: readonly string[]): {
  readonly patterns: readonly string[];
  readonly isAllowed: (address: string) => boolean;
  readonly hasNoRanges: boolean;
} {
  const isRange = (entry: string): boolean => isIP(bareHost(entry.split("/")[0] ?? "")) !== 0;
  const ranges = allowHosts.filter(isRange);
  const addresses = toBlockList(ranges);
  return {
    hasNoRanges: ranges.length === 0,
    patterns: allowHosts.filter((entry) => !isRange(entry)),
    isAllowed: (address) => addresses.check(address, isIP(address) === 6 ? "ipv6" : "ipv4"),
  };
}
