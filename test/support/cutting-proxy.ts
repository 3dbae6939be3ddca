import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";

/** A way to a server on this machine that breaks at a word. */
export interface CuttingProxy extends AsyncDisposable {
  /** The server's URL with the proxy's port. */
  readonly url: string;
}

/** Passes everything on in both directions, until a client sends something that holds `word`: that connection is cut. */
export async function startCuttingProxy(url: string, word: string): Promise<CuttingProxy> {
  const target = new URL(url);
  const own = new URL(url);
  const open = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname);
    for (const socket of [client, upstream]) {
      open.add(socket);
      socket.on("error", () => {});
      socket.on("close", () => {
        open.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    upstream.pipe(client);
    client.on("data", (chunk) => {
      if (chunk.includes(word)) client.destroy();
      else upstream.write(chunk);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("There is no port.");
  own.port = String(address.port);
  return {
    url: own.href,
    async [Symbol.asyncDispose]() {
      const closed = once(server, "close");
      server.close();
      for (const socket of open) socket.destroy();
      await closed;
    },
  };
}
