import type { FetchFunction, WebClient } from "@slack/web-api";
import type { Logger } from "pino";
import type { Clock } from "../engine/ports/clock.ts";
import type { RateLimitStore } from "../engine/ports/rate-limits.ts";
import { omitUndefined } from "../shared/omit-undefined.ts";
import { type ChannelWatch, createChannelWatch } from "./channel-watch.ts";
import { type ChannelFinder, createChannelFinder } from "./channels.ts";
import { createBulkClient, createLookupClient, DEFAULT_API_URL, toSlackLogger } from "./clients.ts";
import { createCountedFetch } from "./counted-fetch.ts";
import { createDirectory, type SlackDirectory } from "./directory.ts";
import { createFileUpload, type FileUpload } from "./file-upload.ts";
import { createFileReader, type FileReader } from "./files.ts";
import { createGroupFinder, type GroupFinder } from "./groups.ts";
import { SlackHealth } from "./health.ts";
import { NO_METERS, type SlackMeters } from "./meters.ts";
import { OutgoingQueue } from "./outgoing/queue.ts";
import { createSender, type Sender } from "./outgoing/sender.ts";
import { createTransport, type ProxySettings, type Transport } from "./proxy.ts";

export interface SlackOptions {
  readonly botToken: string;
  /** Base of the Web API; `null`: Slack's own. */
  readonly apiUrl: string | null;
  /** Slack's limits, which all processes of the bot keep together. */
  readonly limits: RateLimitStore;
  readonly clock: Clock;
  readonly logger: Logger;
  /** @default none */
  readonly proxy?: ProxySettings | null;
  /** @default counts nothing */
  readonly meters?: SlackMeters;
  /** Called once, with what the operator has to do, when Slack takes the app no more. */
  readonly onRefused?: (remedy: string) => void;
}

/** The workspace, shared by the bot, the `slack` service and the name checks, so that each list is read and cached once. */
export interface Slack {
  /** For background calls: neither waits nor retries. */
  readonly bulk: WebClient;
  /** Where every call that changes what people see has its turn. */
  readonly queue: OutgoingQueue;
  /** Sends what people see, in its turn. */
  readonly sender: Sender;
  /** For reads and answers that a person waits for: a short time-out, one retry. */
  readonly lookup: WebClient;
  readonly directory: SlackDirectory;
  readonly groups: GroupFinder;
  readonly channels: ChannelFinder;
  readonly channelWatch: ChannelWatch;
  readonly health: SlackHealth;
  /** What every request to Slack has to go through, those of Slack's own libraries included. */
  readonly fetch: FetchFunction;
  /** For web sockets; `null`: there is no proxy. */
  readonly dispatcher: Transport["dispatcher"];
  readonly files: FileReader;
  readonly uploads: FileUpload;
}

/** Builds the Slack layer, once for each process. It calls nothing by itself. */
export function createSlack(options: SlackOptions): Slack {
  const { botToken, apiUrl, limits, clock, logger, meters = NO_METERS } = options;
  const { fetch: send, dispatcher } = createTransport(options.proxy ?? null);
  const health = new SlackHealth({
    ...{ clock, logger, meters },
    onRefused: options.onRefused ?? (() => undefined),
  });
  const fetch = createCountedFetch({
    ...{ fetch: send, meters, now: () => clock.now() },
    onTokenRefused: (method, code) => {
      // The app-level token is the sockets' affair.
      if (method !== "apps.connections.open") void health.doubtToken(lookup, `${method}: ${code}`);
    },
  });
  const access = omitUndefined({ botToken, apiUrl: apiUrl ?? undefined, fetch });
  const slackLogger = toSlackLogger(logger);
  const lookup = createLookupClient(access, slackLogger);
  const groups = createGroupFinder(lookup, clock);
  const channels = createChannelFinder(lookup, clock);
  const bulk = createBulkClient(access, slackLogger);
  const queue = new OutgoingQueue({ limits, clock, meters });
  const files = { botToken, apiUrl: apiUrl ?? DEFAULT_API_URL, fetch: send };
  return {
    bulk,
    queue,
    sender: createSender(bulk, queue, clock),
    lookup,
    directory: createDirectory(lookup, { groups, channels }, clock),
    groups,
    channels,
    channelWatch: createChannelWatch(lookup, channels, clock),
    ...{ health, fetch, dispatcher },
    files: createFileReader({ ...files, client: lookup }),
    uploads: createFileUpload({ ...files, client: bulk }),
  };
}
