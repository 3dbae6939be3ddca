import { BlockList, isIP } from "node:net";
import { bareHost } from "../../shared/host.ts";

/**
 * IPv4 that is not globally reachable, or not one host, by IANA's registry of special-purpose addresses
 * (https://www.iana.org/assignments/iana-ipv4-special-registry), and what clouds answer on a public address to their own machines.
 */
const SPECIAL_V4 = [
  "0.0.0.0/8", // this network; Linux takes 0.0.0.0 for loopback
  "10.0.0.0/8",
  "100.64.0.0/10", // shared by carriers; the metadata of Alibaba Cloud is in it
  "127.0.0.0/8",
  "168.63.129.16/32", // Azure's platform
  "169.254.0.0/16", // link-local; the metadata of most clouds is in it
  "172.16.0.0/12",
  "192.0.0.0/24", // the metadata of Oracle's cloud is in it
  "192.0.2.0/24",
  "192.31.196.0/24",
  "192.52.193.0/24",
  "192.88.99.0/24", // relays of 6to4
  "192.168.0.0/16",
  "192.175.48.0/24",
  "198.18.0.0/15", // benchmarks
  "198.51.100.0/24",
  "203.0.113.0/24",
  "224.0.0.0/4", // multicast
  "240.0.0.0/4", // class E and broadcast
] as const;

/**
 * Of IPv6 only `2000::/3` is assigned to hosts (https://www.iana.org/assignments/ipv6-unicast-address-assignments), so that IPv4 in any
 * dress (`::/96`, `::ffff:0:0/96`, `64:ff9b::/32`), ULA, link-local, site-local and multicast are none.
 */
const UNICAST_V6 = "2000::/3";

/** Within it, by https://www.iana.org/assignments/iana-ipv6-special-registry. */
const SPECIAL_V6 = [
  "2001::/23", // Teredo, benchmarks, ORCHID and other protocols
  "2001:db8::/32", // documents
  "2002::/16", // 6to4: IPv4 in another dress
  "2620:4f:8000::/48",
  "3ffe::/16", // 6bone, given back
  "3fff::/20", // documents
] as const;

const special = toBlockList([...SPECIAL_V4, ...SPECIAL_V6]);
const unicastV6 = toBlockList([UNICAST_V6]);

/** Whether an address, as the system writes it, is that of one host on the public internet. */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 4) return !special.check(address, "ipv4");
  // An address with a zone is link-local, whatever it says.
  if (family !== 6 || address.includes("%")) return false;
  return unicastV6.check(address, "ipv6") && !special.check(address, "ipv6");
}

/** Names that are never of the public internet: reserved ones, and those under which clouds and clusters keep theirs. */
const PRIVATE_NAME =
  /(?:^|\.)(?:localhost|localdomain|local|internal|intranet|home\.arpa|cluster\.local|svc|metadata|instance-data)$/;

/** @param name - as `URL` writes it: in lower case and ASCII; with or without the dot at its end. */
export function isPrivateName(name: string): boolean {
  return PRIVATE_NAME.test(name.replace(/\.$/, ""));
}

/** Addresses and CIDRs as a list that can be asked. */
export function toBlockList(ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [base = "", bits] = range.split("/");
    const address = bareHost(base);
    const family = isIP(address) === 6 ? "ipv6" : "ipv4";
    list.addSubnet(address, Number(bits ?? (family === "ipv6" ? 128 : 32)), family);
  }
  return list;
}
