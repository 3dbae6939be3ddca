import { asAppError, isAppError } from "../../shared/errors.ts";
import { readNumber } from "../../shared/json.ts";
import type { Executions } from "../executions/executions.ts";
import { executionIdFor } from "../model/execution-id.ts";
import type { Clock } from "../ports/clock.ts";
import type { Cron, CronSchedule } from "../ports/cron.ts";
import type { Logger } from "../ports/logger.ts";
import type { Store } from "../ports/store.ts";
import { type ActiveTrigger, memoizePerTrigger, type TriggerRegistry } from "./trigger-registry.ts";
import { ScheduleConfig } from "./types/schedule.ts";

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
/** How far ahead the next times are looked for, and the spans that are looked into: a schedule reports a span only as a whole. */
const MAX_AHEAD_MS = 31 * 86_400_000;
const FIRST_SPAN_MS = 10 * 60_000;
const MAX_SPAN_MS = 6 * 3_600_000;
const SECOND_MS = 1000;
const MINUTE_MS = 60_000;
/** How far all schedules have come: times up to here were started or passed over. */
const MARK = "schedules";

interface Plan extends ScheduleConfig {
  readonly times: CronSchedule;
}

/**
 * Starts workflows at their times. Each time has an execution id of its own, so that several processes, or one that looks again
 * after a crash, start it once.
 */
export class Scheduler {
  readonly #options: SchedulerOptions;
  readonly #plan: (trigger: ActiveTrigger) => Plan;
  #until: number | null = null;
  #marked = 0;
  #cancelTimer: (() => void) | null = null;
  /** When the timer is to run. */
  #nextTick = Number.POSITIVE_INFINITY;
  #ticking: Promise<void> | null = null;
  #running = false;

  constructor(options: SchedulerOptions) {
    this.#options = options;
    this.#plan = memoizePerTrigger((trigger) => {
      const config = ScheduleConfig.parse(trigger.config);
      return { ...config, times: options.cron.parse(config.cron, config.timezone) };
    });
  }

  /**
   * The times at which schedules of a workflow start it next, soonest first, in milliseconds since 1970.
   *
   * @param count - of times at most; times that are more than 31 days away are left out.
   */
  async upcoming(workflowId: string, count: number): Promise<readonly number[]> {
    const { triggers, clock } = this.#options;
    await triggers.load();
    const now = clock.now();
    const own = triggers.of("schedule").filter((trigger) => trigger.workflowId === workflowId);
    const times: number[] = [];
    for (const trigger of own)
      times.push(...(await nextTimes(this.#plan(trigger).times, now, count)));
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
      const { times, missed } = this.#plan(trigger);
      const after = Math.max(from, trigger.since);
      const until = to - LATE_MS;
      if (missed === "all" || after >= until) return [];
      const late = times.between(after, until, MAX_CATCH_UP);
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
    const { times, missed } = this.#plan(trigger);
    const after = Math.max(
      until,
      trigger.since,
      now - (missed === "skip" ? LATE_MS : MAX_CATCH_UP_MS),
    );
    if (after >= now) return;
    const due = times.between(after, now, MAX_CATCH_UP);
    const late = due.filter((at) => at <= now - LATE_MS);
    const madeUp = missed === "all" ? late : missed === "latest" ? late.slice(-1) : [];
    const onTime = due.filter((at) => at > now - LATE_MS);
    for (const at of [...madeUp, ...onTime]) await this.#start(trigger, at);
  }

  async #start({ workflowId, id }: ActiveTrigger, time: number): Promise<void> {
    const at = new Date(time).toISOString();
    try {
      await this.#options.executions.start({
        workflowId,
        executionId: executionIdFor(workflowId, `schedule:${id}:${at}`),
        variables: { triggeredBy: "schedule", at },
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
    const step = schedules.some((trigger) => this.#plan(trigger).times.hasSeconds)
      ? SECOND_MS
      : MINUTE_MS;
    const delayMs = step - (clock.now() % step);
    this.#nextTick = clock.now() + delayMs;
    this.#cancelTimer = clock.after(delayMs, () => void this.tick());
  }
}

/** Looks into one span after the other and lets other work go between: a span takes milliseconds, all of them near a second. */
async function nextTimes(
  times: CronSchedule,
  now: number,
  count: number,
): Promise<readonly number[]> {
  const end = now + MAX_AHEAD_MS;
  const found: number[] = [];
  let span = FIRST_SPAN_MS;
  for (let from = now; from < end && found.length < count; span = Math.min(span * 2, MAX_SPAN_MS)) {
    const until = Math.min(from + span, end);
    found.push(...times.between(from, until, span / SECOND_MS));
    from = until;
    await new Promise((resolve) => setImmediate(resolve));
  }
  return found.slice(0, count);
}
