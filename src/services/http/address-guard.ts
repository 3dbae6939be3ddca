import { lookup } from "node:dns/promises";
import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { BlockList, isIP, type LookupFunction } from "node:net";
import { RequestFilteringHttpAgent, RequestFilteringHttpsAgent } from "request-filtering-agent";

/*
 * Protects the bot's network from requests of workflows (SSRF): only public addresses are
 * reachable. Checked is the address of the connection, after DNS, and again at every redirect.
 */

/** The agents for one request. */
export interface Agents {
  readonly httpAgent: HttpAgent;
  readonly httpsAgent: HttpsAgent;
}

/** Chooses the agents for a URL. */
export type AddressGuard = (url: URL) => Promise<Agents>;

/**
 * Creates the guard.
 *
 * @param allowHosts - private hosts that are allowed: names, names with a port, addresses, or
 *   CIDRs.
 */
export function createAddressGuard(allowHosts: readonly string[]): AddressGuard {
  const guarded: Agents = {
    httpAgent: new RequestFilteringHttpAgent(),
    httpsAgent: new RequestFilteringHttpsAgent(),
  };
  const open: Agents = { httpAgent: new HttpAgent(), httpsAgent: new HttpsAgent() };
  const { names, addresses, isEmpty } = parseAllowed(allowHosts);

  return async (url) => {
    const host = bareHost(url);
    if (names.has(host) || names.has(`${host}:${url.port || defaultPort(url)}`)) return open;
    if (isEmpty) return guarded;
    const isAllowed = (address: string): boolean =>
      addresses.check(address, isIP(address) === 6 ? "ipv6" : "ipv4");
    if (isIP(host) !== 0) return isAllowed(host) ? open : guarded;
    // A name that cannot be resolved fails again, with a better error, when connecting.
    const found = await lookup(host, { all: true }).catch(() => []);
    const [first] = found;
    if (first === undefined || !found.every(({ address }) => isAllowed(address))) return guarded;
    // The name may resolve differently a moment later: connects to the checked address.
    const pinned: LookupFunction = (_name, options, callback) => {
      if (options.all) callback(null, found);
      else callback(null, first.address, first.family);
    };
    return {
      httpAgent: new HttpAgent({ lookup: pinned }),
      httpsAgent: new HttpsAgent({ lookup: pinned }),
    };
  };
}

function parseAllowed(allowHosts: readonly string[]): {
  readonly names: ReadonlySet<string>;
  readonly addresses: BlockList;
  readonly isEmpty: boolean;
} {
  const names = new Set<string>();
  const addresses = new BlockList();
  let isEmpty = true;
  for (const entry of allowHosts.map((one) => one.trim().toLowerCase())) {
    const [base = "", prefix] = entry.split("/");
    const address = base.replace(/^\[|\]$/g, "");
    const family = isIP(address);
    if (family === 0) names.add(entry);
    else {
      const bits = prefix === undefined ? (family === 6 ? 128 : 32) : Number(prefix);
      addresses.addSubnet(address, bits, family === 6 ? "ipv6" : "ipv4");
      isEmpty = false;
    }
  }
  return { names, addresses, isEmpty };
}

function bareHost(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, "").toLowerCase();
}

function defaultPort(url: URL): string {
  return url.protocol === "https:" ? "443" : "80";
}
