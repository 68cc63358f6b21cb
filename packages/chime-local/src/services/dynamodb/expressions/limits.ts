/** What DynamoDB lets an expression be. Developer Guide, "Quotas in Amazon DynamoDB", Expression parameters. */

/** Bytes of an expression as it is sent: 4 KB. */
export const MAX_EXPRESSION_BYTES = 4096;
/** Operators and functions in one expression. */
export const MAX_OPERATORS = 300;
/** Operands of the IN comparator. */
export const MAX_IN_OPERANDS = 100;
/**
 * Parentheses within each other. Ours: each pair that is not redundant holds an operator of its own, so deeper ones
 * break another rule anyway.
 */
export const MAX_PARENTHESES = MAX_OPERATORS + 4;
/**
 * An index beyond it adds at the list's end: an item of 400 KB holds no longer list. Ours; larger ones would make
 * sparse arrays that take seconds to walk.
 */
export const MAX_LIST_INDEX = 409_600;
