import { RateLimits } from "../api/rate-limits.ts";
import type { Clock } from "../clock.ts";
import { EventQueue } from "../delivery/event-queue.ts";
import { FaultyTransport } from "../delivery/faulty-transport.ts";
import { HttpTransport } from "../delivery/http-mode.ts";
import { LoggedTransport } from "../delivery/logged-transport.ts";
import { SocketHub } from "../delivery/socket-mode.ts";
import type { Transport } from "../delivery/transport.ts";
import { createFaultQueue, type FaultQueue } from "../fault-queue.ts";
import type { DeliveryFault, SlackFault, SocketFault } from "../faults/slack-fault.ts";
import { TrafficLog } from "../inspector/traffic.ts";
import type { Limits } from "../limits.ts";
import type { AppManifest } from "../manifest.ts";
import { SignIns } from "../openid/sign-ins.ts";
import type { Timings } from "../timings.ts";
import { AgentSessions } from "./agent-sessions.ts";
import { type AssistantStatus, AssistantStatuses } from "./assistant-statuses.ts";
import { ChangeFeed } from "./change-feed.ts";
import { Installation } from "./installation.ts";
import { ScheduledMessages } from "./scheduled-messages.ts";
import type { Seed } from "./seed.ts";
import type { OpenStream } from "./streams.ts";
import { Triggers } from "./triggers.ts";
import { createState, restoreState, type WorkspaceState } from "./workspace-state.ts";

export interface WorkspaceOptions {
  readonly manifest: AppManifest;
  readonly clock: Clock;
  readonly timings: Timings;
  /** What a new workspace starts with, also after `reset`. */
  readonly seed: Seed;
  readonly limits: Limits;
  /** Whether rate limits apply. */
  readonly realistic: boolean;
  /** What the page's banner says; `undefined`: the page's own words. */
  readonly banner: string | undefined;
  /** Whether the page offers the tour of this project's bot. */
  readonly tour: boolean;
  /** The app's address for HTTP mode; Socket Mode when absent. */
  readonly eventsUrl: string | undefined;
  /** The content of a state file, if there is one. */
  readonly stored: unknown;
}

/** One Slack workspace with one app: its state, the transports to the app and the pages, and the rate limits and faults of calls. */
export class Workspace {
  readonly manifest: AppManifest;
  readonly clock: Clock;
  readonly timings: Timings;
  readonly seed: Seed;
  readonly realistic: boolean;
  /** What the page's banner says; `undefined`: the page's own words. */
  readonly banner: string | undefined;
  readonly tour: boolean;
  readonly eventsUrl: string | undefined;
  readonly triggers: Triggers;
  readonly feed: ChangeFeed;
  readonly sockets: SocketHub;
  readonly transport: Transport;
  readonly events: EventQueue;
  /** The traffic between Slack and the app. */
  readonly traffic: TrafficLog;
  readonly limits: RateLimits;
  readonly installation = new Installation();
  readonly scheduled: ScheduledMessages;
  /** Sign-ins with Slack. */
  readonly signIns: SignIns;
  /** What the assistant is said to be doing, by thread. */
  readonly statuses: AssistantStatuses;
  /** Messages that grow, by channel and `ts`. */
  readonly streams = new Map<string, OpenStream>();
  /** The work of the agent, by thread. */
  readonly sessions = new AgentSessions();
  /** What each person has open beside the agent: the id of a channel. */
  readonly contexts = new Map<string, string>();
  readonly faults: FaultQueue<SlackFault> = createFaultQueue("slack");
  readonly deliveryFaults: FaultQueue<DeliveryFault> = createFaultQueue("delivery");
  readonly socketFaults: FaultQueue<SocketFault> = createFaultQueue("socket");
  /** Address of the simulator, without a slash at the end; known once it listens. */
  url = "";
  #state: WorkspaceState;
  readonly #http: HttpTransport | undefined;
  #onChange: () => void = () => {};

