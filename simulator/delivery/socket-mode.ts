import { type IncomingMessage, STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import type { FaultQueue } from "../fault-queue.ts";
import type { SocketFault } from "../faults/slack-fault.ts";
import { APP_ID } from "../identity.ts";
import { member, parseJson } from "../json.ts";
import { createSecret, createUuid } from "../workspace/ids.ts";
import { type ConnectionTimes, SocketConnection } from "./socket-connection.ts";
import type { Ack, Delivery, Transport } from "./transport.ts";

const MAX_CONNECTIONS = 10;

export interface SocketModeOptions extends ConnectionTimes {
  readonly ackMs: number;
  readonly ticketMs: number;
  /** How long the TCP connection stays open after the closing handshake, unless the app ends it. */
  readonly lingerMs: number;
  readonly faults: FaultQueue<SocketFault>;
  /** Called when a socket opens, closes or is asked to disconnect, with the number of sockets that Slack counts. */
  readonly onConnection: (
    event: "opened" | "closed" | "disconnect",
    count: number,
    reason?: string,
  ) => void;
}

/** How `disconnect` treats the sockets. */
export const DISCONNECT_KINDS = [
  "drop",
  "freeze",
  "ghost",
  "warning",
  "refresh_requested",
  "link_disabled",
] as const;
export type DisconnectKind = (typeof DISCONNECT_KINDS)[number];

interface Pending {
  readonly delivery: Delivery;
  readonly connection: SocketConnection;
  readonly settle: (
    ack: Omit<Ack & { acked: true }, "ackMs"> | Omit<Ack & { acked: false }, "ackMs">,
  ) => void;
}

/**
 * The server's end of Socket Mode: addresses good for one connection, up to ten connections, each payload to one of them.
 *
 * A payload is sent once. Without a socket it fails at once; on a socket that closes before the acknowledgement, or behind
 * which nothing is left, it is lost. Events are repeated by the event queue, commands and interactions by no one.
 *
 * @see https://github.com/slackapi/bolt-python/issues/1071
 * @see https://github.com/slackapi/python-slack-sdk/issues/1940
 */
export class SocketHub implements Transport {
  readonly #options: SocketModeOptions;
  readonly #server: WebSocketServer;
  readonly #tickets = new Map<string, number>();
  /** What Slack counts, ghosts included. */
  readonly #connections: SocketConnection[] = [];
  readonly #pending = new Map<string, Pending>();
  #turn = 0;

  constructor(options: SocketModeOptions) {
    this.#options = options;
    // Spread, because its types do not know it yet.
    const timeouts = { closeTimeout: options.lingerMs };
    this.#server = new WebSocketServer({ noServer: true, autoPong: false, ...timeouts });
  }

  /** How many connections Slack counts: open ones, and ghosts that it has not noticed yet. */
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
    const fault = this.#options.faults.take(({ effect }) => effect === "refuse_upgrade");
    if (fault !== undefined) refuseUpgrade(socket, fault.status);
    else if (expiresAt === undefined || expiresAt <= this.#options.clock.now()) {
      refuseUpgrade(socket, 403);
    } else {
      this.#server.handleUpgrade(request, socket, head, (opened) => this.#open(opened, socket));
    }
  }

  send(delivery: Delivery): Promise<Ack> {
    const { clock, ackMs } = this.#options;
    const connection = this.#next();
    if (connection === undefined) {
      return Promise.resolve({ acked: false, ackMs: 0, error: "dispatch_failed" });
    }
    const startedAt = clock.now();
    return new Promise((resolve) => {
      const id = createUuid();
      const settle: Pending["settle"] = (ack) => {
        if (!this.#pending.delete(id)) return;
        cancel();
        resolve({ ...ack, ackMs: clock.now() - startedAt });
      };
      const cancel = clock.setTimer(
        () => settle({ acked: false, error: "operation_timeout" }),
        ackMs,
      );
      this.#pending.set(id, { delivery, connection, settle });
      connection.send(envelopeOf(id, delivery));
    });
  }

  /**
   * Ends sockets, as the network (`drop`) or Slack (`refresh_requested`, `link_disabled`) does; cuts the app off while Slack
   * still counts it (`ghost`); only announces the end (`warning`); or lets them stand without carrying anything (`freeze`).
   *
   * @param count - how many, oldest first.
   * @returns how many it were.
   */
  disconnect(kind: DisconnectKind, count = Number.POSITIVE_INFINITY): number {
    const connections = this.#connections.slice(0, count);
    for (const connection of connections) {
      if (kind === "drop") connection.terminate();
      else if (kind === "freeze") connection.freeze();
      else if (kind === "ghost") connection.abandon();
      else connection.disconnect(kind);
    }
    this.#options.onConnection("disconnect", this.#connections.length, kind);
    return connections.length;
  }

  async close(): Promise<void> {
    for (const { settle } of [...this.#pending.values()]) {
      settle({ acked: false, error: "connection_dropped" });
    }
    for (const connection of [...this.#connections]) connection.terminate();
    for (const socket of this.#server.clients) socket.terminate();
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
  }

  #open(socket: WebSocket, wire: Duplex): void {
    const connection = new SocketConnection({
      socket,
      wire,
      times: this.#options,
      lateness: () =>
        this.#options.faults.take(({ effect }) => effect === "late_pong")?.delay_ms ?? 0,
      onEnd: (ended) => this.#forget(ended),
    });
    if (this.#connections.length >= MAX_CONNECTIONS) {
      connection.disconnect("too_many_websockets");
      connection.close();
      return;
    }
    this.#connections.push(connection);
    socket.on("message", (data: Buffer) => this.#acknowledge(connection, data.toString("utf8")));
    connection.send(helloFrame(this.#connections.length, this.#options.lifeMs));
    this.#options.onConnection("opened", this.#connections.length);
  }

  #forget(connection: SocketConnection): void {
    const index = this.#connections.indexOf(connection);
    if (index < 0) return;
    this.#connections.splice(index, 1);
    for (const pending of [...this.#pending.values()]) {
      // The person who clicked or typed waits in vain; only the event queue has more to do.
      if (pending.connection === connection && pending.delivery.kind === "events_api") {
        pending.settle({ acked: false, error: "connection_dropped" });
      }
    }
    this.#options.onConnection("closed", this.#connections.length);
  }

  #next(): SocketConnection | undefined {
    const connection = this.#connections[this.#turn % Math.max(1, this.#connections.length)];
    this.#turn += 1;
    return connection;
  }

  /** An acknowledgement counts on the socket that brought the payload. */
  #acknowledge(connection: SocketConnection, text: string): void {
    const frame = parseJson(text);
    const id = member(frame, "envelope_id");
    const pending = typeof id === "string" ? this.#pending.get(id) : undefined;
    if (pending?.connection !== connection) return;
    pending.settle({ acked: true, payload: member(frame, "payload") ?? {} });
  }
}

function refuseUpgrade(socket: Duplex, status: number): void {
  const reason = STATUS_CODES[status] ?? "Refused";
  socket.end(`HTTP/1.1 ${status} ${reason}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

function envelopeOf(id: string, { kind, payload, acceptsResponse, retry }: Delivery): object {
  return {
    envelope_id: id,
    payload,
    type: kind,
    accepts_response_payload: acceptsResponse,
    ...(kind === "events_api"
      ? { retry_attempt: retry?.attempt ?? 0, retry_reason: retry?.reason ?? "" }
      : {}),
  };
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
