/**
 * Headers that proxies, tunnels and content delivery networks add; none of a program that acts for itself has them. By the documents of
 * nginx, HAProxy, Envoy, Varnish, Kong, Apache, IIS, Cloudflare, Fastly, Akamai, Bunny, Fly.io, Netlify, Vercel, Heroku, Railway, Render,
 * DigitalOcean, AWS, Google Cloud, Azure, Tailscale, Pomerium and oauth2-proxy.
 */
const NAMES: ReadonlySet<string> = new Set([
  "akamai-origin-hop",
  "disguised-host",
  "early-data",
  "front-end-https",
  "max-forwards",
  "proxy-authorization",
  "proxy-client-ip",
  "proxy-connection",
  "remote-user",
  "rndr-id",
  "surrogate-capability",
  "via",
  "was-default-hostname",
  "wl-proxy-client-ip",
  "x-client-port",
  "x-cloud-trace-context",
  "x-coming-from",
  "x-nginx-proxy",
  "x-real-port",
  "x-remote-user",
  "x-request-start",
  "x-scheme",
  "x-site-deployment-id",
  "x-url-scheme",
  "x-varnish",
  "x-via",
  "x-webauth-user",
]);

/** How the names of such headers begin. */
const BEGINNINGS = [
  "ali-cdn-",
  "cdn-",
  "cf-",
  "cloudfront-",
  "do-connecting-",
  "fastly-",
  "fly-",
  "ssl-client-",
  "tailscale-",
  "x-akamai-",
  "x-amz-cf-",
  "x-amzn-",
  "x-appengine-",
  "x-arr-",
  "x-auth-request-",
  "x-azure-",
  "x-bluecoat-",
  "x-consumer-",
  "x-envoy-",
  "x-goog-authenticated-",
  "x-goog-iap-",
  "x-istio-",
  "x-kong-",
  "x-ms-client-",
  "x-nf-",
  "x-ngrok-",
  "x-original-",
  "x-pomerium-",
  "x-proxy",
  "x-railway-",
  "x-render-",
  "x-rewrite-",
  "x-sucuri-",
  "x-vercel-",
  "x-waws-",
  "x-ssl-",
] as const;

/** `X-Real-IP`, `True-Client-IP`, `X-Cluster-Client-IP`, `X-Remote-Addr`, `Incap-Client-IP`: the address of another. */
const ADDRESS_OF_ANOTHER =
  /(?:^|-)(?:cdn-src|client|connecting|connection|originating|peer|real|remote|socket|source|src|user|viewer)-?(?:ip(?:v[46])?|addr(?:ess)?|host)$/;

/** Does a header, its name in lower case, say that a request comes from another machine by way of a proxy? */
export function isForwardingHeader(name: string): boolean {
  return (
    NAMES.has(name) ||
    name.includes("forwarded") ||
    BEGINNINGS.some((beginning) => name.startsWith(beginning)) ||
    ADDRESS_OF_ANOTHER.test(name)
  );
}
