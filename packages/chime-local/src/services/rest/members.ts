/** Reads members of an input defensively, because clients may send anything. */
import { ApiError } from './api-error.ts';
import type { JsonInput } from './json-service.ts';

export type TextMap = Record<string, string>;

const invalid = (message: string): ApiError => new ApiError(400, 'ValidationException', message);

/** A string member; undefined if it is absent. @throws ApiError ValidationException */
export function optionalText(input: JsonInput, member: string): string | undefined {
  const value = input[member];
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') return value;
  throw invalid(`${member} must be a text`);
}

/** An integer member, which may be given as a string. @throws ApiError ValidationException */
export function wholeNumber(
  input: JsonInput,
  member: string,
  bounds: { min: number; max: number },
): number | undefined {
  const value = input[member];
  if (value === undefined || value === null) return undefined;
  const number = Number(value);
  if (Number.isInteger(number) && number >= bounds.min && number <= bounds.max) return number;
  throw invalid(
    `${member} is a whole number from ${bounds.min} to ${bounds.max}, not ${JSON.stringify(value)}`,
  );
}

/** A list of strings; empty if the member is absent. @throws ApiError ValidationException */
export function textList(input: JsonInput, member: string): string[] {
  const value = input[member] ?? [];
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value as string[];
  throw invalid(`${member} must be a list of texts`);
}

/** A list of structures; empty if the member is absent. @throws ApiError ValidationException */
export function objectList(input: JsonInput, member: string): JsonInput[] {
  const value = input[member] ?? [];
  const good = Array.isArray(value) && value.every((item) => typeof item === 'object' && item !== null);
  if (good) return value as JsonInput[];
  throw invalid(`${member} must be a list of structures`);
}

/** A map of strings; empty if the member is absent. @throws ApiError ValidationException */
export function textMap(input: JsonInput, member: string): TextMap {
  const value = input[member] ?? {};
  const good =
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every((item) => typeof item === 'string');
  if (good) return { ...(value as TextMap) };
  throw invalid(`${member} must be a map of texts`);
}
