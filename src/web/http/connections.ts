import type { Server } from "node:http";
import type { Socket } from "node:net";

/** Beyond what `limitConnections` keeps, so that one more can take the place of another. */
const MARGIN = 50;

/**
 * Keeps at most so many connections open: one more takes the place of the one that has been without a request for the longest time, sends
 * its request slowly or has ended it. Connections whose request is being handled stay; if all are such, a new one is closed.
 */
export function limitConnections(server: Server, most: number): void {
  /** Without a request that is being handled, the oldest first. */
  const waiting = new Set<Socket>();
  let open = 0;
  // Node closes what comes beyond this by itself.
  server.maxConnections = most + MARGIN;
  server.on("connection", (socket) => {
    open += 1;
    socket.once("close", () => {
      open -= 1;
      waiting.delete(socket);
    });
    if (open > most) destroyOldest(waiting, socket);
    if (!socket.destroyed) waiting.add(socket);
  });
  server.on("request", ({ socket }, response) => {
    waiting.delete(socket);
    response.once("close", () => {
      if (!socket.destroyed) waiting.add(socket);
    });
  });
}

function destroyOldest(waiting: ReadonlySet<Socket>, newest: Socket): void {
  const [oldest = newest] = waiting;
  oldest.destroy();
}
