import { LogLevel } from "@slack/bolt";
import type { Logger as SlackLogger } from "@slack/web-api";
import type { Logger } from "pino";

/**
 * Lets Slack's libraries write to our log.
 *
 * Their `debug` says every ping and every request; it is let through only if our log wants it. What they call `info` (a
 * connection opened, a listener registered) is `debug` here.
 */
export function toSlackLogger(logger: Logger): SlackLogger {
  const text = (parts: unknown[]) => parts.map(toLogText).join(" ");
  return {
    debug: (...parts) => logger.trace(text(parts)),
    info: (...parts) => logger.debug(text(parts)),
    warn: (...parts) => logger.warn(text(parts)),
    error: (...parts) => logger.error(text(parts)),
    setLevel: () => undefined,
    getLevel: () => (logger.isLevelEnabled("trace") ? LogLevel.DEBUG : LogLevel.INFO),
    setName: () => undefined,
  };
}

function toLogText(part: unknown): string {
  if (typeof part === "string") return part;
  if (part instanceof Error) return part.message;
  return JSON.stringify(part) ?? String(part);
}
