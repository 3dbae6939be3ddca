import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer } from "ws";
import type { Workspace } from "../workspace/workspace.ts";
import { type EventStream, repeatBeats } from "./event-stream.ts";

/** Slow pages are dropped when this much waits for them; they come back and ask for what they missed. */
const MAX_WAITING_BYTES = 4 * 1024 * 1024;

/**
 * The streams of pages over WebSockets: browsers open six HTTP connections to a host and no more, so six tabs that listen by
 * Server-Sent Events would leave none to send by. Each message is `{id, data}`.
 */
export class LiveSockets {
  readonly #server = new WebSocketServer({ noServer: true });

  /** Takes over a connection and gives its stream to `use`. */
  open(
    workspace: Workspace,
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    use: (stream: EventStream) => void,
  ): void {
    this.#server.handleUpgrade(request, socket, head, (page) => {
      const stopBeats = repeatBeats(workspace, () => page.ping());
      page.on("close", stopBeats);
      page.on("error", () => page.terminate());
      use({
        send: (id, data) => {
          if (page.bufferedAmount > MAX_WAITING_BYTES) page.terminate();
          else page.send(JSON.stringify({ id, data }));
        },
        onClose: (run) => {
          page.on("close", run);
        },
      });
    });
  }

  /** Ends all of them. */
  close(): void {
    for (const page of this.#server.clients) page.terminate();
  }
}
