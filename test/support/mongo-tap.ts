import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { BSON } from "mongodb";

/** A way to a MongoDB server on which one sees what it is asked. */
export interface MongoTap extends AsyncDisposable {
  /** The server's URI by way of the tap. */
  uri(database: string): string;
  /** The commands that came by since the last call. */
  take(): readonly BSON.Document[];
}

/** Operation code of a message that holds a command: https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol/. */
const OP_MSG = 2013;
const HEADER_BYTES = 16;
/** Header, flags and the kind of the first section; the command follows. */
const COMMAND_AT = HEADER_BYTES + 4 + 1;

/** Passes everything on in both directions. */
export async function startMongoTap(serverUri: string): Promise<MongoTap> {
  const target = new URL(serverUri);
  const commands: BSON.Document[] = [];
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
    let rest = Buffer.alloc(0);
    client.on("data", (chunk) => {
      upstream.write(chunk);
      rest = Buffer.concat([rest, Buffer.from(chunk)]);
      for (let length = lengthOf(rest); length <= rest.length; length = lengthOf(rest)) {
        const command = commandOf(rest.subarray(0, length));
        if (command) commands.push(command);
        rest = rest.subarray(length);
      }
    });
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

function lengthOf(bytes: Buffer): number {
  return bytes.length < HEADER_BYTES ? Number.POSITIVE_INFINITY : bytes.readInt32LE(0);
}

function commandOf(message: Buffer): BSON.Document | null {
  if (message.readInt32LE(12) !== OP_MSG || message[COMMAND_AT - 1] !== 0) return null;
  const end = COMMAND_AT + message.readInt32LE(COMMAND_AT);
  return BSON.deserialize(message.subarray(COMMAND_AT, end));
}
