/** A duration in a table: `0 ms`, `1.8 s`, `3 min`, `2 h 5 min`, `4 d 3 h`. */
export function showDuration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  const minutes = Math.round(ms / 60_000);
  if (minutes < 60) return `${minutes} min`;
  if (minutes < 1440) return pair(Math.floor(minutes / 60), "h", minutes % 60, "min");
  return pair(Math.floor(minutes / 1440), "d", Math.floor((minutes % 1440) / 60), "h");
}

function pair(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}

/** How long ago a moment is: `just now`, `5 min ago`. */
export function showAge(ms: number): string {
  return ms < 60_000 ? "just now" : `${showDuration(ms)} ago`;
}

/** `2026-11-23 09:00 UTC`. @param at - milliseconds since 1970. */
export function showMoment(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}
