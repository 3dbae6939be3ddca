/** How long a worker's claim on an execution lasts unless it is renewed, in milliseconds. */
export const LEASE_MS = 30_000;

/** By how much the clocks of two machines may differ, in milliseconds, without anything being lost or done twice. */
export const CLOCK_DIFFERENCE_MS = 5000;
