/** The methods that bind a variable and evaluate an argument for each element. */
export const LOOPS = ["map", "filter", "all", "exists", "exists_one"] as const;
export type Loop = (typeof LOOPS)[number];
