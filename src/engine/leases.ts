/** How long a worker's claim on an execution lasts unless it is renewed, in milliseconds. */
export const LEASE_MS = 30_000;
