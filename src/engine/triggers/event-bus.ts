import { randomUUID } from "node:crypto";
import { AppError, asAppError, isAppError } from "../../shared/errors.ts";
import { type JsonObject, readOwn, toJson } from "../../shared/json.ts";
import { omitUndefined } from "../../shared/omit-undefined.ts";
import type { PublishRequest, PublishResult } from "../api/triggers.ts";
import { isBuiltInEvent } from "../definition/schema.ts";
import { handOn } from "../execution/decider/answerable.ts";
import { toEventSignal } from "../execution/decider/handle-events.ts";
import type { AnswerablePeople } from "../executions/answerable-people.ts";
import type { Descendants } from "../executions/descendants.ts";
import type { Executions } from "../executions/executions.ts";
import { compileExpression, type Expression } from "../language/expression.ts";
import type { Scope } from "../language/scope.ts";
import { MAX_CHAIN, type Trigger } from "../model/events.ts";
import { executionIdFor } from "../model/execution-id.ts";
import type { ReadonlyState } from "../model/state.ts";
import type { Clock } from "../ports/clock.ts";
import type { EventRecord, EventSource } from "../ports/events.ts";
import { UPLOADS } from "../ports/files.ts";
import type { Logger } from "../ports/logger.ts";
import type { RateLimit } from "../ports/rate-limits.ts";
import type { Store } from "../ports/store.ts";
import type { EngineEvents } from "../runtime/engine-events.ts";
import type { Files } from "../runtime/files.ts";
import { toSource } from "./completion-events.ts";
import type { StepEvent } from "./event-service.ts";
import { admitsStart } from "./start-limit.ts";
import { type ActiveTrigger, memoizePerTrigger, type TriggerRegistry } from "./trigger-registry.ts";
import { EventConfig } from "./types/event.ts";

export interface EventBusOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly triggers: TriggerRegistry;
  readonly executions: Pick<Executions, "start">;
  readonly people: AnswerablePeople;
  readonly descendants: Descendants;
  readonly files: Pick<Files, "admit">;
  /** The durable state of an execution, to be read at once. @throws {AppError} `execution_not_found`. */
  readonly readExecution: (executionId: string) => Promise<{ readonly state: ReadonlyState }>;
  readonly events: EngineEvents;
  /** The worker of this process. */
  readonly process: string;
}

const MINUTE_MS = 60_000;

/** Executions to which an event is delivered at a time. */
const PAGE = 200;

/**
 * Stores named events and delivers them: starts the workflows with a fitting trigger, wakes the runs that wait. An event is stored
 * before triggers and waiting runs are looked for, and a waiting run is noted before it looks for events: in whichever order they
 * come, they meet. What a crash leaves is delivered again at start; a repeat starts and wakes nothing twice.
 */
export class EventBus {
  readonly #options: EventBusOptions;
  readonly #rule = memoizePerTrigger(toRule);
  #catchingUp: Promise<void> | null = null;

  constructor(options: EventBusOptions) {
    this.#options = options;
  }

  /**
   * Takes an event from outside. Durable when it resolves; it is delivered soon after.
   *
   * @throws {AppError} `input_invalid` for a name under which the ends of runs are published.
   */
  async receive({ name, payload, id }: PublishRequest): Promise<PublishResult> {
    await this.#options.triggers.load();
    this.#assertFree(name);
    const eventId = id === undefined ? `event:${randomUUID()}` : givenId(name, id);
    const answerable = this.#options.people.ofToken("api");
    const existed = !(await this.#accept({ id: eventId, name, payload, answerable }));
    return { eventId, existed };
  }

  /**
   * Takes an event from a step of an execution. Durable when it resolves; it is delivered soon after. A repeat of the step changes
   * nothing.
   *
   * @returns its id.
   * @throws {AppError} `input_invalid` for a name under which the bot itself publishes; `execution_not_found`, `store_unavailable`.
   */
  async publishFrom({ name, payload, id, key, stepId, executionId }: StepEvent): Promise<string> {
    this.#assertFree(name);
    const { state } = await this.#options.readExecution(executionId);
    const source = { ...toSource(state), stepId };
    const answerable = handOn(state);
    const eventId = id === undefined ? `step:${key}` : givenId(name, id);
    await this.#accept({ id: eventId, name, payload, source, answerable });
    return eventId;
  }

  #assertFree(name: string): void {
    if (isBuiltInEvent(name) || this.#options.triggers.isEndName(name)) throw reservedName(name);
  }

  /** @returns whether it is new. */
  async #accept(event: Omit<EventRecord, "at" | "process">): Promise<boolean> {
    const isNew = await this.#options.store.events.insert({ ...event, ...this.#moment() });
    if (isNew) void this.catchUp();
    return isNew;
  }

  /** Stores an event and delivers it to all who wait. @throws {AppError} `store_unavailable`: to be repeated. */
  async publish(event: Omit<EventRecord, "at" | "process">): Promise<void> {
    const record = { ...event, ...this.#moment() };
    // One that is there already may not have been delivered to all.
    await this.#options.store.events.insert(record);
    await this.#deliver(record);
  }

  #moment(): Pick<EventRecord, "at" | "process"> {
    return { at: this.#options.clock.now(), process: this.#options.process };
  }

  /** Delivers the events that were not delivered to all. Never rejects. */
  async catchUp(): Promise<void> {
    const before = this.#catchingUp;
    const catching = (async () => {
      await before;
      await this.#catchUp();
    })();
    this.#catchingUp = catching;
    await catching;
  }

  async stop(): Promise<void> {
    await this.#catchingUp;
  }

  async #catchUp(): Promise<void> {
    const { store, logger } = this.#options;
    try {
      for (let more = true; more; ) {
        const events = await store.events.pending(PAGE);
        for (const event of events) await this.#deliver(event);
        more = events.length === PAGE;
      }
    } catch (error) {
      logger.warn(
        { error: asAppError(error).message },
        "could not deliver the pending events; the next poll retries",
      );
    }
  }

