/**
 * Headers that proxies, tunnels and content delivery networks add; none of a program that acts for itself has them. By the documents of
 * nginx, HAProxy, Envoy, Apache, IIS, Cloudflare, Fastly, Akamai, Fly.io, Netlify, Vercel, Heroku, DigitalOcean, AWS, Google Cloud, Azure
 * and Tailscale.
 */
const NAMES: ReadonlySet<string> = new Set([
  "akamai-origin-hop",
  "cdn-loop",
  "early-data",
  "forwarded",
  "forwarded-for",
  "max-forwards",
  "proxy-authorization",
  "proxy-client-ip",
  "surrogate-capability",
  "via",
  "wl-proxy-client-ip",
  "x-amzn-trace-id",
  "x-appengine-user-ip",
  "x-arr-log-id",
  "x-arr-ssl",
  "x-cloud-trace-context",
  "x-coming-from",
  "x-forwarded",
  "x-request-start",
  "x-scheme",
  "x-url-scheme",
]);

/** How the names of such headers begin. */
const BEGINNINGS = [
  "cf-",
  "cloudfront-",
  "do-connecting-",
  "fastly-",
  "fly-",
  "tailscale-",
  "x-akamai-",
  "x-amz-cf-",
  "x-azure-",
  "x-envoy-",
  "x-forwarded-",
  "x-nf-",
  "x-ngrok-",
  "x-original-",
  "x-proxy",
  "x-rewrite-",
  "x-sucuri-",
  "x-vercel-",
  "x-ssl-",
] as const;

/** `X-Real-IP`, `True-Client-IP`, `X-Cluster-Client-IP`, `X-Remote-Addr`, `Incap-Client-IP`: the address of another. */
const ADDRESS_OF_ANOTHER =
  /(?:^|-)(?:cdn-src|client|connecting|connection|originating|peer|real|remote|socket|source|src|user|viewer)-?(?:ip(?:v[46])?|addr(?:ess)?|host)$/;

/** Does a header, its name in lower case, say that a request comes from another machine by way of a proxy? */
export function isForwardingHeader(name: string): boolean {
  return (
    NAMES.has(name) ||
    BEGINNINGS.some((beginning) => name.startsWith(beginning)) ||
    ADDRESS_OF_ANOTHER.test(name)
  );
}
