import { randomUUID } from "node:crypto";
import { AppError, asAppError, isAppError } from "../../shared/errors.ts";
import { sha256 } from "../../shared/hash.ts";
import { type JsonObject, readOwn, toJson } from "../../shared/json.ts";
import { omitUndefined } from "../../shared/omit-undefined.ts";
import { isUserId } from "../../shared/slack-ids.ts";
import { compileSchema } from "../ai/json-schema.ts";
import type { StartRequest, StartResult } from "../api/executions.ts";
import type {
  EventListQuery,
  PublishedEvent,
  PublishRequest,
  PublishResult,
  ReplayRequest,
} from "../api/triggers.ts";
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
    const eventId = id === undefined ? stepEventId(key) : givenId(name, id);
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

  /**
   * Starts a workflow by an event that was published before.
   *
   * @throws {AppError} `event_not_found`, `input_invalid`, `trigger_paused`, `limit_exceeded` and what a start throws.
   */
  async replay({ eventId, workflowId, by }: ReplayRequest): Promise<StartResult> {
    const { store, triggers, people } = this.#options;
    await triggers.load();
    const event = await store.events.get(eventId);
    if (event === null) throw eventNotFound(eventId);
    const own = (list: readonly ActiveTrigger[]): readonly ActiveTrigger[] =>
      list.filter((one) => one.workflowId === workflowId && this.#isNamed(one, event));
    const named = own(triggers.of("event"));
    if (named.length === 0 && own(triggers.pausedOf("event")).length > 0)
      throw triggerOff(workflowId);
    const fitting = named.find((trigger) => this.#whyUnfit(trigger, event) === null);
    if (fitting === undefined) {
      const [first] = named;
      throw notTaken(workflowId, event, first === undefined ? null : this.#whyUnfit(first, event));
    }
    this.#assertChain(fitting, event);
    const answerable = [...(event.answerable ?? []), ...people.ofToken(by)];
    const person = isUserId(by) ? { userId: by } : {};
    const key = `${event.id}:replay:${randomUUID()}`;
    return this.#options.executions.start(startOf(fitting, { ...event, answerable }, key, person));
  }

  /** Events of a name from a time on, the oldest first. */
  async listEvents({ name, since, limit }: EventListQuery): Promise<readonly PublishedEvent[]> {
    const found = await this.#options.store.events.list({ name, from: since, limit });
    return found.map(({ id: eventId, at, payload, source }) => ({
      ...{ eventId, name, at, payload },
      ...omitUndefined({ executionId: source?.executionId }),
    }));
  }

  /** Stores an event that is delivered soon after; a repeat changes nothing. @throws {AppError} `store_unavailable`. */
  async announce(event: Omit<EventRecord, "at" | "process">): Promise<void> {
    await this.#accept(event);
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

  #isNamed(trigger: ActiveTrigger, event: EventRecord): boolean {
    return this.#rule(trigger).eventName === event.name && !isOwnEnd(trigger, event);
  }

  /** A payload that does not follow the schema is reported. */
  #fits(trigger: ActiveTrigger, event: EventRecord): boolean {
    if (!this.#isNamed(trigger, event)) return false;
    const { workflowId, kind, id } = trigger;
    const detail = this.#rule(trigger).misfit(event.payload);
    if (detail === null) return this.#whyUnfit(trigger, event) === null;
    const { logger, events } = this.#options;
    logger.warn(
      { workflowId, trigger: id, event: event.id, detail },
      "the payload of an event does not follow the schema of a trigger",
    );
    events.emit("flooded", { workflowId, kind, why: "schema", detail });
    return false;
  }

  /** Why an event of the trigger's name does not start it, as the end of a sentence; `null`: it does. */
  #whyUnfit(trigger: ActiveTrigger, { payload }: EventRecord): string | null {
    const { match, misfit } = this.#rule(trigger);
    const detail = misfit(payload);
    if (detail !== null) return `its payload does not follow the trigger's "schema": ${detail}`;
    return match === null || isTrue(match, payload) ? null : `"match" of the trigger is not true`;
  }

  #assertChain({ workflowId, kind }: ActiveTrigger, { source }: EventRecord): void {
    if (source === undefined || source.depth < MAX_CHAIN) return;
    this.#options.events.emit("flooded", { workflowId, kind, why: "chain" });
    throw tooLong(workflowId);
  }

  /** A workflow that cannot be started must not keep others from it. */
  async #start(trigger: ActiveTrigger, event: EventRecord): Promise<void> {
    const { workflowId, id } = trigger;
    const { source } = event;
    try {
      if (!this.#fits(trigger, event)) return;
      this.#assertChain(trigger, event);
      if (!(await admitsStart(this.#options, trigger, this.#rule(trigger).limit))) return;
      if (source) await this.#options.descendants.take(rootOf(source), workflowId);
      await this.#options.executions.start(startOf(trigger, event, event.id));
    } catch (error) {
      if (isAppError(error, "store_unavailable")) throw error;
      this.#options.logger.warn(
        { workflowId, trigger: id, event: event.id, error: asAppError(error).message },
        "a workflow that waits for this event could not be started",
      );
    }
  }
}

/** The key names the path of the step; an id may stand in an address. */
function stepEventId(key: string): string {
  return `step:${sha256(key).toString("hex").slice(0, 32)}`;
}

function givenId(name: string, id: string): string {
  return `given:${name}:${id}`;
}

/** @param key - distinguishes the start from others by the trigger. */
function startOf(
  { workflowId, id }: ActiveTrigger,
  event: EventRecord,
  key: string,
  person: Pick<Trigger, "userId"> = {},
): StartRequest {
  const { payload, answerable = [] } = event;
  return {
    workflowId,
    executionId: executionIdFor(workflowId, `event:${id}:${key}`),
    variables: payload,
    variableForm: "json",
    answerable,
    trigger: { type: "event", id, event: event.id, ...person, ...chainOf(event) },
  };
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
  /** What of a payload does not follow the schema; `null`: it follows. */
  readonly misfit: (payload: JsonObject) => string | null;
  /** How many runs it starts. */
  readonly limit: RateLimit;
}

function toRule(trigger: ActiveTrigger): Rule {
  const { eventName, match, schema, maxPerMinute } = EventConfig.parse(trigger.config);
  const check = schema === undefined ? null : compileSchema(schema);
  return {
    eventName,
    misfit: (payload) => (typeof check === "function" ? check(payload) : null),
    match: match === undefined ? null : compileExpression(match),
    limit: {
      key: `trigger:${trigger.workflowId}:${trigger.id}`,
      burst: maxPerMinute,
      intervalMs: MINUTE_MS / maxPerMinute,
    },
  };
}

/** Who listens to what happens in all workflows does not mean itself. */
function isOwnEnd({ workflowId }: ActiveTrigger, { name, source }: EventRecord): boolean {
  return source?.workflowId === workflowId && isBuiltInEvent(name);
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

function eventNotFound(id: string): AppError {
  return new AppError({
    code: "event_not_found",
    message: `There is no event "${id.slice(0, 200)}", or it is not kept any more.`,
  });
}

function triggerOff(workflowId: string): AppError {
  return new AppError({
    code: "trigger_paused",
    message: `The trigger of "${workflowId}" for this event is switched off; nothing was started.`,
  });
}

function notTaken(workflowId: string, { name }: EventRecord, why: string | null): AppError {
  return new AppError({
    code: "input_invalid",
    message: `The event was not replayed: ${why ?? `"${workflowId}" has no trigger for events of the name "${name}"`}.`,
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
