/** Ids of the events by which an execution says that it has ended: `end:<execution>:…`. */
export function endEventsOf(executionId: string): {
  readonly from: string;
  readonly before: string;
} {
  // A semicolon follows upon a colon.
  return { from: `end:${executionId}:`, before: `end:${executionId};` };
}
