import { sha256 } from "../../shared/hash.ts";
import { hashJson, type JsonObject } from "../../shared/json.ts";
import type { Cron, CronSchedule } from "../ports/cron.ts";
import { linesOf, ScheduleConfig } from "./types/schedule.ts";

/** One start that a schedule asks for. */
export interface ScheduledStart {
  /** The time that was scheduled, in milliseconds since 1970. */
  readonly at: number;
  /** When the run starts: later by the schedule's jitter, the same in every process. */
  readonly startAt: number;
  /** Variables besides those that every schedule gives. */
  readonly inputs: JsonObject;
  /** Distinguishes it from all other starts of the trigger: two lines with one time and the same values ask for one run. */
  readonly key: string;
}

interface Line {
  readonly times: CronSchedule;
  readonly inputs: JsonObject;
  /** Of its values; empty without any. */
  readonly hash: string;
}

const SECOND_MS = 1000;

/** The times of a schedule's lines, with its jitter. */
export class SchedulePlan {
  readonly missed: ScheduleConfig["missed"];
  /** Do its runs start at other times than full minutes? */
  readonly needsSeconds: boolean;
  readonly #owner: string;
  readonly #jitterMs: number;
  readonly #lines: readonly Line[];

  /** @param owner - distinguishes the schedule from all others, for its jitter. */
  constructor(owner: string, config: unknown, cron: Cron) {
    const parsed = ScheduleConfig.parse(config);
    this.missed = parsed.missed;
    this.#owner = owner;
    this.#jitterMs = parsed.jitter;
    this.#lines = linesOf(parsed).map(({ expression, timezone, inputs }) => ({
      times: cron.parse(expression, timezone),
      inputs,
      hash: Object.keys(inputs).length === 0 ? "" : `${hashJson(inputs).slice(0, 16)}:`,
    }));
    this.needsSeconds = parsed.jitter > 0 || this.#lines.some(({ times }) => times.hasSeconds);
  }

  /** What starts after one moment up to and including another, soonest first; of more than `limit` the latest. */
  between(after: number, until: number, limit: number): readonly ScheduledStart[] {
    const found = this.#collect(after, until, (times) =>
      times.between(after - this.#jitterMs, until, limit + this.#spread),
    );
    return found.slice(-limit);
  }

  /** The same, but of more than `limit` the earliest. */
  following(after: number, until: number, limit: number): readonly ScheduledStart[] {
    const found = this.#collect(after, until, (times) =>
      times.following(after - this.#jitterMs, until, limit + this.#spread),
    );
    return found.slice(0, limit);
  }

  /** So many times may fall outside of a span by their jitter. */
  get #spread(): number {
    return Math.ceil(this.#jitterMs / SECOND_MS);
  }

  #collect(
    after: number,
    until: number,
    timesOf: (times: CronSchedule) => readonly number[],
  ): readonly ScheduledStart[] {
    const starts = new Map<string, ScheduledStart>();
    for (const { times, inputs, hash } of this.#lines)
      for (const at of timesOf(times)) {
        const startAt = at + this.#delay(at);
        const key = `${hash}${new Date(at).toISOString()}`;
        if (startAt > after && startAt <= until) starts.set(key, { at, startAt, inputs, key });
      }
    return [...starts.values()].toSorted((a, b) => a.startAt - b.startAt || a.at - b.at);
  }

  /** By how much a time's run starts later: known to every process, and the same after a restart. */
  #delay(at: number): number {
    if (this.#jitterMs === 0) return 0;
    const hash = Number.parseInt(sha256(`${this.#owner}:${at}`).toString("hex").slice(0, 12), 16);
    return hash % this.#jitterMs;
  }
}
