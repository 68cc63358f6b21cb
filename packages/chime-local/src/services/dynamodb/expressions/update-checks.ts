import type { Reading } from './context.ts';
import { immediateType, isPath, typeOf } from './values.ts';

/** Kinds of faults in updates. */
export type UpdateFault =
  | 'parens'
  | 'reserved'
  | 'unknownFunction'
  | 'section'
  | 'attrName'
  | 'attrVal'
  | 'pathOverlap'
  | 'pathConflict'
  | 'operand'
  | 'function';

/** The order in which DynamoDB names them. */
export const FAULT_ORDER: readonly UpdateFault[] = [
  'parens',
  'reserved',
  'unknownFunction',
  'section',
  'attrName',
  'attrVal',
  'pathOverlap',
  'pathConflict',
  'operand',
  'function',
];

type UpdateReading = Reading<UpdateFault>;

/** Every function and operator of a SET takes two operands; these are the types that they take. */
const OPERAND_TYPES: ReadonlyMap<string, string | undefined> = new Map([
  ['if_not_exists', undefined],
  ['list_append', 'L'],
  ['+', 'N'],
  ['-', 'N'],
]);
/** As messages name the types that ADD and DELETE refuse: both take sets, ADD numbers, too. */
const TYPE_WORDS: ReadonlyMap<string | null, string> = new Map([
  ['S', 'STRING'],
  ['N', 'NUMBER'],
  ['B', 'BINARY'],
  ['NULL', 'NULL'],
  ['BOOL', 'BOOLEAN'],
  ['L', 'LIST'],
  ['M', 'MAP'],
]);

/** Checks the operands of a function, `+` or `-`. Answers the type of what it gives. */
export function checkUpdateFunction(
  reading: UpdateReading,
  name: string,
  args: readonly unknown[],
): string | null | undefined {
  if (!OPERAND_TYPES.has(name)) {
    reading.note('unknownFunction', `Invalid function name; function: ${name}`);
    return undefined;
  }
  if (args.length !== 2) {
    reading.note(
      'function',
      'Incorrect number of operands for operator or function; ' +
        `operator or function: ${name}, number of operands: ${args.length}`,
    );
    return undefined;
  }
  const wanted = OPERAND_TYPES.get(name);
  if (wanted === undefined) {
    if (isPath(args[0])) return typeOf(args[1]);
    reading.note('function', `Operator or function requires a document path; operator or function: ${name}`);
    return undefined;
  }
  for (const arg of args) {
    const type = immediateType(arg);
    if (!type || type === wanted) continue;
    reading.note(
      'function',
      'Incorrect operand type for operator or function; ' +
        `operator or function: ${name}, operand type: ${type}`,
    );
  }
  return wanted;
}

/** Checks what ADD adds or DELETE takes out. Answers its type. */
export function checkOperator(
  reading: UpdateReading,
  operator: 'ADD' | 'DELETE',
  value: unknown,
): string | null {
  const type = immediateType(value);
  const word = TYPE_WORDS.get(type);
  if (word !== undefined && !(operator === 'ADD' && type === 'N')) {
    reading.note(
      'operand',
      `Incorrect operand type for operator or function; operator: ${operator}, operand type: ${word}`,
    );
  }
  return type;
}
