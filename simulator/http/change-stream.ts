import type { IncomingMessage, ServerResponse } from "node:http";
import type { NumberedChange } from "../workspace/change-feed.ts";
import type { Workspace } from "../workspace/workspace.ts";

/** Slow pages are dropped when this much waits for them; they come back and ask for what they missed. */
const MAX_WAITING_BYTES = 4 * 1024 * 1024;

/**
 * Sends one person's changes as Server-Sent Events until the page goes away.
 *
 * With `Last-Event-ID` (or `?since=`), what was missed comes first; a change `reset` says that too much was missed and the page
 * must start again.
 */
export function streamChanges(
  workspace: Workspace,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const query = new URL(request.url ?? "/", "http://localhost").searchParams;
  const user = query.get("user") ?? "";
  response.writeHead(200, {
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-store",
    "x-accel-buffering": "no",
  });
  const write = (text: string): void => {
    if (response.writableLength > MAX_WAITING_BYTES) response.destroy();
    else response.write(text);
  };
  const send = (numbered: NumberedChange): void => {
    if (concerns(workspace, numbered, user)) write(format(numbered.id, numbered.change));
  };
  const lastId = String(request.headers["last-event-id"] ?? query.get("since") ?? "");
  write(": open\n\n");
  if (/^\d+$/.test(lastId)) replay(workspace, Number(lastId), send, write);
  write(format(workspace.feed.lastId, { type: "status", ...workspace.status() }));
  const unsubscribe = workspace.feed.subscribe(send);
  const stopBeats = beat(workspace, () => write(": beat\n\n"));
  response.on("close", () => {
    unsubscribe();
    stopBeats();
  });
}

function replay(
  workspace: Workspace,
  lastId: number,
  send: (numbered: NumberedChange) => void,
  write: (text: string) => void,
): void {
  const missed = workspace.feed.since(lastId);
  if (missed === undefined) write(format(workspace.feed.lastId, { type: "reset" }));
  else for (const numbered of missed) send(numbered);
}

/** Messages go to those who see the channel; ephemeral messages, views and Home to their person. */
function concerns(workspace: Workspace, { audience }: NumberedChange, user: string): boolean {
  if (audience === undefined) return true;
  if ("user" in audience) return audience.user === user;
  return workspace.state.directory.sees(user, audience.channel);
}

function format(id: number, change: object): string {
  return `id: ${id}\ndata: ${JSON.stringify(change)}\n\n`;
}

function beat(workspace: Workspace, run: () => void): () => void {
  const { clock, timings } = workspace;
  let cancel: () => void = () => {};
  const next = (): void => {
    cancel = clock.setTimer(() => {
      run();
      next();
    }, timings.heartbeatMs);
  };
  next();
  return () => cancel();
}
