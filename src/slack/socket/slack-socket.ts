import { SocketModeClient, type SocketModeOptions } from "@slack/socket-mode";
import type { FetchFunction, Logger as SlackLogger } from "@slack/web-api";
import { type Clock, pause } from "../../engine/ports/clock.ts";
import type { Transport } from "../proxy.ts";
import { type ControlFrame, readFrame } from "./frames.ts";

/** A command, a click or an event, as Slack sent it. */
export interface Envelope {
  readonly body: Record<string, unknown>;
  readonly retryNum?: number;
  readonly retryReason?: string;
  /** Rejects if the socket was closed meanwhile. */
  readonly ack: (response?: unknown) => Promise<void>;
}

export interface SocketOptions {
  readonly appToken: string;
  readonly apiUrl: string;
  readonly fetch: FetchFunction;
  readonly dispatcher: Transport["dispatcher"];
  /** A socket whose pongs are older than this is given up. */
  readonly pingTimeoutMs: number;
  readonly clock: Clock;
  readonly logger: SlackLogger;
  readonly onEnvelope: (envelope: Envelope) => void;
  /** @param connections - sockets of the app that Slack knows, this one included. */
  readonly onHello: (connections: number) => void;
}

/** How long a connection may take from asking for an address to Slack's `hello`. */
const OPEN_MS = 20_000;
/** A person sees a failure when an acknowledgement takes longer. */
const ACK_MS = 3000;
/**
 * A replaced socket is closed when it has brought nothing for so long. What Slack sends in the moment of closing is lost, so the longer
 * the better; but about ten seconds after its last word Slack closes it, whatever is being worked on. So it must have been quiet for a
 * while at first, for less the longer that takes.
 */
const QUIET: readonly { readonly untilMs: number; readonly quietMs: number }[] = [
  { untilMs: 3000, quietMs: 300 },
  { untilMs: 6000, quietMs: 100 },
  { untilMs: 9000, quietMs: 0 },
];
/** A socket that Slack has only warned of serves on for so long at most until Slack says more. */
const WARNED_MS = 30_000;
/** How often is checked whether a socket can be closed. */
const CHECK_MS = 50;
/** So long is waited for the close frame to leave. Slack leaves the connection below it open, so its end is no sign. */
const CLOSE_MS = 100;

/** Slack ended a connection before it said `hello`; `reason` is its word for why. */
export class SocketRefusedError extends Error {
  override readonly name = "SocketRefusedError";
  readonly reason: string;

  constructor(reason: string) {
    super(`Slack ended a connection before it stood: ${reason}`);
    this.reason = reason;
  }
}

/**
 * One web socket: opened once, never again.
 *
 * Slack's own client closes a socket at the first word of its end. What is being worked on then, or arrives until the next one stands, is
 * lost: clicks and commands are not sent again. So the end is only reported, and the socket serves until `retire`.
 */
export class SlackSocket {
  /** Resolves when the socket is to be replaced: with Slack's reason, or `closed`. */
  readonly ending: Promise<string>;
  /** Resolves when it brings nothing more: it was closed here or by Slack, or was given up before it stood. */
  readonly closed: Promise<void>;
  readonly #client: FrameClient;
  readonly #clock: Clock;
  readonly #onHello: (connections: number) => void;
  /** Envelopes that wait for their acknowledgement, with the time of their arrival. */
  readonly #open = new Map<object, number>();
  readonly #end = Promise.withResolvers<string>();
  readonly #last = Promise.withResolvers<void>();
  readonly #closed = Promise.withResolvers<void>();
  #lastEnvelopeAt = Number.NEGATIVE_INFINITY;
  #isClosed = false;

