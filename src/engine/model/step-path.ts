/**
 * Paths name one entry of a step: segments `stepId#entry`, branch ids and item indexes, joined by
 * `/`. The path of the body that holds a step is the step's path without its last segment; the root
 * body is the empty path.
 */
export function stepPath(frame: string, stepId: string, entry: number): string {
  return `${frame === "" ? "" : `${frame}/`}${stepId}#${entry}`;
}

/** The last segment of a body's path: its branch id, or the index of its item. */
export function lastSegment(framePath: string): string {
  return framePath.slice(framePath.lastIndexOf("/") + 1);
}

/** True for a path inside the body or step at `outer`, which is not the root. */
export function isWithin(path: string, outer: string): boolean {
  return path.startsWith(`${outer}/`);
}

/** Which entry of its step a path names: 1 is the first. */
export function entryOf(path: string): number {
  return Number(path.slice(path.lastIndexOf("#") + 1));
}

/**
 * An event and the place of a step, whichever entry of it: what a step that is entered again must
 * not take twice.
 */
export function consumedKey(path: string, eventId: string): string {
  return `${path.slice(0, path.lastIndexOf("#"))} ${eventId}`;
}

/** The body that holds the step entry at `path`. */
export function framePath(path: string): string {
  const slash = path.lastIndexOf("/");
  return slash < 0 ? "" : path.slice(0, slash);
}

/** The id of the step that a path leads to: `pay` of `notify#1/email/pay#2`. */
export function stepIdOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1).replace(/#\d+$/, "");
}

/** Names one attempt of a step within its execution: `pay#1:2`. */
export function attemptKey(path: string, attempt: number): string {
  return `${path}:${attempt}`;
}
