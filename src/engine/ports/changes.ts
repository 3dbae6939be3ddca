/** Values under keys that begin so say what is paused: changes of them are `pauses`. */
export const PAUSE_MARKS = "pause:";

/**
 * What a process may have to poll for: executions (a signal came, one lost its owner, a process
 * went), what is paused, which versions are active. Events are not among them: the process that
 * received one delivers it, and a ring would make all of them do so.
 */
export type Change = "executions" | "pauses" | "workflows";

/**
 * Whether changes ring. `live`: from now on, and what came before may have been missed; `broken`:
 * not for the time being; `unsupported`: this database does not do it. `problem` says why, for the
 * log, without a credential.
 */
export type WatchState =
  | { readonly kind: "live" }
  | { readonly kind: "broken" | "unsupported"; readonly problem: string };

export interface ChangeListener {
  /** Something of this kind changed, perhaps by this process itself. */
  changed(kind: Change): void;
  /** Called when the state is first known, and again whenever it may have changed. */
  stateChanged(state: WatchState): void;
}

/** The part of a store that rings when other processes may have left something to do. */
export interface ChangeSource {
  /**
   * Rings when something changed. It is a doorbell and nothing to go by: it may ring for nothing,
   * once for several changes, late, or not at all, so a listener that must not miss anything polls
   * as well. A poll that begins after a ring finds what it rang for. A store that one process has
   * alone need not ring.
   *
   * Never throws. Disposing it ends it, within moments; to be done before the store is disposed.
   */
  watch(listener: ChangeListener): AsyncDisposable;
}
