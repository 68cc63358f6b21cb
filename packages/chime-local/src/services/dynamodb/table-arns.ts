import { isObject } from '#platform';
import type { Document } from './operations.ts';
import type { Account } from './staged-store.ts';

/**
 * Replaces each table ARN in the input by the table's name if the table is in this account and Region: every
 * operation on items accepts either (DynamoDB API Reference, `TableName`). Other ARNs are left unchanged and
 * match no table. Also returns which names were given as ARNs.
 */
export function withTableNames(
  input: Document,
  { region, accountId }: Account,
): { input: Document; arns: Map<string, string> } {
  const prefix = `arn:aws:dynamodb:${region}:${accountId}:table/`;
  const arns = new Map<string, string>();
  const nameOf = (given: string): string => {
    if (!given.startsWith(prefix)) return given;
    const name = given.slice(prefix.length);
    arns.set(name, given);
    return name;
  };
  const named = (request: unknown): unknown => {
    if (!isObject(request) || typeof request.TableName !== 'string') return request;
    return { ...request, TableName: nameOf(request.TableName) };
  };
  const output = named(input) as Document;
  if (isObject(input.RequestItems)) {
    const items = Object.entries(input.RequestItems).map(([table, requests]) => [nameOf(table), requests]);
    output.RequestItems = Object.fromEntries(items);
  }
  if (Array.isArray(input.TransactItems)) {
    output.TransactItems = input.TransactItems.map((item: unknown) =>
      isObject(item)
        ? Object.fromEntries(Object.entries(item).map(([kind, request]) => [kind, named(request)]))
        : item,
    );
  }
  return { input: arns.size > 0 ? output : input, arns };
}

/** Renames the tables in an answer to the form in which the request named them. */
export function withGivenNames(answer: Document, arns: ReadonlyMap<string, string>): Document {
  if (arns.size === 0) return answer;
  const lists = ['Responses', 'UnprocessedKeys', 'UnprocessedItems', 'ItemCollectionMetrics'];
  const given = lists
    .filter((list) => isObject(answer[list]))
    .map((list) => [list, Object.fromEntries(renamed(answer[list] as Document, arns))]);
  return { ...answer, ...Object.fromEntries(given) };
}

const renamed = (list: Document, arns: ReadonlyMap<string, string>): [string, unknown][] =>
  Object.entries(list).map(([table, value]) => [arns.get(table) ?? table, value]);
