/** Id of the body that is executed for each item: paths have the index of the item in its place. No branch can have it. */
export const EACH = "*";
