/** A host to listen on or to connect to: of an IPv6 address, the form without brackets. */
export function bareHost(host: string): string {
  return host.replace(/^\[(.*)\]$/, "$1");
}

/**
 * Whether a host or an address, to listen on, to connect to or of a peer, is this machine's loopback.
 *
 * @param host - `undefined`, as of a peer that has left, is not.
 */
export function isLoopback(host: string | undefined): boolean {
  if (host === undefined) return false;
  const bare = bareHost(host.toLowerCase()).replace(/^::ffff:/, "");
  return bare === "localhost" || bare === "::1" || /^127(\.\d{1,3}){3}$/.test(bare);
}
