import type { Clock } from "../../engine/ports/clock.ts";
import { LruMap } from "../../shared/lru-map.ts";
import { refusalOf } from "../../slack/refusals.ts";

/** For so long Slack's no is taken for granted, in milliseconds: it is not asked anew for each run. */
const REMEMBER_MS = 60 * 60_000;
const MAX_PLACES = 1000;

/**
 * Refusals that are about one thread or person alone. That a thread is none, or is gone, says nothing of other runs.
 */
const OF_ONE_RUN: readonly string[] = ["thread_ts_required", "user_not_found", "session_not_found"];
/** Of the app, or of the one channel in which it is no member: https://docs.slack.dev/reference/methods/agents.sessions.setStatus. */
const UNCLEAR = "not_authorized";

/**
 * What the app may use of what not every workspace has (agent sessions, streams, files), by what Slack answered. Kept in memory: after a
 * restart it is found out again.
 */
export class Availability {
  readonly #clock: Clock;
  /** By surface, or surface and channel: until when it is not tried. */
  readonly #closedUntil = new LruMap<string, number>(MAX_PLACES);

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** May it be tried there? What was not refused is taken as there. @param surface - a name for one such thing: `streams`. */
  has(surface: string, channel: string): boolean {
    const now = this.#clock.now();
    return [surface, `${surface} ${channel}`].every(
      (key) => (this.#closedUntil.get(key) ?? 0) <= now,
    );
  }

  /** Slack refused a call of this surface. @param code - Slack's error. */
  refused(surface: string, channel: string, code: string): void {
    const { help } = refusalOf(code);
    if (OF_ONE_RUN.includes(code) || help === "anew" || help === "person") return;
    const isOfApp = help === "admin" && code !== UNCLEAR;
    const key = isOfApp ? surface : `${surface} ${channel}`;
    this.#closedUntil.set(key, this.#clock.now() + REMEMBER_MS);
  }
}
