import { messagesOf } from "./mongo-wire.ts";
import { startTcpProxy } from "./tcp-proxy.ts";

/** A way to a MongoDB server that can keep its answers back: the server does what it is asked, and nobody hears of it. */
export interface HoldingProxy extends AsyncDisposable {
  /** The server's URI by way of the proxy. @param options - more of the URI: `maxPoolSize=1`. */
  uri(database: string, options?: string): string;
  /**
   * Keeps every answer to a command from now on. Questions after the server's health are answered as ever: it is there, it is only
   * far too slow.
   */
  hold(): void;
  /** Lets go what was kept on connections that are still open, and keeps nothing more. */
  release(): void;
}

/** By these a driver asks whether a server is there. */
const HEALTH = ["hello", "ismaster", "isMaster"];

/** Passes everything on in both directions until it is told to hold. */
export async function startHoldingProxy(serverUri: string): Promise<HoldingProxy> {
  const releases = new Set<() => void>();
  let isHolding = false;
  const proxy = await startTcpProxy(serverUri, (client, upstream) => {
    let held: Buffer[] = [];
    let isAtWork = false;
    const release = (): void => {
      for (const chunk of held) client.write(chunk);
      held = [];
    };
    releases.add(release);
    client.on("close", () => releases.delete(release));
    const look = messagesOf((_bytes, message) => {
      isAtWork ||= message !== null && !HEALTH.some((name) => name in message.command);
    });
    client.on("data", (chunk) => {
      look(chunk);
      upstream.write(chunk);
    });
    upstream.on("data", (chunk) => {
      if (isHolding && isAtWork) held.push(Buffer.from(chunk));
      else client.write(chunk);
    });
  });
  return {
    uri: (database, options) =>
      `mongodb://127.0.0.1:${proxy.port}/${database}?directConnection=true${options ? `&${options}` : ""}`,
    hold: () => (isHolding = true),
    release() {
      isHolding = false;
      for (const release of releases) release();
    },
    [Symbol.asyncDispose]: () => proxy[Symbol.asyncDispose](),
  };
}
