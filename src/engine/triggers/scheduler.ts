import { asAppError, isAppError } from "../../shared/errors.ts";
import { readNumber } from "../../shared/json.ts";
import { type Definition, triggersOf } from "../definition/schema.ts";
import { triggerId } from "../definition/trigger-type.ts";
import type { Executions } from "../executions/executions.ts";
import { executionIdFor } from "../model/execution-id.ts";
import { CLOCK_DIFFERENCE_MS } from "../model/lease.ts";
import type { Clock } from "../ports/clock.ts";
import type { Cron } from "../ports/cron.ts";
import type { Logger } from "../ports/logger.ts";
import type { Store } from "../ports/store.ts";
import { type ScheduledStart, SchedulePlan } from "./schedule-plan.ts";
import { type ActiveTrigger, memoizePerTrigger, type TriggerRegistry } from "./trigger-registry.ts";

export interface SchedulerOptions {
  readonly triggers: TriggerRegistry;
  readonly executions: Pick<Executions, "start">;
  readonly store: Store;
  readonly clock: Clock;
  readonly cron: Cron;
  readonly logger: Logger;
}

/** A time that is further back was missed: no process was running. */
const LATE_MS = 60_000;
/** How far back missed times are made up for. */
const MAX_CATCH_UP_MS = 31 * 86_400_000;
/** Most runs that one schedule makes up for. */
const MAX_CATCH_UP = 100;
/** How far ahead the next times are looked for: a leap day may be eight years away. */
const MAX_AHEAD_MS = 8 * 366 * 86_400_000;
const SECOND_MS = 1000;
const MINUTE_MS = 60_000;
/** How far all schedules have come: times up to here were started or passed over. */
const MARK = "schedules";

/**
 * Starts workflows at their times. Each time has an execution id of its own, so that several processes, or one that looks again
 * after a crash, start it once.
 */
export class Scheduler {
  readonly #options: SchedulerOptions;
  readonly #plan: (trigger: ActiveTrigger) => SchedulePlan;
  #until: number | null = null;
  #marked = 0;
  #cancelTimer: (() => void) | null = null;
  /** When the timer is to run. */
  #nextTick = Number.POSITIVE_INFINITY;
  #ticking: Promise<void> | null = null;
  #running = false;

  constructor(options: SchedulerOptions) {
    this.#options = options;
    this.#plan = memoizePerTrigger((trigger) => planOf(trigger, options.cron));
  }

  /**
   * The times at which schedules of a workflow start it next, soonest first, in milliseconds since 1970.
   *
   * @param count - of times at most; times that are more than eight years away are left out.
   */
  async upcoming(workflowId: string, count: number): Promise<readonly number[]> {
    const { triggers } = this.#options;
    await triggers.load();
    const own = triggers.of("schedule").filter((trigger) => trigger.workflowId === workflowId);
    return this.#next(own.map(this.#plan), count);
  }

