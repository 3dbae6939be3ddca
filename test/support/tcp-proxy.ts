import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";

/** A way to a server on this machine that a test has in its hands. */
export interface TcpProxy extends AsyncDisposable {
  readonly port: number;
}

/**
 * Listens on a free port and opens a connection to the server for each one that comes. An end of one side ends the other.
 *
 * @param server - its URL: host and port are taken.
 * @param connected - passes on what each side sends, or does not.
 */
export async function startTcpProxy(
  server: string,
  connected: (client: Socket, upstream: Socket) => void,
): Promise<TcpProxy> {
  const target = new URL(server);
  const open = new Set<Socket>();
  const listener = createServer((client) => {
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
    connected(client, upstream);
  });
  listener.listen(0, "127.0.0.1");
  await once(listener, "listening");
  const address = listener.address();
  if (address === null || typeof address === "string") throw new Error("There is no port.");
  return {
    port: address.port,
    async [Symbol.asyncDispose]() {
      const closed = once(listener, "close");
      listener.close();
      for (const socket of open) socket.destroy();
      await closed;
    },
  };
}
