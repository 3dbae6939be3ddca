import { z } from "zod";
import { isAppError } from "../../shared/errors.ts";
import type { Json, JsonObject } from "../../shared/json.ts";
import { toDollars } from "../../shared/money.ts";
import type { Access } from "../access/access.ts";
import type { BudgetWarning } from "../api/costs.ts";
import type { StartResult } from "../api/executions.ts";
import type {
  EventListQuery,
  Flood,
  IncomingChannel,
  IncomingMember,
  IncomingMessage,
  IncomingReaction,
  PublishedEvent,
  PublishRequest,
  PublishResult,
  ReceivedFiles,
  ReplayRequest,
  ShortcutRequest,
  StalledTrigger,
  Triggers as TriggersApi,
  WebhookAnswer,
  WebhookHead,
  WebhookRequest,
} from "../api/triggers.ts";
import { BUDGET_WARNING, type Definition } from "../definition/schema.ts";
import type { AnswerablePeople } from "../executions/answerable-people.ts";
import type { Descendants } from "../executions/descendants.ts";
import type { Executions } from "../executions/executions.ts";
import type { ReadonlyState } from "../model/state.ts";
import type { Clock } from "../ports/clock.ts";
import type { Conversations } from "../ports/conversations.ts";
import type { Cron } from "../ports/cron.ts";
import type { EventRecord } from "../ports/events.ts";
import type { Logger } from "../ports/logger.ts";
import type { ServiceRegistry } from "../ports/service.ts";
import type { Store } from "../ports/store.ts";
import type { EngineEvents } from "../runtime/engine-events.ts";
import type { Files } from "../runtime/files.ts";
import type { TriggerSwitches } from "../workflows/trigger-switches.ts";
import type { Workflows } from "../workflows/workflows.ts";
import { ApprovalEvents } from "./approval-events.ts";
import { ChannelTrigger } from "./channel-trigger.ts";
import { CompletionEvents } from "./completion-events.ts";
import { DatabasePoller } from "./database-poller.ts";
import { EventBus } from "./event-bus.ts";
import type { StepEvent } from "./event-service.ts";
import { FileTrigger } from "./file-trigger.ts";
import { FloodNotices } from "./flood-notices.ts";
import { MemberTrigger } from "./member-trigger.ts";
import { MessageTrigger } from "./message-trigger.ts";
import { ReactionTrigger } from "./reaction-trigger.ts";
import { StallNotices } from "./rows/stall-notices.ts";
import { Scheduler } from "./scheduler.ts";
import { ShortcutTrigger } from "./shortcut-trigger.ts";
import { SlackStarts } from "./slack-starts.ts";
import { TriggerRegistry } from "./trigger-registry.ts";
import { WebhookTrigger } from "./webhook-trigger.ts";

export interface TriggersOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly cron: Cron;
  readonly conversations: Conversations;
  readonly access: Pick<Access, "mayUse" | "amongWhich">;
  readonly services: ServiceRegistry;
  readonly revealSecrets: (params: JsonObject) => JsonObject;
  readonly maskSecrets: (value: Json) => Json;
  readonly workflows: Pick<Workflows, "compiled" | "deployer">;
  readonly switches: Pick<TriggerSwitches, "of">;
  readonly executions: Pick<Executions, "start">;
  readonly people: AnswerablePeople;
  readonly descendants: Descendants;
  readonly files: Pick<Files, "admit" | "limits">;
  /** The durable state of an execution, to be read at once. @throws {AppError} `execution_not_found`. */
  readonly readExecution: (executionId: string) => Promise<{ readonly state: ReadonlyState }>;
  readonly events: EngineEvents;
  /** May they have a workflow started by an event once more? @throws {AppError} `workflow_not_found`, `not_allowed`. */
  readonly permitReplay: (workflowId: string, by: string) => Promise<void>;
  /** The worker of this process. */
  readonly process: string;
}

/** Fills inputs with what their trigger gives under other names. */
function startWithInputs(
  executions: Pick<Executions, "start">,
  triggers: TriggerRegistry,
): Pick<Executions, "start"> {
  return {
    start: async (request) => {
      const { workflowId, trigger, variables } = request;
      const filled = triggers.withInputs(workflowId, trigger, variables);
      return executions.start({ ...request, variables: filled });
    },
  };
}

/** Kinds of triggers that hear what happens in channels. */
const HEARD = ["message", "mention", "reaction", "file-shared", "member-joined"];

const InChannels = z.object({ channels: z.array(z.string()).optional() });

/** Everything that starts runs by itself, with its lifetime. */
export class Triggers implements TriggersApi {
  readonly #messages: MessageTrigger;
  readonly #reactions: ReactionTrigger;
  readonly #files: FileTrigger;
  readonly #members: MemberTrigger;
  readonly #channels: ChannelTrigger;
  readonly #floods: FloodNotices;
  readonly #stalls: StallNotices;
  readonly #shortcuts: ShortcutTrigger;
  readonly #webhooks: WebhookTrigger;
  readonly completions: CompletionEvents;
  readonly approvals: ApprovalEvents;
  readonly #events: EventBus;
  readonly #active: TriggerRegistry;
  readonly #scheduler: Scheduler;
  readonly #permitReplay: TriggersOptions["permitReplay"];
  readonly #rows: DatabasePoller;

