import { isObject } from '#platform';
import type { Path } from './paths.ts';

/** An attribute value such as `{"S":"…"}`. */
export type AttributeValue = Record<string, unknown>;

export interface FunctionCall<Argument> {
  type: 'function';
  name: string;
  args: Argument[];
  /** The type of the function's result, if it is known. */
  attrType: string | null | undefined;
}

const TYPES = ['S', 'N', 'B', 'NULL', 'BOOL', 'SS', 'NS', 'BS', 'L', 'M'];

/** The type of a value that is part of the request; null if only the item can tell. */
export function immediateType(operand: unknown): string | null {
  if (!isObject(operand) || operand.attrType) return null;
  return TYPES.find((type) => operand[type] != null) ?? null;
}

/** The type of a value or of a function's result; null if only the item can tell. */
export function typeOf(operand: unknown): string | null {
  if (!isObject(operand)) return null;
  return typeof operand.attrType === 'string' ? operand.attrType : immediateType(operand);
}

export const isPath = (operand: unknown): operand is Path => Array.isArray(operand);

export const isFunction = (operand: unknown): operand is FunctionCall<unknown> =>
  isObject(operand) && operand.type === 'function';
