import type { Duplex } from "node:stream";
import type * as Driver from "pg";

/**
 * Bytes of one message of the server. A row of a result that is within its limit is shorter: a character takes four bytes at most,
 * and other types are not much longer as PostgreSQL's text than as JSON.
 */
export const MAX_MESSAGE_BYTES = 4_000_000;

/** Type and length of a message, as https://www.postgresql.org/docs/current/protocol-message-formats.html has them. */
const HEADER_BYTES = 5;

/** The server sends a message that is larger than it may be. */
export class MessageTooLargeError extends Error {
  constructor(bytes: number) {
    super(`A message of ${bytes} bytes.`);
  }
}

/**
 * Reads the headers in a stream of messages, so that the length of each is known before the message itself is there.
 *
 * @internal exported for its test
 */
export class MessageMeter {
  readonly #header = Buffer.alloc(HEADER_BYTES);
  /** Bytes of the next header that are there. */
  #headed = 0;
  /** Bytes of the current message that are still to come. */
  #left = 0;

  /** Takes the next bytes; returns the length of the longest message that begins in them, or 0. */
  add(chunk: Buffer): number {
    let longest = 0;
    for (let at = 0; at < chunk.length; ) {
      const skipped = Math.min(this.#left, chunk.length - at);
      this.#left -= skipped;
      at += skipped;
      const copied = chunk.copy(this.#header, this.#headed, at, at + HEADER_BYTES - this.#headed);
      this.#headed += copied;
      at += copied;
      if (this.#headed < HEADER_BYTES) break;
      // The length counts itself and not the type.
      const length = this.#header.readUInt32BE(1);
      this.#left = Math.max(length - HEADER_BYTES + 1, 0);
      this.#headed = 0;
      longest = Math.max(longest, length);
    }
    return longest;
  }
}

/**
 * A client that breaks its connection with a {@link MessageTooLargeError} where a message of more than {@link MAX_MESSAGE_BYTES}
 * begins. The driver itself would first keep all of it: a cell of 300 MB takes a gigabyte.
 */
export function limitedClient({ Client, Connection }: typeof Driver): typeof Driver.Client {
  return class extends Client {
    constructor(config?: string | Driver.ClientConfig) {
      super(config);
      const connection: unknown = Reflect.get(this, "connection");
      // Called with the stream from which messages are read, behind TLS if there is TLS.
      const attach: unknown =
        connection instanceof Connection && Reflect.get(connection, "attachListeners");
      if (!(connection instanceof Connection) || typeof attach !== "function") {
        throw new Error(
          "This version of the driver pg is not known: its messages cannot be limited.",
        );
      }
      Reflect.set(connection, "attachListeners", (stream: Duplex) => {
        const meter = new MessageMeter();
        stream.on("data", (chunk: Buffer) => {
          const length = meter.add(chunk);
          if (length > MAX_MESSAGE_BYTES) stream.destroy(new MessageTooLargeError(length));
        });
        Reflect.apply(attach, connection, [stream]);
      });
    }
  };
}