  /** The same for a definition that may not be deployed yet. */
  upcomingOf(definition: Definition, count: number): readonly number[] {
    const { id: workflowId } = definition;
    const plans = triggersOf(definition).flatMap((trigger, index) => {
      const { type, id: _id, inputs: _inputs, ...config } = trigger;
      const id = triggerId(trigger, index);
      return type === "schedule" ? [planOf({ workflowId, id, config }, this.#options.cron)] : [];
    });
    return this.#next(plans, count);
  }

  #next(plans: readonly SchedulePlan[], count: number): readonly number[] {
    const now = this.#options.clock.now();
    const times = plans.flatMap((plan) =>
      plan.following(now, now + MAX_AHEAD_MS, count).map(({ startAt }) => startAt),
    );
    return [...new Set(times)].toSorted((a, b) => a - b).slice(0, count);
  }

  /**
   * The times between two moments at which schedules of active workflows were to start them, and which are not made up for: each
   * schedule with its times, oldest first, the latest hundred at most.
   */
  missedBetween(
    from: number,
    to: number,
  ): readonly { readonly workflowId: string; readonly times: readonly number[] }[] {
    return this.#options.triggers.of("schedule").flatMap((trigger) => {
      const plan = this.#plan(trigger);
      const { missed } = plan;
      const after = Math.max(from, trigger.since);
      const until = to - LATE_MS;
      if (missed === "all" || after >= until) return [];
      const late = plan.between(after, until, MAX_CATCH_UP).map(({ at }) => at);
      const lost = missed === "latest" ? late.slice(0, -1) : late;
      return lost.length === 0 ? [] : [{ workflowId: trigger.workflowId, times: lost }];
    });
  }

  async start(): Promise<void> {
    this.#running = true;
    await this.tick();
  }

  async stop(): Promise<void> {
    this.#running = false;
    this.#cancelTimer?.();
    await this.#ticking;
  }

  /** The schedules may have changed: plan the next second. */
  replan(): void {
    if (!this.#running || this.#ticking) return;
    // A timer that is late must not be put off to its next time: this one would be passed over.
    if (this.#nextTick <= this.#options.clock.now()) void this.tick();
    else this.#setTimer();
  }

  /** Starts everything whose time has come since the last look. Never rejects. */
  async tick(): Promise<void> {
    this.#ticking ??= this.#tick().finally(() => {
      this.#ticking = null;
      this.#setTimer();
    });
    await this.#ticking;
  }

  async #tick(): Promise<void> {
    const { store, clock, triggers, logger } = this.#options;
    const now = clock.now();
    try {
      this.#until ??= readNumber(await store.kv.get(MARK), "at") ?? 0;
      for (const trigger of triggers.of("schedule"))
        await this.#startDue(trigger, this.#until, now);
      this.#until = now;
      if (triggers.of("schedule").length > 0 && now - this.#marked >= MINUTE_MS) {
        await store.kv.set(MARK, { at: now });
        this.#marked = now;
      }
    } catch (error) {
      logger.warn(
        { error: asAppError(error).message },
        "could not start the due schedules; the next tick retries",
      );
    }
  }

  async #startDue(trigger: ActiveTrigger, until: number, now: number): Promise<void> {
    const plan = this.#plan(trigger);
    const { missed } = plan;
    const after = Math.max(
      until,
      // Deployed by a clock that was far ahead, it would else start nothing until the clock is there again.
      trigger.since > now + CLOCK_DIFFERENCE_MS ? 0 : trigger.since,
      now - (missed === "skip" ? LATE_MS : MAX_CATCH_UP_MS),
    );
    if (after >= now) return;
    const due = plan.between(after, now, MAX_CATCH_UP);
    const late = due.filter(({ startAt }) => startAt <= now - LATE_MS);
    const madeUp = missed === "all" ? late : missed === "latest" ? late.slice(-1) : [];
    const onTime = due.filter(({ startAt }) => startAt > now - LATE_MS);
    for (const start of [...madeUp, ...onTime]) await this.#start(trigger, start);
  }

  async #start({ workflowId, id }: ActiveTrigger, start: ScheduledStart): Promise<void> {
    const at = new Date(start.at).toISOString();
    try {
      await this.#options.executions.start({
        workflowId,
        executionId: executionIdFor(workflowId, `schedule:${id}:${start.key}`),
        variables: { triggeredBy: "schedule", at, ...start.inputs },
        variableForm: "json",
        trigger: { type: "schedule", id },
      });
    } catch (error) {
      if (isAppError(error, "store_unavailable")) throw error;
      this.#options.logger.warn(
        { workflowId, trigger: id, at, error: asAppError(error).message },
        "a scheduled workflow could not be started",
      );
    }
  }

  #setTimer(): void {
    this.#cancelTimer?.();
    this.#nextTick = Number.POSITIVE_INFINITY;
    const { clock, triggers } = this.#options;
    const schedules = triggers.of("schedule");
    if (!this.#running || schedules.length === 0) return;
    const step = schedules.some((trigger) => this.#plan(trigger).needsSeconds)
      ? SECOND_MS
      : MINUTE_MS;
    const delayMs = step - (clock.now() % step);
    this.#nextTick = clock.now() + delayMs;
    this.#cancelTimer = clock.after(delayMs, () => void this.tick());
  }
}

function planOf(
  { workflowId, id, config }: Pick<ActiveTrigger, "workflowId" | "id" | "config">,
  cron: Cron,
): SchedulePlan {
  return new SchedulePlan(`${workflowId}:${id}`, config, cron);
}
