import { createHash } from "node:crypto";

/** Milliseconds that {@link calibrate} took on the machine on which limits of processor time were set. */
const REFERENCE_MS = 4;

/** Milliseconds of processor time of this thread: what other threads and programs do does not count. */
export function threadMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

/** How many times slower than the reference this thread is now; at least 1. */
export function calibrate(): number {
  const block = Buffer.alloc(1024 * 1024, "x");
  const times = Array.from({ length: 5 }, () => {
    const before = threadMs();
    createHash("sha256").update(block).update(block).update(block).update(block).digest();
    return threadMs() - before;
  });
  return Math.max(1, Math.min(...times) / REFERENCE_MS);
}
