/**
 * Where `decide` has to look: the paths of acts and bodies at which something happened since it last found nothing to do there,
 * and the first moment at which something is due. No fact of an execution, it only spares looking at everything: one that
 * names all paths, and any moment that is not later, leads to the same decisions.
 */
export class Worklist {
  readonly #paths = new Set<string>();
  readonly #heldUp = new Set<string>();
  #wakeAt = Number.POSITIVE_INFINITY;

  /** In the order in which they were added. Adding or crossing off while it is read is allowed. */
  get paths(): Iterable<string> {
    return this.#paths;
  }

  /** Nothing is due before. */
  get earliestDue(): number {
    return this.#wakeAt;
  }

  add(path: string): void {
    this.#paths.add(path);
  }

  remove(path: string): void {
    this.#paths.delete(path);
  }

  /** What wants to begin at a path waits until there is room for it under the cost cap. */
  block(path: string): void {
    this.#heldUp.add(path);
  }

  isBlocked(path: string): boolean {
    return this.#heldUp.has(path);
  }

  /** There may be more room under the cost cap. */
  unblockAll(): void {
    for (const path of this.#heldUp) this.#paths.add(path);
    this.#heldUp.clear();
  }

  /** Something is due then; `null`: it is not. */
  wakeAt(due: number | null): void {
    if (due !== null) this.#wakeAt = Math.min(this.#wakeAt, due);
  }

  /** To be called before everything that is still due is named again. */
  clearTimes(): void {
    this.#wakeAt = Number.POSITIVE_INFINITY;
  }
}
