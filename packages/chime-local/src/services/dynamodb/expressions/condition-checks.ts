import type { Reading } from './context.ts';
import { pathText } from './paths.ts';
import { type AttributeValue, immediateType, isFunction, isPath, typeOf } from './values.ts';

/** The kinds of faults in conditions. `condition` is the first fault of the first faulty condition. */
export type ConditionFault =
  | 'parens'
  | 'unknownFunction'
  | 'misusedFunction'
  | 'reserved'
  | 'condition'
  | 'attrNameVal'
  | 'operand'
  | 'distinct'
  | 'function';

/** The order of precedence in which DynamoDB reports faults. */
export const FAULT_ORDER: readonly ConditionFault[] = [
  'parens',
  'unknownFunction',
  'misusedFunction',
  'reserved',
  'condition',
];
const OF_ONE_CONDITION: readonly ConditionFault[] = ['attrNameVal', 'operand', 'distinct', 'function'];

type ConditionReading = Reading<ConditionFault>;

const OPERANDS: ReadonlyMap<string, number> = new Map([
  ['attribute_exists', 1],
  ['attribute_not_exists', 1],
  ['attribute_type', 2],
  ['begins_with', 2],
  ['contains', 2],
  ['size', 1],
]);
const TYPE_NAMES = ['S', 'N', 'B', 'NULL', 'SS', 'BOOL', 'L', 'BS', 'NS', 'M'];

/** Called when a whole condition has been read. Keeps its first fault, which is the one to report. */
export function settleCondition(reading: ConditionReading): void {
  const fault = reading.firstOf(OF_ONE_CONDITION);
  if (fault !== undefined) reading.note('condition', fault);
}

/** Notes a `size` that stands alone: it returns a number, which is not a condition. */
export function checkMisusedSize(reading: ConditionReading, condition: unknown): void {
  if (isFunction(condition) && condition.name === 'size') noteMisused(reading, condition.name);
}

/** Checks operands: `size` is the only function that may be one. */
export function checkOperands(reading: ConditionReading, operands: readonly unknown[]): void {
  const misused = operands.find((operand) => isFunction(operand) && operand.name !== 'size');
  if (isFunction(misused)) noteMisused(reading, misused.name);
}

function noteMisused(reading: ConditionReading, name: string): void {
  reading.note(
    'misusedFunction',
    `The function is not allowed to be used this way in an expression; function: ${name}`,
  );
}

export function checkDistinct(
  reading: ConditionReading,
  operator: string,
  operands: readonly unknown[],
): void {
  const [one, other] = operands;
  if (operands.length !== 2 || !isPath(one) || !isPath(other)) return;
  if (one.length !== other.length || one.some((piece, index) => piece !== other[index])) return;
  reading.note(
    'distinct',
    'The first operand must be distinct from the remaining operands for this operator or function; ' +
      `operator: ${operator}, first operand: ${pathText(one)}`,
  );
}

export function checkBounds(reading: ConditionReading, lower: unknown, upper: unknown): void {
  const lowerType = immediateType(lower);
  const upperType = immediateType(upper);
  if (!lowerType || !upperType) return;
  const text = (type: string, value: unknown) =>
    `AttributeValue: {${type}:${String((value as AttributeValue)[type])}}`;
  const bounds = `lower bound operand: ${text(lowerType, lower)}, upper bound operand: ${text(upperType, upper)}`;
  if (lowerType !== upperType) {
    reading.note(
      'function',
      `The BETWEEN operator requires same data type for lower and upper bounds; ${bounds}`,
    );
  } else if (reading.context.compare('GT', lower, upper)) {
    reading.note(
      'function',
      `The BETWEEN operator requires upper bound to be greater than or equal to lower bound; ${bounds}`,
    );
  }
}

/** Checks a function's operands. Returns the type of the function's result. */
export function checkFunction(
  reading: ConditionReading,
  name: string,
  args: readonly unknown[],
): string | null | undefined {
  const count = OPERANDS.get(name);
  if (count === undefined) {
    reading.note('unknownFunction', `Invalid function name; function: ${name}`);
    return undefined;
  }
  if (count !== args.length) {
    reading.note(
      'operand',
      'Incorrect number of operands for operator or function; ' +
        `operator or function: ${name}, number of operands: ${args.length}`,
    );
    return undefined;
  }
  checkDistinct(reading, name, args);
  switch (name) {
    case 'size':
      refuseTypes(reading, name, args[0], (type) => ['N', 'BOOL', 'NULL'].includes(type));
      return 'N';
    case 'begins_with':
      for (const arg of args) refuseTypes(reading, name, arg, (type) => type !== 'S' && type !== 'B');
      return 'BOOL';
    case 'attribute_type':
      checkTypeName(reading, name, args[1]);
      return 'BOOL';
    case 'contains':
      return 'BOOL';
    default:
      if (!isPath(args[0])) {
        reading.note(
          'function',
          `Operator or function requires a document path; operator or function: ${name}`,
        );
      }
      return null;
  }
}

function refuseTypes(
  reading: ConditionReading,
  name: string,
  operand: unknown,
  wrong: (type: string) => boolean,
): void {
  const type = typeOf(operand);
  if (type && wrong(type)) noteWrongType(reading, name, type);
}

function checkTypeName(reading: ConditionReading, name: string, operand: unknown): void {
  const type = typeOf(operand);
  if (type !== 'S') noteWrongType(reading, name, type ?? '{NS,SS,L,BS,N,M,B,BOOL,NULL,S}');
  else if (!TYPE_NAMES.includes(String((operand as AttributeValue).S))) {
    reading.note(
      'function',
      `Invalid attribute type name found; type: ${String((operand as AttributeValue).S)}, ` +
        'valid types: {B,NULL,SS,BOOL,L,BS,N,NS,S,M}',
    );
  }
}

function noteWrongType(reading: ConditionReading, name: string, type: string): void {
  reading.note(
    'function',
    'Incorrect operand type for operator or function; ' +
      `operator or function: ${name}, operand type: ${type}`,
  );
}
