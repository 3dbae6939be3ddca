import type { Logger } from "pino";
import type { OpeningReason, SlackMeters } from "../meters.ts";
import { SlackSocket, type SocketOptions } from "./slack-socket.ts";
import { SocketKeeper } from "./socket-keeper.ts";

/** How the app is connected in Socket Mode. */
export interface SocketSettings {
  /** Web sockets of this process, from 1 to 10. Slack allows an app ten, those of all its processes together. */
  readonly count: number;
  /** Milliseconds between their first openings, so that Slack does not end them at one time. */
  readonly spacingMs: number;
  /**
   * A socket whose pongs are older than this is given up. Slack's often take more than five seconds
   * (https://github.com/slackapi/bolt-js/issues/2786), and each reconnect may leave a dead connection behind that Slack still sends clicks
   * to (https://github.com/slackapi/python-slack-sdk/issues/1940). So it is long, and a second socket serves while one is in doubt.
   */
  readonly pingTimeoutMs: number;
}

export const SOCKET_DEFAULTS: SocketSettings = {
  count: 2,
  spacingMs: 15_000,
  pingTimeoutMs: 20_000,
};

export interface SocketPoolOptions
  extends Omit<SocketOptions, "onHello" | "pingTimeoutMs" | "logger"> {
  readonly settings: SocketSettings;
  readonly logger: Logger;
  /** For Slack's own client. */
  readonly slackLogger: SocketOptions["logger"];
  readonly meters: SlackMeters;
  readonly onRefused: (code: string) => void;
  /** Other processes of the bot that are alive now. */
  readonly otherProcesses: () => Promise<number>;
}

/** The web sockets of this process: Slack sends each command, click and event to one of them. */
export class SocketPool {
  readonly #options: SocketPoolOptions;
  readonly #keepers: readonly SocketKeeper[];
  /** Sockets that Slack may count. */
  readonly #held = new Set<SlackSocket>();
  #open = 0;

  constructor(options: SocketPoolOptions) {
    this.#options = options;
    const { settings, clock, logger, onRefused } = options;
    this.#keepers = Array.from(
      { length: settings.count },
      () =>
        new SocketKeeper({
          create: () => this.#create(),
          onOpen: (socket, reason) => this.#opened(socket, reason),
          ...{ clock, logger, onRefused },
        }),
    );
  }

  /**
   * Resolves when the first socket is open; the others follow.
   *
   * @throws what the Web API client throws if Slack refuses it.
   */
  async start(): Promise<void> {
    const [first, ...others] = this.#keepers;
    await first?.start();
    for (const [index, keeper] of others.entries())
      void keeper.startLater((index + 1) * this.#options.settings.spacingMs);
  }

  /** Closes all. Never rejects. */
  async stop(): Promise<void> {
    await Promise.all(this.#keepers.map((keeper) => keeper.stop()));
  }

  #create(): SlackSocket {
    const { settings, slackLogger } = this.#options;
    const socket: SlackSocket = new SlackSocket({
      ...this.#options,
      logger: slackLogger,
      pingTimeoutMs: settings.pingTimeoutMs,
      onHello: (connections) => void this.#compare(connections),
    });
    this.#held.add(socket);
    void socket.closed.then(() => this.#held.delete(socket));
    return socket;
  }

  #opened(socket: SlackSocket, reason: OpeningReason): void {
    const { logger, meters } = this.#options;
    this.#open += 1;
    meters.opened(reason);
    meters.sockets(this.#open);
    logger.info({ reason, open: this.#open }, "a web socket to Slack is open");
    void socket.closed.then(() => {
      this.#open -= 1;
      meters.sockets(this.#open);
    });
  }

  /**
   * Slack sends clicks to every socket it counts, also to those whose process was killed and that it takes for alive: what it sends there
   * is lost, and no other sign shows it.
   */
  async #compare(connections: number): Promise<void> {
    const { logger, meters, settings, otherProcesses } = this.#options;
    meters.appConnections(connections);
    const held = this.#held.size;
    logger.debug({ connections, held }, "Slack counts the web sockets of this app");
    if (connections <= held) return;
    const others = await otherProcesses().catch(() => null);
    // Each of the others may be replacing one at this moment.
    if (others === null || connections <= held + others * (settings.count + 1)) return;
    logger.warn(
      { connections, held, otherProcesses: others },
      "Slack counts more web sockets of this app than its processes hold, and sends clicks there too. Either another bot runs with the same SLACK_APP_TOKEN: stop it. Or a process was killed: Slack drops its sockets within minutes",
    );
  }
}
