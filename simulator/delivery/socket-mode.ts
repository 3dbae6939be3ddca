import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import type { Clock } from "../clock.ts";
import { APP_ID } from "../identity.ts";
import { member, parseJson } from "../json.ts";
import { createSecret, createUuid } from "../workspace/ids.ts";
import type { Ack, Delivery, Transport } from "./transport.ts";

const MAX_CONNECTIONS = 10;

export interface SocketModeOptions {
  readonly clock: Clock;
  readonly ackMs: number;
  readonly pingMs: number;
  readonly ticketMs: number;
  /** Told whenever a socket opens or closes. */
  readonly onConnections: (count: number) => void;
}

/** How `disconnect` ends the open sockets. */
export type DisconnectKind = "drop" | "warning" | "refresh_requested";

interface Pending {
  readonly id: string;
  readonly delivery: Delivery;
  readonly settle: (
    ack: Omit<Ack & { acked: true }, "ackMs"> | Omit<Ack & { acked: false }, "ackMs">,
  ) => void;
  /** `undefined` while it waits for a socket. */
  socket: WebSocket | undefined;
}

/**
 * The server's end of Socket Mode: addresses good for one connection, up to ten open sockets, each payload to one of them.
 *
 * An interaction that was not acknowledged when its socket closed goes to another one as long as the person waits. A
 * command does not: Slack does not run it twice. Events are repeated by the event queue.
 */
export class SocketHub implements Transport {
  readonly #options: SocketModeOptions;
  readonly #server = new WebSocketServer({ noServer: true });
  readonly #tickets = new Map<string, number>();
  readonly #sockets: WebSocket[] = [];
  readonly #pending = new Map<string, Pending>();
  #turn = 0;

  constructor(options: SocketModeOptions) {
    this.#options = options;
  }

  get connections(): number {
    return this.#sockets.length;
  }

  /** Path and query of a new address. */
  createAddress(): string {
    const ticket = createSecret();
    const now = this.#options.clock.now();
    for (const [old, expiresAt] of this.#tickets) if (expiresAt <= now) this.#tickets.delete(old);
    this.#tickets.set(ticket, now + this.#options.ticketMs);
    return `/socket?ticket=${ticket}&app_id=${APP_ID}`;
  }

  /** Takes over a connection that asks for `/socket`. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const query = new URL(request.url ?? "/", "http://localhost").searchParams;
    const ticket = query.get("ticket") ?? "";
    const expiresAt = this.#tickets.get(ticket);
    this.#tickets.delete(ticket);
    if (expiresAt === undefined || expiresAt <= this.#options.clock.now()) {
      socket.end("HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
      return;
    }
    this.#server.handleUpgrade(request, socket, head, (opened) => this.#open(opened));
  }

  send(delivery: Delivery): Promise<Ack> {
    const { clock, ackMs } = this.#options;
    const startedAt = clock.now();
    return new Promise((resolve) => {
      const id = createUuid();
      const finish = (ack: Parameters<Pending["settle"]>[0]): void => {
        if (!this.#pending.delete(id)) return;
        cancel();
        resolve({ ...ack, ackMs: clock.now() - startedAt });
      };
      const cancel = clock.setTimer(
        () => finish({ acked: false, error: "operation_timeout" }),
        ackMs,
      );
      const pending: Pending = { id, delivery, settle: finish, socket: undefined };
      this.#pending.set(id, pending);
      this.#assign(pending);
    });
  }

  /**
   * Ends all sockets, as the network (`drop`) or Slack (`refresh_requested`) does, or only announces it (`warning`).
   *
   * @returns how many sockets were told.
   */
  disconnect(kind: DisconnectKind): number {
    const sockets = [...this.#sockets];
    for (const socket of sockets) {
      if (kind === "drop") socket.terminate();
      else socket.send(disconnectFrame(kind));
    }
    return sockets.length;
  }

  async close(): Promise<void> {
    for (const pending of [...this.#pending.values()]) {
      pending.settle({ acked: false, error: "connection_dropped" });
    }
    for (const socket of [...this.#sockets]) socket.terminate();
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
  }

  #open(socket: WebSocket): void {
    if (this.#sockets.length >= MAX_CONNECTIONS) {
      socket.send(disconnectFrame("too_many_websockets"));
      socket.close();
      return;
    }
    this.#sockets.push(socket);
    socket.on("message", (data: Buffer) => this.#acknowledge(data.toString("utf8")));
    // A reset connection also closes: nothing else is to be done about the error itself.
    socket.on("error", () => socket.terminate());
    const stopPings = this.#keepAlive(socket);
    socket.on("close", () => {
      stopPings();
      this.#forget(socket);
    });
    socket.send(helloFrame(this.#sockets.length));
    for (const pending of this.#pending.values()) {
      if (pending.socket === undefined && waitsForSocket(pending.delivery)) this.#assign(pending);
    }
    this.#options.onConnections(this.#sockets.length);
  }

  #forget(socket: WebSocket): void {
    this.#sockets.splice(this.#sockets.indexOf(socket), 1);
    for (const pending of [...this.#pending.values()]) {
      if (pending.socket !== socket) continue;
      pending.socket = undefined;
      if (pending.delivery.kind === "interactive") this.#assign(pending);
      if (pending.delivery.kind === "events_api") {
        pending.settle({ acked: false, error: "connection_dropped" });
      }
    }
    this.#options.onConnections(this.#sockets.length);
  }

  #assign(pending: Pending): void {
    const open = this.#sockets.filter((socket) => socket.readyState === socket.OPEN);
    const socket = open[this.#turn % Math.max(1, open.length)];
    if (socket === undefined) return;
    this.#turn += 1;
    pending.socket = socket;
    const { kind, payload, acceptsResponse, retry } = pending.delivery;
    socket.send(
      JSON.stringify({
        envelope_id: pending.id,
        payload,
        type: kind,
        accepts_response_payload: acceptsResponse,
        ...(kind === "events_api"
          ? { retry_attempt: retry?.attempt ?? 0, retry_reason: retry?.reason ?? "" }
          : {}),
      }),
    );
  }

  #acknowledge(text: string): void {
    const frame = parseJson(text);
    const id = member(frame, "envelope_id");
    if (typeof id !== "string") return;
    this.#pending.get(id)?.settle({ acked: true, payload: member(frame, "payload") ?? {} });
  }

  #keepAlive(socket: WebSocket): () => void {
    const { clock, pingMs } = this.#options;
    let heardAt = clock.now();
    let cancel: () => void = () => {};
    const hear = (): void => {
      heardAt = clock.now();
    };
    socket.on("pong", hear);
    socket.on("ping", hear);
    const beat = (): void => {
      if (clock.now() - heardAt > 3 * pingMs) socket.terminate();
      else socket.ping(`Ping from ${APP_ID}`);
      cancel = clock.setTimer(beat, pingMs);
    };
    cancel = clock.setTimer(beat, pingMs);
    return () => cancel();
  }
}

/** A command that finds no socket is lost; the rest may wait for one until its time is over. */
function waitsForSocket(delivery: Delivery): boolean {
  return delivery.kind !== "slash_commands";
}

function helloFrame(connections: number): string {
  return JSON.stringify({
    type: "hello",
    num_connections: connections,
    debug_info: { host: "simulator", build_number: 1, approximate_connection_time: 18_060 },
    connection_info: { app_id: APP_ID },
  });
}

function disconnectFrame(reason: string): string {
  return JSON.stringify({ type: "disconnect", reason, debug_info: { host: "simulator" } });
}
