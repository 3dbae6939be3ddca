import type { ExecutionStatus, StepResult } from "../../engine/model/state.ts";
import { formatDuration } from "../../shared/duration.ts";
import { shorten } from "../../shared/shorten.ts";
import { showHiddenInLine } from "../../shared/visible-text.ts";
import { type Html, html } from "../pages/html.ts";

const MINUTE = 60_000;

/** `2026-11-23 09:00:05 UTC`. @param at - ISO 8601, or milliseconds since 1970. */
export function showMoment(at: string | number): string {
  return `${new Date(at).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

/** A moment by its age, `5 min ago`, with the moment itself to be read on it. @param now - milliseconds since 1970. */
export function age(at: string | number, now: number): Html {
  const ms = now - new Date(at).getTime();
  const text = ms < MINUTE ? "just now" : `${formatDuration(Math.floor(ms / MINUTE) * MINUTE)} ago`;
  return html`<time datetime="${new Date(at).toISOString()}" title="${showMoment(at)}">${text}</time>`;
}

/** Dollars: `$0.0312`; `null`: the price is unknown. */
export function showDollars(dollars: number | null): string {
  return dollars === null ? "unknown" : `$${dollars.toFixed(4)}`;
}

/** What distinguishes runs in lists: enough of the id, which the search takes. */
export function shortId(executionId: string): string {
  return executionId.replace(/^exec_/, "").slice(0, 8);
}

const STATUS_WORDS: Readonly<Record<ExecutionStatus, string>> = {
  queued: "queued",
  running: "running",
  waiting: "waiting",
  completed: "completed",
  failed: "failed",
  cancelled: "canceled",
};

/** Where a run stands, as a word of people. */
export function statusWord(status: ExecutionStatus): string {
  return STATUS_WORDS[status];
}

export function statusTag(status: ExecutionStatus): Html {
  return html`<span class="status ${status}">${STATUS_WORDS[status]}</span>`;
}

/** How a step ended. */
export function stepStatus(status: StepResult["status"]): Html {
  return html`<span class="status ${status === "skipped" ? "cancelled" : status}">${status}</span>`;
}

/**
 * Text from outside in one line: what hides in it is shown, and its direction ends with it.
 *
 * @param limit - characters that are shown; the whole can be read on it.
 */
export function line(text: string, limit = 120): Html {
  const shown = showHiddenInLine(text);
  const cut = shorten(shown, limit);
  if (cut === shown) return html`<bdi>${shown}</bdi>`;
  return html`<bdi title="${shorten(shown, 1000)}">${cut}</bdi>`;
}
