import type { Reading } from './context.ts';
import { immediateType, isPath, typeOf } from './values.ts';

/** The kinds of faults in updates. */
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

/** The order of precedence in which DynamoDB reports faults. */
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

/** The operand type of each function and operator of SET. All of them take two operands. */
const OPERAND_TYPES: ReadonlyMap<string, string | undefined> = new Map([
  ['if_not_exists', undefined],
  ['list_append', 'L'],
  ['+', 'N'],
  ['-', 'N'],
]);
/** Names in messages for the types that ADD and DELETE refuse. Both accept sets; ADD also accepts numbers. */
const TYPE_WORDS: ReadonlyMap<string | null, string> = new Map([
  ['S', 'STRING'],
  ['N', 'NUMBER'],
  ['B', 'BINARY'],
  ['NULL', 'NULL'],
  ['BOOL', 'BOOLEAN'],
  ['L', 'LIST'],
  ['M', 'MAP'],
]);

/** Checks the operands of a function, `+` or `-`. Returns the type of the result. */
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

/** Checks the operand of ADD or DELETE. Returns its type. */
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
