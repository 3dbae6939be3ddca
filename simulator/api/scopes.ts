import type { AppManifest } from "../manifest.ts";
import type { Channel } from "../workspace/records.ts";
import { SlackError } from "./slack-error.ts";

/**
 * Refuses a call for which the manifest grants none of the scopes.
 *
 * @throws {SlackError} `missing_scope` with what is needed and what is there.
 */
export function requireScope(manifest: AppManifest, scopes: readonly string[]): void {
  if (scopes.length === 0 || scopes.some((scope) => manifest.scopes.has(scope))) return;
  throw new SlackError("missing_scope", {
    needed: scopes.join(","),
    provided: [...manifest.scopes].join(","),
  });
}

/** The scope for reading in this kind of channel: `channels:read`, `im:history` and so on. */
export function channelScope(channel: Channel, what: "read" | "history"): string {
  if (channel.isIm) return `im:${what}`;
  return channel.isPrivate === true ? `groups:${what}` : `channels:${what}`;
}
