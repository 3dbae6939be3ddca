import type { IncomingMessage } from "node:http";
import type { Workspace } from "../workspace/workspace.ts";
import { type EventStream, resumeAfter } from "./event-stream.ts";

/**
 * Sends the entries of the inspector, each when it is added and again when it changes (its `id` stays);
 * with `Last-Event-ID` (or `?since=`) those that were missed come first.
 */
export function streamTraffic(
  workspace: Workspace,
  request: IncomingMessage,
  stream: EventStream,
): void {
  const { traffic } = workspace;
  const since = resumeAfter(request);
  const missed = since === undefined ? [] : traffic.list(since);
  for (const entry of missed.toSorted((a, b) => a.seq - b.seq)) stream.send(entry.seq, entry);
  stream.onClose(traffic.subscribe((entry) => stream.send(entry.seq, entry)));
}
