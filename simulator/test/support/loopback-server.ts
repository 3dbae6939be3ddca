import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";

/** An HTTP server on loopback for the length of a test. */
export interface LoopbackServer extends AsyncDisposable {
  /** Without a slash at the end. */
  readonly url: string;
}

/** @returns a server that listens on a port of the system's choice. */
export async function openLoopbackServer(listener: RequestListener): Promise<LoopbackServer> {
  const server = createServer(listener);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The server has no port.");
  return {
    url: `http://127.0.0.1:${address.port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
