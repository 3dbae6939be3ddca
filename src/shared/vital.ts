/**
 * Starts work that the process cannot do without and that never fails: a loop that keeps a connection or empties a queue. Should it fail
 * all the same, its state is unknown, so that the error leaves every promise and ends the process as an uncaught exception, unlike a
 * rejection that nothing awaits.
 */
export function startVital(work: Promise<unknown>): void {
  work.catch((error: unknown) => {
    queueMicrotask(() => {
      throw error;
    });
  });
}
