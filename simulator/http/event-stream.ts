import type { IncomingMessage, ServerResponse } from "node:http";
import type { Workspace } from "../workspace/workspace.ts";

/** Slow pages are dropped when this much waits for them; they come back and ask for what they missed. */
const MAX_WAITING_BYTES = 4 * 1024 * 1024;

/** A stream of numbered events to one page or tool. */
export interface EventStream {
  send(id: number, data: object): void;
  /** Calls `run` when the client disconnects. */
  onClose(run: () => void): void;
}

/** Begins a stream and keeps it alive with heartbeats until the page goes away. */
export function openEventStream(workspace: Workspace, response: ServerResponse): EventStream {
  response.writeHead(200, {
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-store",
    "x-accel-buffering": "no",
  });
  const write = (text: string): void => {
    if (response.writableLength > MAX_WAITING_BYTES) response.destroy();
    else response.write(text);
  };
  write(": open\n\n");
  const stopBeats = repeatBeats(workspace, () => write(": beat\n\n"));
  response.on("close", stopBeats);
  return {
    send: (id, data) => write(`id: ${id}\ndata: ${JSON.stringify(data)}\n\n`),
    onClose: (run) => {
      response.on("close", run);
    },
  };
}

/** The number after which a client resumes, if it sends one: `Last-Event-ID`, or `since` in the query. */
export function resumeAfter(request: IncomingMessage): number | undefined {
  const { searchParams } = new URL(request.url ?? "/", "http://localhost");
  const given = String(request.headers["last-event-id"] ?? searchParams.get("since") ?? "");
  return /^\d+$/.test(given) ? Number(given) : undefined;
}

/** Calls `run` at every heartbeat. Returns a function that ends that. */
export function repeatBeats({ clock, timings }: Workspace, run: () => void): () => void {
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
