/** DynamoDB's limits on expressions. Developer Guide, "Quotas in Amazon DynamoDB", Expression parameters. */

/** Maximum size of an expression as it is sent: 4 KB. */
export const MAX_EXPRESSION_BYTES = 4096;
/** Maximum number of operators and functions in one expression. */
export const MAX_OPERATORS = 300;
/** Maximum number of operands of IN. */
export const MAX_IN_OPERANDS = 100;
/**
 * Maximum depth of nested parentheses. Ours: each pair that is not redundant contains an operator of its own,
 * so deeper nesting breaks another rule anyway.
 */
export const MAX_PARENTHESES = MAX_OPERATORS + 4;
/**
 * Greatest list index. An index beyond a list's end appends to the list, and an item of 400 KB cannot hold a
 * longer list. Ours: greater indexes would create sparse arrays that take seconds to walk.
 */
export const MAX_LIST_INDEX = 409_600;