  constructor(options: TriggersOptions) {
    this.#active = new TriggerRegistry(options);
    const executions = startWithInputs(options.executions, this.#active);
    const parts = { ...options, triggers: this.#active, executions };
    this.#messages = new MessageTrigger(parts);
    const ofSlack = { ...parts, starts: new SlackStarts(parts) };
    this.#reactions = new ReactionTrigger(ofSlack);
    this.#files = new FileTrigger(ofSlack);
    this.#members = new MemberTrigger(ofSlack);
    this.#channels = new ChannelTrigger(ofSlack);
    this.#floods = new FloodNotices(options);
    this.#stalls = new StallNotices(options);
    this.#shortcuts = new ShortcutTrigger(parts);
    this.#webhooks = new WebhookTrigger(parts);
    this.#events = new EventBus(parts);
    this.completions = new CompletionEvents({
      triggers: this.#active,
      publish: (event) => this.#events.publish(event),
    });
    const announce = (event: Omit<EventRecord, "at" | "process">): Promise<void> =>
      this.#events.announce(event);
    this.approvals = new ApprovalEvents({ triggers: this.#active, announce });
    this.#scheduler = new Scheduler(parts);
    this.#permitReplay = options.permitReplay;
    this.#rows = new DatabasePoller(parts);
  }

  receiveMessage(message: IncomingMessage): Promise<readonly StartResult[]> {
    return this.#messages.receive(message);
  }

  receiveReaction(reaction: IncomingReaction): Promise<readonly StartResult[]> {
    return this.#reactions.receive(reaction);
  }

  receiveFiles(message: IncomingMessage): Promise<ReceivedFiles> {
    return this.#files.receive(message);
  }

  receiveMember(member: IncomingMember): Promise<readonly StartResult[]> {
    return this.#members.receive(member);
  }

  receiveChannel(channel: IncomingChannel): Promise<readonly StartResult[]> {
    return this.#channels.receive(channel);
  }

  onFlood(listener: (flood: Flood) => void): () => void {
    return this.#floods.on(listener);
  }

  onStall(listener: (stalled: StalledTrigger) => void): () => void {
    return this.#stalls.on(listener);
  }

  listShortcuts(): Promise<readonly string[]> {
    return this.#shortcuts.offered();
  }

  startFromShortcut(request: ShortcutRequest): Promise<StartResult> {
    return this.#shortcuts.start(request);
  }

  upcoming(workflowId: string, count: number): Promise<readonly number[]> {
    return this.#scheduler.upcoming(workflowId, count);
  }

  upcomingOf(definition: Definition, count: number): readonly number[] {
    return this.#scheduler.upcomingOf(definition, count);
  }

  /** @see Scheduler.missedBetween */
  missedSchedules(from: number, to: number): ReturnType<Scheduler["missedBetween"]> {
    return this.#scheduler.missedBetween(from, to);
  }

  /** The channels in which Slack's events start workflows, by workflow; `null`: all that the bot is in. */
  heardIn(): ReadonlyMap<string, readonly string[] | null> {
    const heard = new Map<string, readonly string[] | null>();
    for (const { workflowId, config } of HEARD.flatMap((kind) => this.#active.of(kind))) {
      const { channels } = InChannels.parse(config);
      const known = heard.get(workflowId);
      const isAll = channels === undefined || known === null;
      heard.set(workflowId, isAll ? null : [...(known ?? []), ...channels]);
    }
    return heard;
  }

  checkWebhook(head: WebhookHead): ReturnType<TriggersApi["checkWebhook"]> {
    return this.#webhooks.check(head);
  }

  async receiveWebhook(request: WebhookRequest): Promise<WebhookAnswer> {
    try {
      return await this.#webhooks.receive(request);
    } catch (error) {
      if (!isAppError(error, "workflow_archived")) throw error;
      // Another process has archived it in this moment. Asked again, the webhook says that nothing listens there any more.
      await this.#active.refresh();
      return this.#webhooks.receive(request);
    }
  }

  publish(event: PublishRequest): Promise<PublishResult> {
    return this.#events.receive(event);
  }

  async replay(request: ReplayRequest): Promise<StartResult> {
    const { workflowId, by } = request;
    await this.#permitReplay(workflowId, by);
    return this.#events.replay(request);
  }

  listEvents(query: EventListQuery): Promise<readonly PublishedEvent[]> {
    return this.#events.listEvents(query);
  }

  /** Publishes that most of a budget is used, if a workflow or a step waits for that. */
  async warnOfBudget({ budget, text }: BudgetWarning, month: string): Promise<void> {
    if (!this.#active.isHeard(BUDGET_WARNING)) return;
    const { scope, subject, spentNano, monthlyNano } = budget;
    await this.#events.announce({
      id: `budget:${scope}:${subject}:${monthlyNano}:${month}`,
      name: BUDGET_WARNING,
      payload: {
        ...{ event: BUDGET_WARNING, scope, subject, month, text },
        ...{ spentUsd: toDollars(spentNano), budgetUsd: toDollars(monthlyNano) },
      },
    });
  }

  /** @see EventBus.publishFrom */
  publishFrom(event: StepEvent): Promise<string> {
    return this.#events.publishFrom(event);
  }

  /** Reads the active triggers. To be done before executions run: their ends are published to those who wait for them. */
  async prepare(): Promise<void> {
    await this.#active.refresh();
  }

  /** Begins with the clock and the databases. */
  async start(): Promise<void> {
    await this.#events.catchUp();
    await this.#scheduler.start();
    this.#rows.start();
  }

  async stop(): Promise<void> {
    this.#webhooks.stop();
    await this.#scheduler.stop();
    await this.#rows.stop();
    await this.#events.stop();
  }

  /** Looks for what other processes activated, and for events that they left untold. Never rejects. */
  async poll(): Promise<void> {
    await Promise.all([this.refresh(), this.#events.catchUp()]);
  }

  /** To be called when another version becomes active. */
  async refresh(): Promise<void> {
    await this.#active.refresh();
    this.#scheduler.replan();
    this.#rows.replan();
  }
}
