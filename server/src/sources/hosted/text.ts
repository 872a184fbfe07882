/** Text that the database can hold: PostgreSQL takes no NUL, and a lone surrogate has no UTF-8. */
export const isSoundText = (text: string): boolean => text.isWellFormed() && !text.includes('\0');
