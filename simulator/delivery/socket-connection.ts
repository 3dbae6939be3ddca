import type { WebSocket } from "ws";
import type { Clock } from "../clock.ts";
import { APP_ID } from "../identity.ts";

export interface ConnectionTimes {
  readonly clock: Clock;
  /** Between two pings; a socket that stays silent for three of them is closed. */
  readonly pingMs: number;
  /** How long Slack keeps a connection. */
  readonly lifeMs: number;
  /** How long before its end a connection is warned, and how long it may stay open after a disconnect message. */
  readonly graceMs: number;
}

/** One open socket of the app: its pings, its end, and whether it still passes traffic. */
export class SocketConnection {
  readonly socket: WebSocket;
  readonly #times: ConnectionTimes;
  readonly #timers = new Map<string, () => void>();
  #heardAt: number;
  #isFrozen = false;

  constructor(socket: WebSocket, times: ConnectionTimes) {
    this.socket = socket;
    this.#times = times;
    this.#heardAt = times.clock.now();
    const hear = (): void => {
      this.#heardAt = times.clock.now();
    };
    socket.on("pong", hear);
    socket.on("ping", hear);
    // A reset connection also closes: nothing else is to be done about the error itself.
    socket.on("error", () => socket.terminate());
    socket.on("close", () => this.#stop());
    this.#beat();
    this.#later("warning", times.lifeMs - times.graceMs, () => this.disconnect("warning"));
    this.#later("end", times.lifeMs, () => this.disconnect("refresh_requested"));
  }

  get isOpen(): boolean {
    return this.socket.readyState === this.socket.OPEN;
  }

  send(frame: object): void {
    if (!this.#isFrozen) this.socket.send(JSON.stringify(frame));
  }

  /** Announces the end (`warning`), or asks the app to disconnect and closes the connection later. */
  disconnect(reason: string): void {
    this.send({ type: "disconnect", reason, debug_info: { host: "simulator" } });
    if (reason !== "warning") {
      this.#later("grace", this.#times.graceMs, () => this.socket.terminate());
    }
  }

  /** Drops all traffic in both directions without closing: a half-open connection. */
  freeze(): void {
    this.#isFrozen = true;
    this.socket.pause();
    this.#stop();
  }

  #beat(): void {
    const { clock, pingMs } = this.#times;
    this.#later("ping", pingMs, () => {
      if (clock.now() - this.#heardAt > 3 * pingMs) this.socket.terminate();
      else {
        this.socket.ping(`Ping from ${APP_ID}`);
        this.#beat();
      }
    });
  }

  #later(name: string, delayMs: number, run: () => void): void {
    this.#timers.get(name)?.();
    this.#timers.set(name, this.#times.clock.setTimer(run, Math.max(0, delayMs)));
  }

  #stop(): void {
    for (const cancel of this.#timers.values()) cancel();
  }
}
