import { startTcpProxy } from "./tcp-proxy.ts";

/** A way to a server on this machine that breaks at a word. */
export interface CuttingProxy extends AsyncDisposable {
  /** The server's URL with the proxy's port. */
  readonly url: string;
}

/** Passes everything on in both directions, until a client sends something that holds `word`: that connection is cut. */
export async function startCuttingProxy(url: string, word: string): Promise<CuttingProxy> {
  const proxy = await startTcpProxy(url, (client, upstream) => {
    upstream.pipe(client);
    client.on("data", (chunk) => {
      if (chunk.includes(word)) client.destroy();
      else upstream.write(chunk);
    });
  });
  const own = new URL(url);
  own.port = String(proxy.port);
  return { url: own.href, [Symbol.asyncDispose]: () => proxy[Symbol.asyncDispose]() };
}
