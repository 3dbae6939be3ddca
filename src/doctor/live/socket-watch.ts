import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { z } from "zod";
import { quantile } from "../../shared/quantile.ts";
import { NO_METERS, type OpeningReason, type SlackMeters } from "../../slack/meters.ts";

/** Where the web sockets of Slack's SDK publish the pongs that arrive, as the SDK itself hears of them. */
const PONG_CHANNEL = "undici:websocket:pong";
/** What the SDK writes into its pings, and Slack gives back: when it was sent. */
const PING = /^Ping from client \((\d+)\)$/;

const Pong = z.object({ payload: z.instanceof(Uint8Array) });

/** What a Socket Mode connection went through. */
export interface SocketFigures {
  /** Connections of the app, this one included, as each hello said. */
  readonly connections: readonly number[];
  /** Why each web socket was opened. */
  readonly opened: readonly OpeningReason[];
  /** Milliseconds of each time without a web socket between two. */
  readonly gapsMs: readonly number[];
  readonly pings: {
    readonly count: number;
    readonly medianMs: number;
    readonly slowestMs: number;
  };
}

/** Watches web sockets of this process until it is disposed. */
export class SocketWatch implements Disposable {
  readonly #connections: number[] = [];
  readonly #opened: OpeningReason[] = [];
  readonly #gapsMs: number[] = [];
  readonly #pingsMs: number[] = [];
  #closedAt: number | null = null;
  /** What the sockets report to. */
  readonly meters: SlackMeters = {
    ...NO_METERS,
    appConnections: (count) => void this.#connections.push(count),
    opened: (reason) => void this.#opened.push(reason),
    sockets: (open) => this.#count(open),
  };

  constructor() {
    subscribe(PONG_CHANNEL, this.#onPong);
  }

  /** Pings that were answered. */
  get pings(): number {
    return this.#pingsMs.length;
  }

  /** Connections of the app as Slack first counted them; `null`: it did not. */
  get connectionsAtStart(): number | null {
    return this.#connections[0] ?? null;
  }

  figures(): SocketFigures {
    const times = this.#pingsMs.toSorted((a, b) => a - b);
    return {
      connections: [...this.#connections],
      opened: [...this.#opened],
      gapsMs: [...this.#gapsMs],
      pings: {
        count: times.length,
        medianMs: quantile(times, 0.5),
        slowestMs: quantile(times, 1),
      },
    };
  }

  [Symbol.dispose](): void {
    unsubscribe(PONG_CHANNEL, this.#onPong);
  }

  readonly #onPong = (published: unknown): void => {
    const pong = Pong.safeParse(published).data;
    const sentAt = PING.exec(Buffer.from(pong?.payload ?? []).toString())?.[1];
    if (sentAt !== undefined) this.#pingsMs.push(Date.now() - Number(sentAt));
  };

  #count(open: number): void {
    if (open === 0) this.#closedAt ??= performance.now();
    else if (this.#closedAt !== null) {
      this.#gapsMs.push(Math.round(performance.now() - this.#closedAt));
      this.#closedAt = null;
    }
  }
}
