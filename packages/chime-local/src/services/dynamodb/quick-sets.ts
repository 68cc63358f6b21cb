import type { Item } from 'dynalite/db/index.js';
import type { ParsedUpdate, UpdateSection } from './expressions/index.ts';
import type { Document } from './operations.ts';

/**
 * dynalite compares, unites and subtracts sets element by element with `indexOf`; two sets of an item's
 * maximum size (400 KB) block the thread for ten seconds and more. Large sets therefore get an index here.
 */

/** Sets with fewer elements are searched without an index. */
const LARGE = 128;
const SET_TYPES = ['SS', 'NS', 'BS'] as const;

/** Gives every large list of strings in a JSON value a fast `indexOf`. */
export function indexSets(value: unknown): void {
  if (Array.isArray(value)) {
    if (value.length > LARGE && typeof value[0] === 'string') withIndex(value);
    else for (const element of value) indexSets(element);
  } else if (typeof value === 'object' && value !== null) {
    for (const member of Object.values(value)) indexSets(member);
  }
}

function withIndex(texts: unknown[]): void {
  let index: Map<unknown, number> | undefined;
  const indexOf = (text: unknown): number => {
    index ??= new Map(texts.map((each, at) => [each, at]));
    return index.get(text) ?? -1;
  };
  Object.defineProperty(texts, 'indexOf', { value: indexOf, configurable: true });
}

/** Performs ADD and DELETE on large sets: each becomes a SET of the result, or a REMOVE. */
export function settleSets(data: Document, item: Item | undefined): void {
  if (!item) return;
  const updates = data._updates as ParsedUpdate | undefined;
  for (const section of updates?.sections ?? []) settleSection(section, item);
  const changes = data.AttributeUpdates as Record<string, AttributeChange> | undefined;
  for (const [name, change] of Object.entries(changes ?? {})) settleChange(change, item[name]);
}

function settleSection(section: UpdateSection, item: Item): void {
  if (section.type !== 'add' && section.type !== 'delete') return;
  const outcome = outcomeOf(section.type, section.val, valueAt(section.path, item));
  if (!outcome) return;
  section.type = outcome.elements.length > 0 ? 'set' : 'remove';
  section.val = { [outcome.type]: outcome.elements };
}

interface AttributeChange {
  Action?: string;
  Value?: unknown;
}

function settleChange(change: AttributeChange, value: unknown): void {
  if (change.Action !== 'ADD' && change.Action !== 'DELETE') return;
  const outcome = outcomeOf(change.Action === 'ADD' ? 'add' : 'delete', change.Value, value);
  if (!outcome) return;
  if (outcome.elements.length > 0) {
    change.Action = 'PUT';
    change.Value = { [outcome.type]: outcome.elements };
  } else {
    change.Action = 'DELETE';
    delete change.Value;
  }
}

/** The resulting set. Undefined if the sets are small, or if their types differ, which dynalite refuses. */
function outcomeOf(
  how: 'add' | 'delete',
  change: unknown,
  existing: unknown,
): { type: string; elements: unknown[] } | undefined {
  const type = SET_TYPES.find((each) => setOf(change, each) && setOf(existing, each));
  if (!type) return undefined;
  const [before, named] = [setOf(existing, type) ?? [], setOf(change, type) ?? []];
  if (before.length <= LARGE && named.length <= LARGE) return undefined;
  const known = new Set(how === 'add' ? before : named);
  const elements =
    how === 'add'
      ? [...before, ...named.filter((element) => !known.has(element))]
      : before.filter((element) => !known.has(element));
  return { type, elements };
}

function setOf(value: unknown, type: string): unknown[] | undefined {
  const elements = member(value, type);
  return Array.isArray(elements) ? elements : undefined;
}

function valueAt(path: UpdateSection['path'], item: Item): unknown {
  let value: unknown = { M: item };
  for (const piece of path) {
    value = typeof piece === 'number' ? member(member(value, 'L'), piece) : member(member(value, 'M'), piece);
  }
  return value;
}

function member(value: unknown, key: string | number | undefined): unknown {
  if (typeof value !== 'object' || value === null || key === undefined) return undefined;
  return Object.hasOwn(value, key) ? (value as Record<string | number, unknown>)[key] : undefined;
}