  constructor(options: WorkspaceOptions) {
    const { clock, timings, eventsUrl } = options;
    this.manifest = options.manifest;
    this.clock = clock;
    this.signIns = new SignIns(clock);
    this.timings = timings;
    this.seed = options.seed;
    this.realistic = options.realistic;
    this.banner = options.banner;
    this.tour = options.tour;
    this.eventsUrl = eventsUrl;
    this.#state =
      options.stored === undefined ? createState(options) : restoreState(options.stored, options);
    this.triggers = new Triggers(clock, timings.triggerMs);
    this.limits = new RateLimits(clock, options.limits);
    this.scheduled = new ScheduledMessages(clock);
    this.feed = new ChangeFeed(clock.now() * 1_000);
    this.statuses = new AssistantStatuses(clock, timings.assistantStatusMs, (status) =>
      this.#publishStatus(status),
    );
    this.traffic = new TrafficLog(clock);
    this.sockets = new SocketHub({
      clock,
      ackMs: timings.ackMs,
      pingMs: timings.socketPingMs,
      pongMs: timings.socketPongMs,
      lifeMs: timings.socketLifeMs,
      graceMs: timings.socketGraceMs,
      lingerMs: timings.socketLingerMs,
      ghostMs: timings.socketGhostMs,
      faults: this.socketFaults,
      ticketMs: timings.socketTicketMs,
      onConnection: (event, count, reason) => {
        this.traffic.connection(event, count, reason);
        this.feed.publish({ type: "status", ...this.status() });
      },
    });
    const http =
      eventsUrl === undefined
        ? undefined
        : new HttpTransport({ url: eventsUrl, clock, ackMs: timings.ackMs });
    this.#http = http;
    const direct = http ?? this.sockets;
    this.transport = new FaultyTransport({
      inner: new LoggedTransport(direct, this.traffic, clock),
      clock,
      ackMs: timings.ackMs,
      faults: this.deliveryFaults,
    });
    this.events = new EventQueue({
      transport: this.transport,
      clock,
      ackMs: timings.ackMs,
      isHttp: eventsUrl !== undefined,
      retriesMs: timings.eventRetriesMs,
      perHour: options.realistic
        ? options.limits.eventsPerHour * options.limits.speed
        : Number.POSITIVE_INFINITY,
    });
  }

  /** The state kept over a restart. Read it anew each time: `reset` replaces it. */
  get state(): WorkspaceState {
    return this.#state;
  }

  /** How the app is reached, and whether it is connected. In HTTP mode that is unknown before the first delivery. */
  status(): { readonly mode: "socket" | "http"; readonly connected: number } {
    if (this.eventsUrl !== undefined) return { mode: "http", connected: 1 };
    return { mode: "socket", connected: this.sockets.connections };
  }

  /**
   * Puts the app's address for HTTP mode to Slack's test.
   *
   * @returns what was wrong with it, or `undefined` when it is good.
   */
  async verifyEventsUrl(): Promise<string | undefined> {
    return this.#http === undefined ? "the app is reached by Socket Mode" : this.#http.verify();
  }

  /** Calls `listener` after every change of the state. */
  onChange(listener: () => void): void {
    this.#onChange = listener;
  }

  /** To be called after every change of the state. */
  touch(): void {
    this.#onChange();
  }

  /** Whether clicks, shortcuts and modals reach the app: it declares them and is installed. */
  get takesInteractions(): boolean {
    return this.manifest.interactivity && this.installation.isInstalled;
  }

  #publishStatus({ channel, threadTs, status, loadingMessages }: AssistantStatus): void {
    this.feed.publish(
      {
        type: "assistant_status",
        channel,
        thread_ts: threadTs,
        status,
        loading_messages: loadingMessages,
      },
      { channel },
    );
  }

  /** Back to a new workspace; open sockets stay. */
  reset(): void {
    this.#state = createState(this);
    this.limits.clear();
    this.installation.set(undefined);
    this.scheduled.clear();
    this.statuses.clear();
    this.streams.clear();
    this.sessions.clear();
    this.contexts.clear();
    this.traffic.clear();
    this.faults.reset();
    this.deliveryFaults.reset();
    this.socketFaults.reset();
    this.feed.publish({ type: "reset" });
    this.touch();
  }
}
