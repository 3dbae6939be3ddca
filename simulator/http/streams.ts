import type { IncomingMessage } from "node:http";
import type { NumberedChange } from "../workspace/change-feed.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { type EventStream, resumeAfter } from "./event-stream.ts";

/**
 * Sends one person's changes until the page disconnects.
 *
 * With `Last-Event-ID` (or `?since=`), what was missed comes first; a change `reset` says that too much was missed and the page
 * must reload.
 */
export function streamChanges(
  workspace: Workspace,
  request: IncomingMessage,
  stream: EventStream,
): void {
  const { feed } = workspace;
  const user = new URL(request.url ?? "/", "http://localhost").searchParams.get("user") ?? "";
  const send = (numbered: NumberedChange): void => {
    if (concerns(workspace, numbered, user)) stream.send(numbered.id, numbered.change);
  };
  const lastId = resumeAfter(request);
  const missed = lastId === undefined ? [] : feed.since(lastId);
  if (missed === undefined) stream.send(feed.lastId, { type: "reset" });
  else for (const numbered of missed) send(numbered);
  stream.send(feed.lastId, { type: "status", ...workspace.status() });
  stream.onClose(feed.subscribe(send));
}

/** Messages go to those who see the channel; ephemeral messages, views and Home to their person. */
function concerns(workspace: Workspace, { audience }: NumberedChange, user: string): boolean {
  if (audience === undefined) return true;
  if ("user" in audience) return audience.user === user;
  return workspace.state.directory.sees(user, audience.channel);
}

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
