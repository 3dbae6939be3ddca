import { formatDuration, parseDuration } from "../../shared/duration.ts";
import type { Json } from "../../shared/json.ts";

/** A duration as a definition says it, for people; a template as it is written. `null`: none is given. */
export function describeDuration(value: Json | undefined): string | null {
  const ms = parseDuration(value);
  if (ms !== null) return formatDuration(ms);
  return typeof value === "string" ? value.trim() : null;
}
