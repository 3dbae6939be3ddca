import { randomUUID } from "node:crypto";
import { AppError, asAppError, isAppError } from "../../shared/errors.ts";
import { type JsonObject, readOwn, toJson } from "../../shared/json.ts";
import { omitUndefined } from "../../shared/omit-undefined.ts";
import type { PublishRequest, PublishResult } from "../api/triggers.ts";
import { toEventSignal } from "../execution/decider/handle-events.ts";
import type { AnswerablePeople } from "../executions/answerable-people.ts";
import type { Descendants } from "../executions/descendants.ts";
import type { Executions } from "../executions/executions.ts";
import { compileExpression, type Expression } from "../language/expression.ts";
import type { Scope } from "../language/scope.ts";
import { MAX_CHAIN } from "../model/events.ts";
import { executionIdFor } from "../model/execution-id.ts";
import type { Clock } from "../ports/clock.ts";
import type { EventRecord, EventSource } from "../ports/events.ts";
import { UPLOADS } from "../ports/files.ts";
import type { Logger } from "../ports/logger.ts";
import type { Store } from "../ports/store.ts";
import type { EngineEvents } from "../runtime/engine-events.ts";
import type { Files } from "../runtime/files.ts";
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
  readonly events: EngineEvents;
  /** The worker of this process. */
  readonly process: string;
}

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
    if (this.#options.triggers.isEndName(name)) throw reservedName(name);
    const eventId = id === undefined ? `event:${randomUUID()}` : `given:${name}:${id}`;
    const answerable = this.#options.people.ofToken("api");
    const event = { id: eventId, name, payload, answerable, ...this.#moment() };
    const isNew = await this.#options.store.events.insert(event);
    if (isNew) void this.catchUp();
    return { eventId, existed: !isNew };
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

  /** A workflow that cannot be started must not keep others from it. */
  async #start(trigger: ActiveTrigger, event: EventRecord): Promise<void> {
    const { workflowId, id } = trigger;
    const { name, payload, source, answerable = [] } = event;
    const { eventName, match } = this.#rule(trigger);
    if (eventName !== name || isOwnEnd(trigger, event)) return;
    const depth = source === undefined ? 0 : source.depth + 1;
    try {
      if (depth > MAX_CHAIN) throw tooLong(workflowId);
      if (match && !isTrue(match, payload)) return;
      if (source) await this.#options.descendants.take(rootOf(source), workflowId);
      await this.#options.executions.start({
        workflowId,
        executionId: executionIdFor(workflowId, `event:${id}:${event.id}`),
        variables: payload,
        variableForm: "json",
        answerable,
        trigger: {
          type: "event",
          id,
          event: event.id,
          ...(source && { source: source.executionId, depth, root: rootOf(source) }),
        },
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

function rootOf({ root, executionId }: EventSource): string {
  return root ?? executionId;
}

interface Rule {
  readonly eventName: string;
  readonly match: Expression | null;
}

function toRule(trigger: ActiveTrigger): Rule {
  const { eventName, match } = EventConfig.parse(trigger.config);
  return { eventName, match: match === undefined ? null : compileExpression(match) };
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
    message: `"${name}" is published when a run ends, and cannot be published from outside. Choose another name.`,
    details: {
      problems: [
        { path: "name", message: `"${name}" is the end of a run`, fix: "Choose another name." },
      ],
    },
  });
}
