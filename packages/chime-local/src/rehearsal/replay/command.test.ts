import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startRehearsal } from '../rehearsal.ts';
import { replayCommand } from './command.ts';
import { saveTest } from './save-test.ts';

/** A handler with a greeting, a key, a meeting of its own for each caller, and a farewell. */
const handler = (farewell: string): string => `
const { ChimeSDKMeetingsClient, CreateMeetingCommand, CreateAttendeeCommand } = require('@aws-sdk/client-chime-sdk-meetings');
const meetings = new ChimeSDKMeetingsClient({});
const say = (Text) => ({ Type: 'Speak', Parameters: { Text } });
exports.handler = async ({ InvocationEventType, CallDetails, ActionData }) => {
  const answer = (...Actions) => ({ SchemaVersion: '1.0', Actions, TransactionAttributes: { at: new Date().toISOString() } });
  if (InvocationEventType === 'NEW_INBOUND_CALL') {
    return answer({ Type: 'SpeakAndGetDigits', Parameters: { SpeechParameters: { Text: 'Press one.' }, MaxNumberOfDigits: 1,
      FailureSpeechParameters: { Text: 'No.' }, InputDigitsRegex: '^1$', RepeatDurationInMilliseconds: 3000 } });
  }
  if (ActionData?.Type === 'SpeakAndGetDigits') {
    const { Meeting } = await meetings.send(new CreateMeetingCommand({ ClientRequestToken: CallDetails.TransactionId, ExternalMeetingId: 'one', MediaRegion: 'us-east-1' }));
    const { Attendee } = await meetings.send(new CreateAttendeeCommand({ MeetingId: Meeting.MeetingId, ExternalUserId: 'caller' }));
    return answer({ Type: 'JoinChimeMeeting', Parameters: { JoinToken: Attendee.JoinToken, MeetingId: Meeting.MeetingId } });
  }
  if (InvocationEventType === 'CALL_UPDATE_REQUESTED') return answer(say('${farewell}'), { Type: 'Hangup' });
  return answer();
};
`;

let folder = '';
let transactionId = '';
let said = { out: '', err: '' };

/** Runs the command in the handler's folder. */
async function run(...argv: string[]): Promise<number> {
  said = { out: '', err: '' };
  return replayCommand([...argv, '--data', path.join(folder, 'data')], {
    print: (text) => {
      said.out += text;
    },
    complain: (text) => {
      said.err += text;
    },
    directory: folder,
    colours: false,
  });
}

