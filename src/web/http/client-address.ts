import type { IncomingMessage } from "node:http";
import { BlockList, isIP } from "node:net";

/** The address of the caller of a request; empty if the caller is gone. */
export type ClientAddress = (request: IncomingMessage) => string;

/**
 * Finds out from where requests come. Each proxy writes at the end of `X-Forwarded-For` from whom it got the request, so that only what
 * trusted ones wrote can be believed: the address is the last one that is none of theirs.
 *
 * @param trustedProxies - addresses and CIDRs; of a peer that is none of them, `X-Forwarded-For` does not count.
 */
export function createClientAddress(trustedProxies: readonly string[]): ClientAddress {
  const trusted = toBlockList(trustedProxies);
  const isTrusted = (address: string): boolean =>
    trusted.check(address, isIP(address) === 6 ? "ipv6" : "ipv4");

  return (request) => {
    let address = plainAddress(request.socket.remoteAddress ?? "");
    const hops = (request.headersDistinct["x-forwarded-for"] ?? []).join(",").split(",").reverse();
    for (const hop of hops) {
      if (isIP(address) === 0 || !isTrusted(address)) return address;
      const before = hopAddress(hop);
      // What is no address was not written by a proxy that is to be trusted.
      if (before === null) return address;
      address = before;
    }
    return address;
  };
}

function toBlockList(ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [address = "", bits] = range.split("/");
    const family = isIP(address) === 6 ? "ipv6" : "ipv4";
    list.addSubnet(address, Number(bits ?? (family === "ipv6" ? 128 : 32)), family);
  }
  return list;
}

/** `203.0.113.7`, `203.0.113.7:4711`, `2001:db8::1`, `[2001:db8::1]:4711`; `null` for anything else. */
function hopAddress(hop: string): string | null {
  const text = hop.trim();
  const bare =
    /^\[([^\]]+)\](?::\d+)?$/.exec(text)?.[1] ?? /^([\d.]+):\d+$/.exec(text)?.[1] ?? text;
  return isIP(bare) === 0 ? null : plainAddress(bare);
}

/** Of an IPv4 address in the form of IPv6, the IPv4 address. */
function plainAddress(address: string): string {
  const inner = /^::ffff:([\d.]+)$/i.exec(address)?.[1];
  return inner !== undefined && isIP(inner) === 4 ? inner : address;
}
