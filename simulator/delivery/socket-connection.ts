import type { Duplex } from "node:stream";
import type { WebSocket } from "ws";
import type { Clock } from "../clock.ts";
import { APP_ID } from "../identity.ts";

export interface ConnectionTimes {
  readonly clock: Clock;
  /** Between two pings; a socket that stays silent for three of them is closed. */
  readonly pingMs: number;
  /** How late a ping is answered. */
  readonly pongMs: number;
  /** How long Slack keeps a connection. */
  readonly lifeMs: number;
  /** How long before its end a connection is warned, and how long after a disconnect message Slack begins to close it. */
  readonly graceMs: number;
  /** How long a connection whose app is gone without the closing handshake still counts. */
  readonly ghostMs: number;
}

export interface ConnectionParts {
  readonly socket: WebSocket;
  /** The TCP connection below it. */
  readonly wire: Duplex;
  readonly times: ConnectionTimes;
  /** How much later than usual the next pong comes, in milliseconds. */
  readonly lateness: () => number;
  /** Called once, when Slack knows that the connection is over. */
  readonly onEnd: (connection: SocketConnection) => void;
}

/**
 * One connection of the app as Slack sees it: its pings, its end, and whether what is sent still arrives.
 *
 * It ends for Slack when the closing handshake is done, when the TCP connection ends, or when Slack gives it up. An app that the
 * network cut off leaves a ghost: it counts, and swallows what it is sent, until Slack notices. The TCP connection outlives the
 * handshake.
 */
export class SocketConnection {
  readonly #parts: ConnectionParts;
  readonly #timers = new Map<string, () => void>();
  #heardAt: number;
  /** Nothing passes any more, in either direction. */
  #isDead = false;
  #hasEnded = false;

  constructor(parts: ConnectionParts) {
    const { socket, wire, times } = parts;
    this.#parts = parts;
    this.#heardAt = times.clock.now();
    socket.on("pong", () => this.#hear());
    socket.on("ping", (data) => this.#answerPing(data));
    // A reset connection also closes: nothing else is to be done about the error itself.
    socket.on("error", () => socket.terminate());
    // The end of the TCP connection reaches Slack, whatever the app left unsaid.
    socket.on("close", () => {
      if (!this.#isDead) this.#end();
    });
    this.#keepOpenAfterHandshake(wire);
    this.#beat();
    this.#later("warning", times.lifeMs - times.graceMs, () => this.disconnect("warning"));
    this.#later("end", times.lifeMs, () => this.disconnect("refresh_requested"));
  }

  /** Sends a frame, which a ghost and a frozen connection swallow. */
  send(frame: object): void {
    const { socket } = this.#parts;
    if (!this.#isDead && socket.readyState === socket.OPEN) socket.send(JSON.stringify(frame));
  }

  /** Announces the end (`warning`), or asks the app to disconnect and begins to close the connection itself later. */
  disconnect(reason: string): void {
    this.send({ type: "disconnect", reason, debug_info: { host: "simulator" } });
    if (reason !== "warning") this.#later("grace", this.#parts.times.graceMs, () => this.close());
  }

  /** Begins the closing handshake and lets the connection go, whatever the app answers. */
  close(): void {
    this.#parts.socket.close(1_000);
    this.#end();
  }

  /** Cuts the TCP connection and lets the connection go. */
  terminate(): void {
    this.#end();
    this.#parts.socket.terminate();
  }

  /** Drops all traffic in both directions without closing: a half-open connection, of which neither side knows yet. */
  freeze(): void {
    this.#parts.socket.pause();
    this.#leave();
  }

  /** Cuts the app off without Slack knowing: the app sees its connection end, Slack still counts it. */
  abandon(): void {
    this.#leave();
    this.#parts.socket.terminate();
  }

  /**
   * `ws` ends the TCP connection as soon as both close frames are exchanged; Slack does not.
   *
   * @see https://github.com/slackapi/node-slack-sdk/issues/2752
   */
  #keepOpenAfterHandshake(wire: Duplex): void {
    const end = wire.end.bind(wire);
    wire.end = (): Duplex => {
      if (wire.readableEnded) return end();
      this.#end();
      return wire;
    };
  }

  /** The app is gone, or cannot be reached; Slack finds out later. */
  #leave(): void {
    if (this.#isDead) return;
    this.#isDead = true;
    this.#stop();
    if (!this.#hasEnded) this.#later("ghost", this.#parts.times.ghostMs, () => this.#end());
  }

  #end(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#stop();
    this.#parts.onEnd(this);
  }

  #hear(): void {
    this.#heardAt = this.#parts.times.clock.now();
  }

  #answerPing(data: Buffer): void {
    this.#hear();
    const { socket, times, lateness } = this.#parts;
    times.clock.setTimer(() => {
      if (!this.#isDead && socket.readyState === socket.OPEN) socket.pong(data);
    }, times.pongMs + lateness());
  }

  #beat(): void {
    const { socket, times } = this.#parts;
    this.#later("ping", times.pingMs, () => {
      if (times.clock.now() - this.#heardAt > 3 * times.pingMs) this.terminate();
      else {
        socket.ping(`Ping from ${APP_ID}`);
        this.#beat();
      }
    });
  }

  #later(name: string, delayMs: number, run: () => void): void {
    this.#timers.get(name)?.();
    this.#timers.set(name, this.#parts.times.clock.setTimer(run, Math.max(0, delayMs)));
  }

  #stop(): void {
    for (const cancel of this.#timers.values()) cancel();
  }
}
