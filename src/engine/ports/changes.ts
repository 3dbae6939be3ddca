/** Marks under keys that begin so say what is paused: changes of them are `pauses`. */
export const PAUSE_MARKS = "pause:";

/**
 * What somebody may have to look at: executions (a signal came, one was left without an owner, a process went), what is paused,
 * which versions are active. Events are none of it: whoever received one tells it, and a ring would make everybody do so.
 */
export type Change = "executions" | "pauses" | "workflows";

/**
 * Whether changes ring. `live`: from now on, and what came before may have been missed; `broken`: not for the time being;
 * `unsupported`: this database does not do it. `problem` says why, for the log, without a credential.
 */
export type WatchState =
  | { readonly kind: "live" }
  | { readonly kind: "broken" | "unsupported"; readonly problem: string };

export interface ChangeListener {
  /** Something of this kind changed, perhaps by this process itself. */
  changed(kind: Change): void;
  /** Said when it is first known, and again whenever it may be another one. */
  stateChanged(state: WatchState): void;
}

/** The part of a store that rings when other processes may have left something to do. */
export interface ChangeSource {
  /**
   * Rings when something changed. It is a doorbell and nothing to go by: it may ring for nothing, once for several changes, late,
   * or not at all, so whoever must not miss anything looks from time to time as well. A look that begins after a ring finds what
   * it rang for. A store that one process has alone need not say anything.
   *
   * Never throws. Disposing it ends it, within moments; to be done before the store is disposed.
   */
  watch(listener: ChangeListener): AsyncDisposable;
}