  constructor(options: SocketOptions) {
    this.#clock = options.clock;
    this.#onHello = options.onHello;
    this.ending = this.#end.promise;
    this.closed = this.#closed.promise;
    this.#client = new FrameClient(clientOptions(options), (frame) => this.#control(frame));
    this.#client.on("slack_event", ({ body, ack, retry_num, retry_reason }) =>
      this.#receive({ body, ack, retryNum: retry_num, retryReason: retry_reason }, options),
    );
    this.#client.on("disconnected", () => this.#markClosed());
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** @throws what the Web API client throws; {@link SocketRefusedError}; an error after 20 s. */
  async open(): Promise<void> {
    const started = this.#client.start();
    const refused = this.ending.then((reason) => {
      throw new SocketRefusedError(reason);
    });
    const late = pause(this.#clock, OPEN_MS).then(() => {
      throw new SocketRefusedError("no hello");
    });
    for (const promise of [refused, late]) promise.catch(() => undefined);
    try {
      await Promise.race([started, refused, late]);
    } catch (error) {
      this.#abandon(started);
      // The client gives no reason when the socket closes before it stands.
      throw error instanceof Error ? error : new SocketRefusedError("closed");
    }
  }

  /**
   * Closes the socket when it is no longer needed: Slack said that it ends now, not only soon; what it brought is acknowledged; and
   * nothing more comes. Never rejects.
   */
  async retire(): Promise<void> {
    await Promise.race([this.#last.promise, pause(this.#clock, WARNED_MS)]);
    const since = this.#clock.elapsed();
    for (;;) {
      const waitedMs = this.#clock.elapsed() - since;
      const quietMs = QUIET.find(({ untilMs }) => waitedMs < untilMs)?.quietMs;
      if (this.#isClosed || quietMs === undefined || this.#isIdle(quietMs)) return this.close();
      await pause(this.#clock, CHECK_MS);
    }
  }

  /** Closes it now. Never rejects. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    const closed = this.#client.disconnect();
    this.#markClosed();
    await Promise.race([closed, pause(this.#clock, CLOSE_MS)]);
  }

  #markClosed(): void {
    this.#isClosed = true;
    this.#end.resolve("closed");
    this.#last.resolve();
    this.#closed.resolve();
  }

  #control(frame: ControlFrame): void {
    if (frame.type === "hello") {
      if (frame.connections !== null) this.#onHello(frame.connections);
      return;
    }
    this.#end.resolve(frame.reason);
    if (frame.reason !== "warning") this.#last.resolve();
  }

  #receive(envelope: Envelope, { onEnvelope }: SocketOptions): void {
    const key = {};
    this.#lastEnvelopeAt = this.#clock.elapsed();
    this.#open.set(key, this.#lastEnvelopeAt);
    const ack = async (response?: unknown): Promise<void> => {
      await envelope.ack(response);
      this.#open.delete(key);
    };
    onEnvelope({ ...envelope, ack });
  }

  /** Nothing waits for its acknowledgement, and nothing came for so long. */
  #isIdle(quietMs: number): boolean {
    const now = this.#clock.elapsed();
    // Later than that, an acknowledgement is of no use any more.
    for (const [key, at] of this.#open) if (now - at > ACK_MS) this.#open.delete(key);
    return this.#open.size === 0 && now - this.#lastEnvelopeAt >= quietMs;
  }

  /** The client may still be asking for an address; it would open a socket with it that has no keeper. */
  #abandon(started: Promise<unknown>): void {
    const end = (): void => {
      void this.#client.disconnect();
    };
    started.then(end, () => undefined);
    end();
    this.#markClosed();
  }
}

function clientOptions(options: SocketOptions): SocketModeOptions {
  const { appToken, apiUrl, fetch, dispatcher, pingTimeoutMs, logger } = options;
  return {
    appToken,
    clientPingTimeout: pingTimeoutMs,
    // Another socket takes over before this one ends; the client would first close and then wait.
    autoReconnectEnabled: false,
    // What fails is reported to the caller of `open`.
    logger: { ...logger, error: (...parts) => logger.debug(...parts) },
    ...(dispatcher !== null && { dispatcher }),
    clientOptions: {
      slackApiUrl: apiUrl,
      fetch,
      timeout: 10_000,
      rejectRateLimitedCalls: true,
      retryConfig: { retries: 0 },
    },
  };
}

/** Slack's client, with the frames about the connection taken out. */
class FrameClient extends SocketModeClient {
  readonly #onControl: (frame: ControlFrame) => void;
  readonly #log: SocketModeOptions["logger"];

  constructor(options: SocketModeOptions, onControl: (frame: ControlFrame) => void) {
    super(options);
    this.#onControl = onControl;
    this.#log = options.logger;
  }

  /** Never rejects: the client does not await it, and an unhandled rejection ends the process. */
  protected override async onWebSocketMessage(
    data: string | ArrayBuffer,
    isBinary: boolean,
  ): Promise<void> {
    if (isBinary || typeof data !== "string") return;
    try {
      const frame = readFrame(data);
      if (typeof frame !== "string") this.#onControl(frame);
      if (typeof frame === "string") await super.onWebSocketMessage(frame, false);
      else if (frame.type === "hello") await super.onWebSocketMessage(data, false);
    } catch (error) {
      this.#log?.warn("A frame of Slack's could not be handled", error);
    }
  }
}