beforeAll(async () => {
  // Within the repository, so that a saved test finds the packages.
  folder = mkdtempSync(path.join(import.meta.dirname, 'replayed-'));
  writeFileSync(path.join(folder, 'handler.cjs'), handler('Goodbye.'));
  writeFileSync(path.join(folder, 'changed.cjs'), handler('So long.'));
  const rehearsal = await startRehearsal({ handler: path.join(folder, 'handler.cjs') });
  const app = await rehearsal.application();
  const call = await app.dial();
  await call.hears('Press one.');
  await call.press('1');
  await call.joins();
  await call.update();
  await call.ends();
  transactionId = call.transactionId;
  await rehearsal.close();
  mkdirSync(path.join(folder, 'data/calls'), { recursive: true });
  writeFileSync(path.join(folder, 'data/calls', `${transactionId}.jsonl`), call.record);
  const messages = call.exchanges.flatMap(({ event, answer }) => [
    { timestamp: 1, message: `2026-11-30T09:00:00Z\tid\tINFO\tEvent ${JSON.stringify(event)}` },
    { timestamp: 2, message: JSON.stringify({ level: 'INFO', message: { response: answer } }) },
  ]);
  writeFileSync(path.join(folder, 'export.jsonl'), messages.map((line) => JSON.stringify(line)).join('\n'));
  writeFileSync(path.join(folder, 'export.json'), JSON.stringify({ events: messages }));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('chime-local replay', () => {
  it('The same code replays a call without a difference', async () => {
    expect(await run('last', '--handler', 'handler.cjs')).toBe(0);
    expect(said.out).toContain("Today's code answers all 6 events as then.");
    expect(await run(transactionId.slice(0, 8), '--app', 'handler.cjs', '--verbose')).toBe(0);
    expect(said.out).toMatch(/Today's call:[\s\S]*joins meeting/);
  });

  it('A replay shows the answers of changed code and what is heard', async () => {
    expect(await run('last', '--handler', 'changed.cjs')).toBe(1);
    expect(said.out).toContain('- then:  Speak “Goodbye.” · Hangup');
    expect(said.out).toContain('+ today: Speak “So long.” · Hangup');
    expect(said.out).toContain('The caller hears today: “Press one.”, “So long.”.');
    expect(said.out).not.toContain('\u001b');
  });

  it('Every recorded call is replayed, with one line for each', async () => {
    const id = transactionId.slice(0, 8);
    expect(await run('all', '--handler', 'handler.cjs')).toBe(0);
    expect(said.out).toContain(`${id}  6 events, answered as then`);
    expect(said.out).toContain("Today's code answers 1 of 1 call as then.");
    expect(await run('all', '--handler', 'changed.cjs')).toBe(1);
    expect(said.out).toMatch(`1 differ: ${id}. "chime-local replay ${id}"`);
    const damaged = path.join(folder, 'data/calls', '00000000-damaged.jsonl');
    writeFileSync(damaged, '{"kind":"Begin"}');
    expect(await run('all', '--handler', 'handler.cjs')).toBe(2);
    expect(said.out).toMatch(
      /00000000 {2}not replayed: .+[\s\S]*1 of 2 calls[\s\S]*1 cannot be replayed: 00000000\./,
    );
    rmSync(damaged);
    expect(await run('all', '--handler', 'handler.cjs', '--save-test', 'saved')).toBe(2);
    expect(said.err).toContain('--save-test takes one call');
  });

  it('An exported CloudWatch log is replayed event by event', async () => {
    for (const file of ['export.jsonl', 'export.json']) {
      expect(await run(file, '--handler', 'handler.cjs')).toBe(0);
      expect(await run(file, '--handler', 'changed.cjs')).toBe(1);
      expect(said.out).toMatch(/1 of 6 events differ/);
    }
  });

  it('A call in progress is replayed as far as it is recorded', async () => {
    const record = readFileSync(path.join(folder, 'data/calls', `${transactionId}.jsonl`), 'utf8').split(
      '\n',
    );
    const asked = record.findIndex(
      (line) => line.includes('"InvokeFunction"') && line.includes('"sequence":2'),
    );
    writeFileSync(path.join(folder, 'part.jsonl'), record.slice(0, asked + 1).join('\n'));
    expect(await run('part.jsonl', '--handler', 'handler.cjs')).toBe(0);
    expect(said.out).toMatch(/ = no answer is known\n\nThe caller hears the same: “Press one.”/);
  });

  it('A record that is empty, or vanishes meanwhile, is skipped', async () => {
    symlinkSync('nowhere', path.join(folder, 'data/calls/gone.jsonl'));
    writeFileSync(path.join(folder, 'data/calls/empty.jsonl'), '');
    expect(await run('last', '--handler', 'handler.cjs')).toBe(0);
    expect(await run('gone', '--handler', 'handler.cjs')).toBe(2);
  });

  it('A replay refuses an unknown call and a wrong option', async () => {
    expect(await run('ffff', '--handler', 'handler.cjs')).toBe(2);
    expect(said.err).toContain(
      `"ffff" is neither a file nor a recorded call: the last ones are ${transactionId}.`,
    );
    expect(await run('last', '--handler', 'none.cjs')).toBe(2);
    expect(await run('last', '--nonsense')).toBe(2);
    expect(await run()).toBe(2);
    expect(await run('handler.cjs', '--handler', 'handler.cjs')).toBe(2);
    expect(said.err).toContain('neither a record of a call nor an event');
  });

  it('A saved test fails when the code answers differently', async () => {
    await run('last', '--handler', 'handler.cjs', '--save-test', 'saved');
    expect(said.out).toMatch(
      /A test of the call is in saved\/call-[0-9a-f]{8}\.test\.mjs: node --test runs it\./,
    );
    const file = readdirSync(path.join(folder, 'saved')).find((name) => name.endsWith('.mjs')) ?? '';
    const test = (): string =>
      execFileSync(process.execPath, ['--import', 'tsx', '--test', path.join(folder, 'saved', file)], {
        encoding: 'utf8',
        stdio: 'pipe',
      });
    expect(test()).toMatch(/pass 1/);
    writeFileSync(path.join(folder, 'handler.cjs'), handler('So long.'));
    expect(test).toThrow(/failed/);
    writeFileSync(path.join(folder, 'handler.cjs'), handler('Goodbye.'));
  });

  it('A test that cannot be written has the status of no replay', async () => {
    expect(await run('last', '--handler', 'handler.cjs', '--save-test', 'handler.cjs')).toBe(2);
    expect(said.err).toMatch(/handler\.cjs cannot be written \(EEXIST\): name another folder/);
  });

  it('A saved test starts the application of its command', () => {
    const file = saveTest(path.join(folder, 'brought'), {
      transactionId: '12345678-0000-4000-8000-000000000000',
      record: readFileSync(path.join(folder, 'data/calls', `${transactionId}.jsonl`), 'utf8'),
      application: { file: path.join(folder, 'application.ts'), name: 'ours' },
      functionName: 'answer',
      form: 'vitest',
    });
    const text = readFileSync(file, 'utf8');
    expect(text).toContain('import { ours } from "../application.ts";');
    expect(text).toContain('startRehearsal({ application: ours });');
  });
});
