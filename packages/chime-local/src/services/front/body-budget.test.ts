import { describe, expect, it } from 'vitest';
import { excessOf } from './body-budget.ts';
import { MAX_FORM_BYTES, MAX_FORM_FIELDS, MAX_JSON_DEPTH, MAX_JSON_VALUES } from './limits.ts';

const json = (text: string, maxValues?: number) =>
  excessOf(Buffer.from(text), 'awsJson', maxValues ? { maxJsonValues: maxValues } : {});
const form = (text: string) => excessOf(Buffer.from(text), 'query');
const nested = (depth: number, open: string, close: string) => open.repeat(depth) + close.repeat(depth);

describe('bodies that are too expensive to parse', () => {
  it('A JSON body may be nested as deep as the limit', () => {
    expect(json(nested(MAX_JSON_DEPTH, '[', ']'))).toBeUndefined();
  });

  it.each([
    ['lists', nested(MAX_JSON_DEPTH + 1, '[', ']')],
    ['structures', nested(MAX_JSON_DEPTH + 1, '{"a":', '}')],
    ['structures that never end', '{"a":'.repeat(MAX_JSON_DEPTH + 1)],
  ])('JSON with %s nested one level too deep is refused', (_of, text) => {
    expect(json(text)).toBe('The JSON is nested more than 1000 deep');
  });

  it('The largest DynamoDB item is accepted, however many values it has', () => {
    const numbers = Array.from({ length: 400_000 / '{"N":"1"},'.length }, () => '{"N":"1"}');
    expect(json(`{"Item":{"list":{"L":[${numbers.join(',')}]}}}`)).toBeUndefined();
  });

  it.each([
    ['items', `[${'0,'.repeat(MAX_JSON_VALUES)}0]`],
    ['members', `{${'"a":0,'.repeat(MAX_JSON_VALUES)}"b":0}`],
    ['empty lists after a space', ` \r\n[${'[]'.repeat(MAX_JSON_VALUES)}]`],
  ])('JSON with too many %s is refused', (_of, text) => {
    expect(json(text)).toBe('The JSON has more than 100000 values');
    expect(json(text, MAX_JSON_VALUES * 3)).toBeUndefined();
    expect(excessOf(Buffer.from(text), 'query')).toBe('The JSON has more than 100000 values');
  });

  it('Characters inside a string are not counted', () => {
    const text = '[,{"\\'.repeat(MAX_JSON_VALUES);
    expect(json(JSON.stringify({ text, end: [] }))).toBeUndefined();
  });

  it('Forms with too many fields or bytes are refused', () => {
    const fields = (number: number) => Array.from({ length: number }, () => 'a=1').join('&');
    expect(form(fields(MAX_FORM_FIELDS))).toBeUndefined();
    expect(form(fields(MAX_FORM_FIELDS + 1))).toBe('The form has 5001 fields; at most 5000 are read');
    expect(
      excessOf(Buffer.from(fields(MAX_FORM_FIELDS + 1)), 'query', { maxFormFields: 25_000 }),
    ).toBeUndefined();
    expect(form('a'.repeat(MAX_FORM_BYTES))).toBeUndefined();
    expect(form('a'.repeat(MAX_FORM_BYTES + 1))).toContain('at most 4194304 are read');
  });

  it('Bodies that are neither JSON nor forms are not checked', () => {
    expect(excessOf(Buffer.alloc(MAX_FORM_BYTES * 2), 'restJson')).toBeUndefined();
  });
});
