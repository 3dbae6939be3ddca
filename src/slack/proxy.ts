import type { FetchFunction } from "@slack/web-api";
import { type Dispatcher, EnvHttpProxyAgent, fetch as fetchThrough } from "undici";

/** The ways out of a network that lets nothing out by itself. */
export interface ProxySettings {
  /** `http://proxy.example:3128`, for addresses that begin with `http:` and `ws:`; `null`: none. */
  readonly http: string | null;
  /** For addresses that begin with `https:` and `wss:`; `null`: the same as `http`. */
  readonly https: string | null;
  /** Hosts that are reached directly: `localhost, .example.com, 10.0.0.1:8080`, or `*`. */
  readonly except: string | null;
}

/** How requests and web sockets leave this machine. */
export interface Transport {
  readonly fetch: FetchFunction;
  /** For web sockets; `null`: there is no proxy. */
  readonly dispatcher: Dispatcher | null;
}

/**
 * Through the proxy, if there is one. Hosts on this machine are no exception unless `except` names them, as with `curl` and Node.
 */
export function createTransport(proxy: ProxySettings | null): Transport {
  if (proxy === null || (proxy.http === null && proxy.https === null))
    return { fetch: (url, init) => fetch(url, init), dispatcher: null };
  const dispatcher = new EnvHttpProxyAgent({
    // Empty, not absent: the agent would read the environment by itself.
    httpProxy: proxy.http ?? "",
    httpsProxy: proxy.https ?? "",
    noProxy: proxy.except ?? "",
  });
  return {
    fetch: async (url, { body, headers = {}, ...init } = {}) => {
      if (body === undefined || typeof body === "string")
        return fetchThrough(url, { ...init, headers, ...(body && { body }), dispatcher });
      // A form of Node's own is none for this library.
      const form = new Response(body);
      const type = form.headers.get("content-type") ?? "";
      const bytes = new Uint8Array(await form.arrayBuffer());
      const typed = { ...headers, "content-type": type };
      return fetchThrough(url, { ...init, headers: typed, body: bytes, dispatcher });
    },
    dispatcher,
  };
}
