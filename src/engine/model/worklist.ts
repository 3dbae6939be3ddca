/**
 * The paths of active steps and frames that `advance` has to visit, because something happened there since it last found
 * nothing to do, and the first moment at which something is due. It is no fact of an execution, it only spares visiting
 * everything: a worklist with all paths, and any moment that is not later, leads to the same events.
 */
export class Worklist {
  readonly #paths = new Set<string>();
  readonly #blocked = new Set<string>();
  #earliestDue = Number.POSITIVE_INFINITY;

  /** In the order in which they were added. Paths may be added and removed while it is read. */
  get paths(): Iterable<string> {
    return this.#paths;
  }

  /** Nothing is due before. */
  get earliestDue(): number {
    return this.#earliestDue;
  }

  add(path: string): void {
    this.#paths.add(path);
  }

  remove(path: string): void {
    this.#paths.delete(path);
  }

  /** What wants to begin at a path waits until the cost cap has room for it. */
  block(path: string): void {
    this.#blocked.add(path);
  }

  isBlocked(path: string): boolean {
    return this.#blocked.has(path);
  }

  /** The cost cap may have more room: every blocked path is visited again. */
  unblockAll(): void {
    for (const path of this.#blocked) this.#paths.add(path);
    this.#blocked.clear();
  }

  /** Something is due then; `null`: nothing is. */
  wakeAt(due: number | null): void {
    if (due !== null) this.#earliestDue = Math.min(this.#earliestDue, due);
  }

  /** To be called before everything that is still due is named again. */
  clearTimes(): void {
    this.#earliestDue = Number.POSITIVE_INFINITY;
  }
}
