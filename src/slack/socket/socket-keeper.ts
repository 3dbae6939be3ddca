import type { Logger } from "pino";
import { type Clock, pause } from "../../engine/ports/clock.ts";
import { startVital } from "../../shared/vital.ts";
import { toSlackFailure } from "../errors.ts";
import type { OpeningReason } from "../meters.ts";
import { isTokenRefusal } from "../token-refusals.ts";
import { type SlackSocket, SocketRefusedError } from "./slack-socket.ts";

export interface SocketKeeperOptions {
  readonly create: () => SlackSocket;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly onOpen: (socket: SlackSocket, reason: OpeningReason) => void;
  /** Slack takes the app no more: its error, or its reason for ending the connection. */
  readonly onRefused: (code: string) => void;
}

const FIRST_RETRY_MS = 500;
/** Slack asks for no more than some calls of `apps.connections.open` a minute. */
const LAST_RETRY_MS = 5000;
/** When the app has too many sockets, one more must wait until another one is gone. */
const CROWDED_RETRY_MS = 10_000;
/** A socket that lives shorter counts as a failure to connect. */
const STABLE_MS = 5000;
/** So many refusals of the token in a row are believed. Slack has refused good tokens by mistake. */
const BELIEVED_REFUSALS = 3;

/** Keeps one web socket open: the next one stands before the one that Slack ends is closed. */
export class SocketKeeper {
  readonly #options: SocketKeeperOptions;
  readonly #stop = new AbortController();
  #socket: SlackSocket | null = null;
  readonly #retiring = new Set<SlackSocket>();
  #failures = 0;
  #refusals = 0;

  constructor(options: SocketKeeperOptions) {
    this.#options = options;
  }

  /**
   * Resolves when the first socket is open, however long that takes, or `stop` is called.
   *
   * @throws what the Web API client throws if Slack refuses the first one.
   */
  async start(): Promise<void> {
    const socket = await this.#connect("start", true);
    if (socket !== null) startVital(this.#keep(socket));
  }

  /** As `start`, in the background: a refusal is reported. */
  async startLater(delayMs: number): Promise<void> {
    if (!(await this.#pause(delayMs))) return;
    const socket = await this.#connect("start", false);
    if (socket !== null) startVital(this.#keep(socket));
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    const sockets = [...this.#retiring, ...(this.#socket === null ? [] : [this.#socket])];
    await Promise.all(sockets.map((socket) => socket.close()));
  }

  async #keep(first: SlackSocket): Promise<void> {
    let socket: SlackSocket | null = first;
    while (socket !== null && !this.#stop.signal.aborted) {
      const openedAt = this.#options.clock.elapsed();
      const reason = await socket.ending;
      if (this.#stop.signal.aborted) return;
      this.#options.logger.debug({ reason }, "a web socket of Slack ends");
      if (reason === "link_disabled") return this.#options.onRefused(reason);
      if (this.#options.clock.elapsed() - openedAt > STABLE_MS) this.#failures = 0;
      else this.#failures += 1;
      socket = await this.#connect(reason === "closed" ? "lost" : "refresh", false);
    }
  }

  /** @returns `null` after `stop` or a refusal that was reported. */
  async #connect(reason: OpeningReason, isFirst: boolean): Promise<SlackSocket | null> {
    while (await this.#pause(this.#delay())) {
      const socket = this.#options.create();
      try {
        await socket.open();
        if (this.#stop.signal.aborted) {
          await socket.close();
          return null;
        }
        this.#replace(socket);
        this.#options.onOpen(socket, reason);
        return socket;
      } catch (error) {
        this.#failures += 1;
        if (!(await this.#mayTryAgain(error, isFirst))) return null;
      }
    }
    return null;
  }

  /** @throws the error, if it refuses the first socket. */
  async #mayTryAgain(error: unknown, isFirst: boolean): Promise<boolean> {
    const { logger, onRefused } = this.#options;
    if (error instanceof SocketRefusedError) {
      logger.warn({ reason: error.reason }, "Slack ended a web socket before it stood; retrying");
      if (error.reason === "too_many_websockets") return this.#makeRoom();
      if (error.reason !== "link_disabled") return true;
      onRefused(error.reason);
      return false;
    }
    const failure = toSlackFailure(error);
    if (failure.kind === "refused" && isFirst) throw error;
    if (failure.kind === "limited") return this.#pause(failure.retryAfterMs);
    logger.warn({ code: failure.code }, "could not open a web socket to Slack; retrying");
    this.#refusals = isTokenRefusal(failure.code) ? this.#refusals + 1 : 0;
    if (this.#refusals < BELIEVED_REFUSALS) return true;
    onRefused(failure.code);
    return false;
  }

  /** A socket that Slack ends anyway gives up its place; else one must be waited for. */
  async #makeRoom(): Promise<boolean> {
    const socket = this.#socket;
    if (socket === null || socket.isClosed) return this.#pause(CROWDED_RETRY_MS);
    this.#socket = null;
    await this.#retire(socket);
    return !this.#stop.signal.aborted;
  }

  #replace(socket: SlackSocket): void {
    const before = this.#socket;
    this.#socket = socket;
    this.#refusals = 0;
    if (before !== null) void this.#retire(before);
  }

  async #retire(socket: SlackSocket): Promise<void> {
    this.#retiring.add(socket);
    await socket.retire();
    this.#retiring.delete(socket);
  }

  #delay(): number {
    if (this.#failures === 0) return 0;
    const delay = FIRST_RETRY_MS * 1.5 ** (this.#failures - 1);
    // Processes that lost their sockets together must not come back together.
    return Math.min(delay, LAST_RETRY_MS) * (0.75 + Math.random() / 2);
  }

  /** @returns `false` after `stop`. */
  async #pause(ms: number): Promise<boolean> {
    if (ms > 0) await pause(this.#options.clock, ms, this.#stop.signal).catch(() => undefined);
    return !this.#stop.signal.aborted;
  }
}
