/**
 * Determines from a function's sources which AWS operations it calls: `dynamodb:Query meetingInfo`,
 * `chime:CreateMeeting`. A function calls the methods that occur in its folder, on the objects that its
 * `handler.ts` creates; those methods create commands, directly or through one another.
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const HANDLERS = path.resolve(import.meta.dirname, '../../handlers');
const PYTHON = path.resolve(import.meta.dirname, '../../handlers-python/update_call/aws_ports.py');

/** Classes whose methods call AWS. */
const SHARED = ['tables', 'meetings'];
/** Functions of ours that call AWS and belong to no class. */
const FREE = { 'callUpdater(': 'chime:UpdateSipMediaApplicationCall' };
/** The beginning of a method of a class. */
const METHOD = /^ {2}(?:static )?(?:async )?(#?\w+)(?:<[^>]*>)?\(/gm;
/**
 * The name of an object made from a class, and the table that it is given: `orders = new OrdersTable(quick,
 * …('X_TABLE')`.
 */
const MADE = /(\w+)\s*[:=]\s*new (\w+)\(([^;]*?)\)[,;]?\n/g;

function sourcesIn(folder: string): string {
  const names = readdirSync(path.join(HANDLERS, folder), { recursive: true, encoding: 'utf8' });
  return names
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts') && !name.includes('testing'))
    .map((name) => readFileSync(path.join(HANDLERS, folder, name), 'utf8'))
    .join('\n');
}

/** The methods of each class, with their text. */
function readClasses(): Map<string, Map<string, string>> {
  const classes = new Map<string, Map<string, string>>();
  for (const text of SHARED.map(sourcesIn)) {
    for (const [body, name = ''] of text.matchAll(/^export class (\w+)[\s\S]*?^}/gm)) {
      const starts = [...body.matchAll(METHOD)];
      const methods = starts.map(
        (start, at) => [start[1] ?? '', body.slice(start.index, starts[at + 1]?.index)] as const,
      );
      classes.set(name, new Map(methods));
    }
  }
  return classes;
}

/** The commands that a method creates, including through other methods of its class. */
function commandsOf(methods: Map<string, string>, name: string, seen = new Set<string>()): Set<string> {
  const text = methods.get(name) ?? '';
  const found = new Set<string>();
  if (seen.has(name)) return found;
  seen.add(name);
  for (const [, command = ''] of text.matchAll(/new (\w+)Command\(/g)) {
    if (command !== 'TransactWrite') found.add(command);
  }
  // Parts of a transaction, for which IAM requires their own permissions.
  for (const [, part] of text.matchAll(/\b(Put|Update|Delete): \{/g)) found.add(part ?? '');
  for (const [, other = ''] of text.matchAll(/this\.(#?\w+)\(/g))
    for (const command of commandsOf(methods, other, seen)) found.add(command);
  return found;
}

/** IAM's name of the DynamoDB operation of an SDK command. */
const dynamoOperation = (command: string): string =>
  `dynamodb:${{ Get: 'GetItem', Put: 'PutItem', Update: 'UpdateItem', Delete: 'DeleteItem', BatchGet: 'BatchGetItem' }[command] ?? command}`;

/** `MEETING_INFO_TABLE` → `meetingInfo`. */
const tableOf = (variable: string): string =>
  variable
    .replace(/_TABLE$/, '')
    .toLowerCase()
    .replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());

/** IAM's name of the service whose client has the command. */
function serviceOf(command: string, sources: string): string {
  const imports = sources.matchAll(/import \{([^}]*)\} from '@aws-sdk\/client-([\w-]+)'/g);
  const client = [...imports].find(([, names = '']) => names.includes(`${command}Command`))?.[2] ?? '';
  return client.startsWith('chime') ? 'chime' : client;
}

/** What the function in that folder calls. */
export function callsOf(folder: string): string[] {
  const sources = sourcesIn(folder);
  const classes = readClasses();
  const found = new Set<string>();
  for (const [, name = '', className = '', args = ''] of sources.matchAll(MADE)) {
    const methods = classes.get(className);
    if (!methods) continue;
    const table = /environment\('(\w+_TABLE)'/.exec(args)?.[1];
    for (const [, method = ''] of sources.matchAll(new RegExp(`\\b${name}\\s*\\.\\s*(\\w+)\\(`, 'g'))) {
      for (const command of commandsOf(methods, method))
        found.add(table ? `${dynamoOperation(command)} ${tableOf(table)}` : `chime:${command}`);
    }
  }
  for (const [call, operation] of Object.entries(FREE)) if (sources.includes(call)) found.add(operation);
  for (const [, command = ''] of sources.matchAll(/new (\w+)Command\(/g))
    found.add(`${serviceOf(command, sources)}:${command}`);
  return [...found].sort();
}

/** What the Python twin calls. */
export function callsOfPython(): string[] {
  const text = readFileSync(PYTHON, 'utf8');
  const pascal = (name: string): string =>
    name.replace(/(?:^|_)(\w)/g, (_, letter: string) => letter.toUpperCase());
  const tables = text.matchAll(
    /_dynamodb\.(?:get_paginator\("(\w+)"\)\.paginate|(\w+))\(\s*TableName=self\._(\w+)_table/g,
  );
  const voice = text.matchAll(/_voice\.(\w+)\(/g);
  return [
    ...new Set([
      ...[...tables].map(
        ([, paged, plain = '', table = '']) => `dynamodb:${pascal(paged ?? plain)} ${tableOf(table)}`,
      ),
      ...[...voice].map(([, operation = '']) => `chime:${pascal(operation)}`),
    ]),
  ].sort();
}
