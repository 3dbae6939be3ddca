/** Money is an integer of nano-dollars, rounded once per call of a model. */
export const NANO_PER_DOLLAR = 1_000_000_000;

/** Dollars as nano-dollars, rounded to the nearest. */
export function toNano(dollars: number): number {
  return Math.round(dollars * NANO_PER_DOLLAR);
}

/** Nano-dollars as dollars, for JSON. */
export function toDollars(nano: number): number {
  return nano / NANO_PER_DOLLAR;
}

/** `$0.0312`: nano-dollars as people read them, with four decimals. */
export function formatDollars(nano: number): string {
  return `$${toDollars(nano).toFixed(4)}`;
}
