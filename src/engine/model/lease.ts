/**
 * The times by which processes share executions, all in milliseconds. They depend on each other, so
 * they stand together: a worker that cannot renew must stop starting effects (`RENEWAL_TRUST_MS`)
 * well before another one may take over (`LEASE_MS`), even with clocks that differ
 * (`CLOCK_DIFFERENCE_MS`).
 */

/**
 * How long a worker's claim on an execution lasts unless it is renewed. Set by the worker, enforced
 * by the store (`leases`).
 */
export const LEASE_MS = 30_000;

/** How often a worker renews all its leases. */
export const RENEW_MS = 10_000;

/**
 * How long after its last successful renewal a worker still starts effects, by the machine's
 * monotonic clock; longer, and another worker may be about to take over. Enforced by the actor
 * before each attempt.
 */
export const RENEWAL_TRUST_MS = 15_000;

/** How often a process records that it is alive. Done by the heartbeat. */
export const HEARTBEAT_MS = 10_000;

/**
 * A process that was not seen for this long is dead: its leases are over, even if clocks differ.
 * Enforced by the heartbeat of the others.
 */
export const DEAD_AFTER_MS = LEASE_MS + 15_000;

/**
 * By how much the clocks of two machines may differ without anything being lost or done twice. The
 * searches for events reach back by it.
 */
export const CLOCK_DIFFERENCE_MS = 5000;
