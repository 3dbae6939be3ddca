import type { Store } from "../../src/engine/ports/store.ts";
import { interceptStore } from "./intercept-store.ts";

/** Methods that change nothing. */
const READS = /(?:^|\.)(?:read|get|list|find|pending|peek|nextDue)[A-Za-z]*$/;

export interface CrashingStore {
  readonly store: Store;
  /** Writes that were requested. */
  readonly writes: number;
  readonly isDead: boolean;
  /** The process dies now. */
  die(): void;
}

/**
 * A store as a process sees it that dies at its n-th write: just before it, or just after it, before it hears of it. From then on
 * nothing is ever answered.
 *
 * @param inner - the store that another process continues with.
 */
export function crashingStore(
  inner: Store,
  atWrite: number,
  when: "before" | "after",
): CrashingStore {
  let writes = 0;
  let isDead = false;
  const never = () => new Promise<never>(() => {});
  const store = interceptStore(inner, async ({ method, run }) => {
    if (isDead) return never();
    if (READS.test(method)) {
      const read: unknown = await run();
      return isDead ? never() : read;
    }
    writes += 1;
    isDead = writes === atWrite;
    if (isDead && when === "before") return never();
    const written: unknown = await run();
    return isDead ? never() : written;
  });
  return {
    store,
    get writes() {
      return writes;
    },
    get isDead() {
      return isDead;
    },
    die: () => (isDead = true),
  };
}
