import type { App, Receiver, ReceiverEvent } from "@slack/bolt";
import type { Logger } from "pino";
import type { Envelope } from "../../slack/socket/slack-socket.ts";
import { whyUnreadable } from "./payload.ts";

/** What brings envelopes. */
interface Sockets {
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Brings Bolt what the web sockets receive. */
export class SocketReceiver implements Receiver {
  readonly #sockets: Sockets;
  readonly #logger: Logger;
  #app: App | null = null;

  /** @param open - makes the sockets, not yet open, which give all that they receive to `receive`. */
  constructor(
    open: (receive: (envelope: Envelope) => void) => Sockets,
    { logger }: { readonly logger: Logger },
  ) {
    this.#sockets = open((envelope) => void this.#receive(envelope));
    this.#logger = logger;
  }

  init(app: App): void {
    this.#app = app;
  }

  /** Resolves when a socket is open. @throws what the Web API client throws if Slack refuses it. */
  start(): Promise<void> {
    return this.#sockets.start();
  }

  stop(): Promise<void> {
    return this.#sockets.stop();
  }

  /** Never rejects. What is not acknowledged, Slack reports to the person, or sends again if it is an event. */
  async #receive({ body, ack, retryNum, retryReason }: Envelope): Promise<void> {
    const problem = whyUnreadable(body);
    if (problem !== null) {
      this.#logger.warn({ problem }, "what Slack sent over a web socket cannot be read");
      return;
    }
    let isAcknowledged = false;
    const event: ReceiverEvent = {
      body,
      ...(retryNum !== undefined && { retryNum }),
      ...(retryReason !== undefined && { retryReason }),
      ack: async (response?: unknown) => {
        if (isAcknowledged) return;
        isAcknowledged = true;
        await ack(response);
      },
    };
    try {
      await this.#app?.processEvent(event);
    } catch (error) {
      this.#logger.debug({ err: error }, "what Slack sent was not acknowledged");
    }
  }
}
