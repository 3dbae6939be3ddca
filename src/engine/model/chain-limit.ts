/** Runs that start each other in a chain: two workflows that wait for each other must end some time. */
export const MAX_CHAIN = 10;
