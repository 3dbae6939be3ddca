/** A host, or `*.` and the domain of many, with a port or for every port. */
interface HostPattern {
  /** As URLs write it: in lower case, other alphabets encoded, IPv6 in brackets. */
  readonly host: string;
  readonly isWildcard: boolean;
  /** `null`: every port. */
  readonly port: string | null;
}

/** Whether a text names hosts: `api.example.com`, `api.example.com:8443`, `*.example.org`, `10.0.0.1`, `[::1]`. */
export function isHostPattern(text: string): boolean {
  return parse(text) !== null;
}

/**
 * Whether a wildcard stands for hosts of people who have nothing to do with each other: `*.com`, `*.co.uk`.
 *
 * A rule instead of the list of public suffixes (https://publicsuffix.org): at least two labels follow `*.`, and three if they are
 * one that registries of countries use for all, such as `co` or `com`, and a country. It does not know suffixes of other kinds, such
 * as `*.github.io` or `*.tokyo.jp`. Names that no registry gives out (`*.internal`) belong to one network.
 */
export function isTooWide(text: string): boolean {
  const pattern = parse(text);
  if (pattern === null || !pattern.isWildcard) return false;
  const labels = pattern.host.split(".");
  const [last = "", second = ""] = labels.toReversed();
  if (labels.length === 1) return !PRIVATE.has(last);
  if (/^\d+$/.test(last)) return true;
  return labels.length === 2 && last.length === 2 && OF_REGISTRIES.has(second);
}

/** Reserved or in use in networks of one's own (RFC 6761; RFC 6762, appendix G; `internal` is reserved for them since 2024). */
const PRIVATE: ReadonlySet<string> = new Set(
  "internal intranet private corp home lan local localhost test".split(" "),
);

/** Labels under which registries of countries register names: `co.uk`, `com.br`, `or.jp`, `gob.mx`. */
const OF_REGISTRIES: ReadonlySet<string> = new Set(
  "ac co com edu go gob gouv gov govt gv ltd mil ne net nhs or org plc sch".split(" "),
);

/**
 * Whether a URL leads to one of the hosts. `*.example.org` stands for every host below `example.org`, and not for that one
 * itself.
 *
 * @param patterns - as {@link isHostPattern} takes them; others match nothing.
 */
export function matchesHost(
  { hostname, port, protocol }: URL,
  patterns: readonly string[],
): boolean {
  const host = withoutDot(hostname);
  const actualPort = port === "" ? DEFAULT_PORTS[protocol] : port;
  return patterns.some((text) => {
    const pattern = parse(text);
    if (pattern === null || (pattern.port !== null && pattern.port !== actualPort)) return false;
    if (!pattern.isWildcard) return host === pattern.host;
    return host.endsWith(`.${pattern.host}`) && host.length > pattern.host.length + 1;
  });
}

const DEFAULT_PORTS: Readonly<Record<string, string>> = { "http:": "80", "https:": "443" };

function parse(text: string): HostPattern | null {
  const [, wildcard, name = "", port = null] =
    /^(\*\.)?([^\s/\\?#@:*[\]]+|\[[\da-f:.]+\])(?::(\d{1,5}))?$/i.exec(text) ?? [];
  const url = URL.parse(`http://${name}/`);
  if (url === null || url.hostname === "") return null;
  return { host: withoutDot(url.hostname), isWildcard: wildcard !== undefined, port };
}

/** `example.com.` is the same host as `example.com`. */
function withoutDot(host: string): string {
  return host.replace(/\.$/, "");
}
