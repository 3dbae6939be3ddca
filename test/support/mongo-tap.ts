import type { Document } from "mongodb";
import { messagesOf } from "./mongo-wire.ts";
import { startTcpProxy } from "./tcp-proxy.ts";

/** A way to a MongoDB server on which one sees what it is asked. */
export interface MongoTap extends AsyncDisposable {
  /** The server's URI by way of the tap. */
  uri(database: string): string;
  /** The commands that came by since the last call. */
  take(): readonly Document[];
}

/** Passes everything on in both directions. */
export async function startMongoTap(serverUri: string): Promise<MongoTap> {
  const commands: Document[] = [];
  const proxy = await startTcpProxy(serverUri, (client, upstream) => {
    upstream.pipe(client);
    client.on(
      "data",
      messagesOf((bytes, message) => {
        upstream.write(bytes);
        if (message) commands.push(message.command);
      }),
    );
  });
  return {
    uri: (database) => `mongodb://127.0.0.1:${proxy.port}/${database}?directConnection=true`,
    take: () => commands.splice(0),
    [Symbol.asyncDispose]: () => proxy[Symbol.asyncDispose](),
  };
}
