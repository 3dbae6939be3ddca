import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import type { Document } from "mongodb";
import { messagesOf } from "./mongo-wire.ts";

/** A way to a MongoDB server on which one sees what it is asked. */
export interface MongoTap extends AsyncDisposable {
  /** The server's URI by way of the tap. */
  uri(database: string): string;
  /** The commands that came by since the last call. */
  take(): readonly Document[];
}

/** Passes everything on in both directions. */
export async function startMongoTap(serverUri: string): Promise<MongoTap> {
  const target = new URL(serverUri);
  const commands: Document[] = [];
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
    client.on(
      "data",
      messagesOf((bytes, message) => {
        upstream.write(bytes);
        if (message) commands.push(message.command);
      }),
    );
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("There is no port.");
  return {
    uri: (database) => `mongodb://127.0.0.1:${address.port}/${database}?directConnection=true`,
    take: () => commands.splice(0),
    async [Symbol.asyncDispose]() {
      const closed = once(server, "close");
      server.close();
      for (const socket of open) socket.destroy();
      await closed;
    },
  };
}
