import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import { APP_ID } from "../identity.ts";
import { member, parseJson } from "../json.ts";
import { createSecret, createUuid } from "../workspace/ids.ts";
import { type ConnectionTimes, SocketConnection } from "./socket-connection.ts";
import type { Ack, Delivery, Transport } from "./transport.ts";

const MAX_CONNECTIONS = 10;

export interface SocketModeOptions extends ConnectionTimes {
  readonly ackMs: number;
  readonly ticketMs: number;
  /** Called when a socket opens, closes or is asked to disconnect, with the number of open sockets. */
  readonly onConnection: (
    event: "opened" | "closed" | "disconnect",
    count: number,
    reason?: string,
  ) => void;
}

/** How `disconnect` ends the open sockets. */
export type DisconnectKind = "drop" | "freeze" | "warning" | "refresh_requested";

interface Pending {
  readonly id: string;
  readonly delivery: Delivery;
  readonly settle: (
    ack: Omit<Ack & { acked: true }, "ackMs"> | Omit<Ack & { acked: false }, "ackMs">,
  ) => void;
  /** `undefined` while it waits for a socket. */
  connection: SocketConnection | undefined;
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
  readonly #connections: SocketConnection[] = [];
  readonly #pending = new Map<string, Pending>();
  #turn = 0;

  constructor(options: SocketModeOptions) {
    this.#options = options;
  }

  get connections(): number {
    return this.#connections.length;
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
      const pending: Pending = { id, delivery, settle: finish, connection: undefined };
      this.#pending.set(id, pending);
      this.#assign(pending);
    });
  }

  /**
   * Ends all sockets, as the network (`drop`) or Slack (`refresh_requested`) does, only announces it (`warning`), or lets them
   * stand without carrying anything (`freeze`).
   *
   * @returns how many sockets there were.
   */
  disconnect(kind: DisconnectKind): number {
    const connections = [...this.#connections];
    for (const connection of connections) {
      if (kind === "drop") connection.socket.terminate();
      else if (kind === "freeze") connection.freeze();
      else connection.disconnect(kind);
    }
    this.#options.onConnection("disconnect", connections.length, kind);
    return connections.length;
  }

  async close(): Promise<void> {
    for (const pending of [...this.#pending.values()]) {
      pending.settle({ acked: false, error: "connection_dropped" });
    }
    for (const { socket } of [...this.#connections]) socket.terminate();
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
  }

  #open(socket: WebSocket): void {
    const connection = new SocketConnection(socket, this.#options);
    if (this.#connections.length >= MAX_CONNECTIONS) {
      connection.disconnect("too_many_websockets");
      socket.close();
      return;
    }
    this.#connections.push(connection);
    socket.on("message", (data: Buffer) => this.#acknowledge(data.toString("utf8")));
    socket.on("close", () => this.#forget(connection));
    connection.send(helloFrame(this.#connections.length, this.#options.lifeMs));
    for (const pending of this.#pending.values()) {
      if (pending.connection === undefined && waitsForSocket(pending.delivery))
        this.#assign(pending);
    }
    this.#options.onConnection("opened", this.#connections.length);
  }

  #forget(connection: SocketConnection): void {
    this.#connections.splice(this.#connections.indexOf(connection), 1);
    for (const pending of [...this.#pending.values()]) {
      if (pending.connection !== connection) continue;
      pending.connection = undefined;
      if (pending.delivery.kind === "interactive") this.#assign(pending);
      if (pending.delivery.kind === "events_api") {
        pending.settle({ acked: false, error: "connection_dropped" });
      }
    }
    this.#options.onConnection("closed", this.#connections.length);
  }

  #assign(pending: Pending): void {
    const open = this.#connections.filter((connection) => connection.isOpen);
    const connection = open[this.#turn % Math.max(1, open.length)];
    if (connection === undefined) return;
    this.#turn += 1;
    pending.connection = connection;
    const { kind, payload, acceptsResponse, retry } = pending.delivery;
    connection.send({
      envelope_id: pending.id,
      payload,
      type: kind,
      accepts_response_payload: acceptsResponse,
      ...(kind === "events_api"
        ? { retry_attempt: retry?.attempt ?? 0, retry_reason: retry?.reason ?? "" }
        : {}),
    });
  }

  #acknowledge(text: string): void {
    const frame = parseJson(text);
    const id = member(frame, "envelope_id");
    if (typeof id !== "string") return;
    this.#pending.get(id)?.settle({ acked: true, payload: member(frame, "payload") ?? {} });
  }
}

/** A command that finds no socket is lost; the rest may wait for one until its time is over. */
function waitsForSocket(delivery: Delivery): boolean {
  return delivery.kind !== "slash_commands";
}

function helloFrame(connections: number, lifeMs: number): object {
  return {
    type: "hello",
    num_connections: connections,
    debug_info: {
      host: "simulator",
      build_number: 1,
      approximate_connection_time: Math.round(lifeMs / 1_000),
    },
    connection_info: { app_id: APP_ID },
  };
}
