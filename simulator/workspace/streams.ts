import type { StreamContent } from "./stream-content.ts";
import type { Workspace } from "./workspace.ts";

/** How long a stream stays open without being stopped. */
const OPEN_MS = 5 * 60_000;

/** A message that grows. */
export interface OpenStream {
  readonly channel: string;
  readonly ts: string;
  readonly threadTs: string;
  readonly until: number;
  readonly isStoppedByUser: boolean;
  readonly content: StreamContent;
}

/** Notes that a message is being streamed. */
export function startStream(
  { streams, clock }: Workspace,
  place: Pick<OpenStream, "channel" | "ts" | "threadTs" | "content">,
): void {
  for (const [key, stream] of streams) {
    if (stream.until > clock.now()) break;
    streams.delete(key);
  }
  const stream = { ...place, until: clock.now() + OPEN_MS, isStoppedByUser: false };
  streams.set(`${place.channel} ${place.ts}`, stream);
}

/** Keeps what a stream says by now. */
export function growStream(
  { streams }: Workspace,
  stream: OpenStream,
  content: StreamContent,
): void {
  streams.set(`${stream.channel} ${stream.ts}`, { ...stream, content });
}

/** The stream of a message, as long as it lives. */
export function streamOf(
  { streams, clock }: Workspace,
  channel: string,
  ts: string,
): OpenStream | undefined {
  const stream = streams.get(`${channel} ${ts}`);
  return stream !== undefined && clock.now() < stream.until ? stream : undefined;
}

/** Ends what is streamed in a thread, for a person. Returns the `ts` of those messages. */
export function stopStreams(
  workspace: Workspace,
  channel: string,
  threadTs: string,
): readonly string[] {
  const open = [...workspace.streams.values()].filter(
    (stream) =>
      stream.channel === channel &&
      stream.threadTs === threadTs &&
      streamOf(workspace, channel, stream.ts)?.isStoppedByUser === false,
  );
  for (const stream of open) {
    workspace.streams.set(`${channel} ${stream.ts}`, { ...stream, isStoppedByUser: true });
  }
  return open.map((stream) => stream.ts);
}
