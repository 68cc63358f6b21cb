import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { giveApplications } from './undeclared-applications.ts';

let root: string;
let made: string[];
let said: string[];

beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'undeclared-'));
  made = [];
  said = [];
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** Runs `giveApplications` for functions given by name, each with a file and its text. */
async function give(
  functions: Record<string, [file: string, text: string, handler?: string]>,
  declared: string[] = [],
) {
  const list = Object.entries(functions).map(([functionName, [file, text, handler = 'index.handler']]) => {
    const place = path.join(root, functionName, file);
    mkdirSync(path.dirname(place), { recursive: true });
    writeFileSync(place, text);
    const code = async () => ({ directory: path.join(root, functionName), version: '1' });
    return { functionName, arn: `arn:${functionName}`, handler, code };
  });
  await giveApplications({
    functions: { list: () => list as never },
    directory: { applicationIds: () => declared },
    voice: {
      async createApplication({ name, functionArn, awsRegion }) {
        made.push(`${name} ${functionArn} ${awsRegion}`);
        return 'id';
      },
    },
    region: 'us-east-1',
    log: { info: (text) => void said.push(text) },
  });
}

it('A function that reads call events becomes an application', async () => {
  await give({
    web: ['index.js', 'exports.handler = async () => {};'],
    calls: ['handlers.js', 'exports.sip = (event) => event.InvocationEventType;'],
    python: ['src/app.py', "def handler(event, context):\n  return event['InvocationEventType']\n"],
    tested: ['test/events.js', "const event = { InvocationEventType: 'HANGUP' };"],
    installed: ['node_modules/x/index.js', 'InvocationEventType'],
  });
  expect(made).toEqual(['calls arn:calls us-east-1', 'python arn:python us-east-1']);
  expect(said[0]).toBe(
    'No SIP media application is declared: calls is made one, for it reads the events of calls.',
  );
});

it('Functions that answer no calls are reported once', async () => {
  await give({ web: ['index.js', 'exports.handler = async () => {};'] });
  expect([made, said]).toEqual([
    [],
    [
      'No number leads anywhere: no SIP media application is declared, and no function reads InvocationEventType, as a handler of calls does.',
    ],
  ]);
});

it('If functions share code, the one for calls becomes the application', async () => {
  const text = 'exports.start = () => {};\nexports.sip = (event) => event.InvocationEventType;';
  await give({ start: ['handlers.js', text, 'handlers.start'], sip: ['handlers.js', text, 'handlers.sip'] });
  expect(made).toEqual(['sip arn:sip us-east-1']);
});

it('No function becomes an application if one is declared', async () => {
  await give({ calls: ['index.js', 'event.InvocationEventType'] }, ['declared']);
  expect(made).toEqual([]);
});
