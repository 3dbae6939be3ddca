/** What stands where a value is not shown. */
export const MASK = "•••";
