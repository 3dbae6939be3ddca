/** Keys of the store under which it stands how far triggers have read the rows of databases: with workflow and trigger. */
export const ROW_MARKS = "database-change:";