  async #deliver(event: EventRecord): Promise<void> {
    for (const trigger of this.#options.triggers.of("event")) await this.#start(trigger, event);
    await this.#wakeSubscribers(event);
    await this.#options.store.events.settle([event.id]);
  }

  async #wakeSubscribers(event: EventRecord): Promise<void> {
    const { store, clock, files, events } = this.#options;
    const from = [event.source?.executionId ?? UPLOADS];
    let after: string | undefined;
    do {
      const query = { limit: PAGE, ...omitUndefined({ after }) };
      const executionIds = await store.events.listSubscribers(event.name, query);
      for (const executionId of executionIds) {
        await files.admit({ executionId, values: event.payload, from });
        await store.signals.insert(toEventSignal(event, executionId, clock.now()));
        events.emit("wake", { executionId });
      }
      after = executionIds.length === PAGE ? executionIds.at(-1) : undefined;
    } while (after !== undefined);
  }

  #fits(trigger: ActiveTrigger, event: EventRecord): boolean {
    const { eventName, match } = this.#rule(trigger);
    if (eventName !== event.name || isOwnEnd(trigger, event)) return false;
    return match === null || isTrue(match, event.payload);
  }

  #assertChain({ workflowId, kind }: ActiveTrigger, { source }: EventRecord): void {
    if (source === undefined || source.depth < MAX_CHAIN) return;
    this.#options.events.emit("flooded", { workflowId, kind, why: "chain" });
    throw tooLong(workflowId);
  }

  /** A workflow that cannot be started must not keep others from it. */
  async #start(trigger: ActiveTrigger, event: EventRecord): Promise<void> {
    const { workflowId, id } = trigger;
    const { payload, source, answerable = [] } = event;
    try {
      if (!this.#fits(trigger, event)) return;
      this.#assertChain(trigger, event);
      if (!(await admitsStart(this.#options, trigger, this.#rule(trigger).limit))) return;
      if (source) await this.#options.descendants.take(rootOf(source), workflowId);
      await this.#options.executions.start({
        workflowId,
        executionId: executionIdFor(workflowId, `event:${id}:${event.id}`),
        variables: payload,
        variableForm: "json",
        answerable,
        trigger: { type: "event", id, event: event.id, ...chainOf(event) },
      });
    } catch (error) {
      if (isAppError(error, "store_unavailable")) throw error;
      this.#options.logger.warn(
        { workflowId, trigger: id, event: event.id, error: asAppError(error).message },
        "a workflow that waits for this event could not be started",
      );
    }
  }
}

function givenId(name: string, id: string): string {
  return `given:${name}:${id}`;
}

/** Where a run that the event starts stands in a chain. */
function chainOf({ source }: EventRecord): Partial<Trigger> {
  if (source === undefined) return {};
  const { executionId, depth, stepId: sourceStep } = source;
  const place = { source: executionId, depth: depth + 1, root: rootOf(source) };
  return { ...place, ...omitUndefined({ sourceStep }) };
}

function rootOf({ root, executionId }: EventSource): string {
  return root ?? executionId;
}

interface Rule {
  readonly eventName: string;
  readonly match: Expression | null;
  /** How many runs it starts. */
  readonly limit: RateLimit;
}

function toRule(trigger: ActiveTrigger): Rule {
  const { eventName, match, maxPerMinute } = EventConfig.parse(trigger.config);
  return {
    eventName,
    match: match === undefined ? null : compileExpression(match),
    limit: {
      key: `trigger:${trigger.workflowId}:${trigger.id}`,
      burst: maxPerMinute,
      intervalMs: MINUTE_MS / maxPerMinute,
    },
  };
}

/** Who listens to the ends of all workflows does not mean itself. */
function isOwnEnd({ workflowId }: ActiveTrigger, { name, source }: EventRecord): boolean {
  return source?.workflowId === workflowId && name.startsWith("workflow.");
}

function isTrue(match: Expression, variables: JsonObject): boolean {
  const roots = { variables };
  const scope: Scope = {
    roots,
    read: (path) => {
      const value = path.reduce<unknown>(readOwn, roots);
      return value === undefined ? undefined : toJson(value);
    },
  };
  const answer = match.evaluate(scope);
  if (typeof answer === "boolean") return answer;
  throw new AppError({
    code: "expression_failed",
    message: `"match" has to be true or false, and is ${JSON.stringify(answer)?.slice(0, 60) ?? ""}.`,
  });
}

function tooLong(workflowId: string): AppError {
  return new AppError({
    code: "limit_exceeded",
    message: `${MAX_CHAIN} runs have started each other already; "${workflowId}" was not started.`,
  });
}

function reservedName(name: string): AppError {
  return new AppError({
    code: "input_invalid",
    message: `"${name}" is published by the bot itself, and cannot be published by others. Choose another name.`,
    details: {
      problems: [
        {
          path: "name",
          message: `"${name}" is published by the bot itself`,
          fix: "Choose another name.",
        },
      ],
    },
  });
}
