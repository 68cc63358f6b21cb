import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { InvocationEvent } from 'pstn-audio';
import { type Call, type CallInput, step } from 'pstn-audio/engine';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openJournal, silentLog } from '#platform';
import { ScriptedClock } from '#testkit';
import { CallHost } from './call-host.ts';
import type { InvocationOutcome } from './invocations.ts';
import { LiveCalls } from './live-calls.ts';
import type { OutputEdges } from './output-carrier.ts';

const LEG = 'leg-a';
const ARRIVED: CallInput = {
  kind: 'LegArrived',
  transactionId: 't-1',
  legId: LEG,
  from: '+15557770001',
  to: '+12015550100',
  awsAccountId: '000000000000',
  sipRuleId: 'rule',
  targets: [{ sipMediaApplicationId: 'sma', awsRegion: 'us-east-1', functionArn: 'arn:fn' }],
};
const PIN = '48151623';
/** Asks for digits and stores a transaction attribute. */
const ASK = JSON.stringify({
  SchemaVersion: '1.0',
  Actions: [
    {
      Type: 'PlayAudioAndGetDigits',
      Parameters: {
        AudioSource: { Type: 'S3', BucketName: 'b', Key: 'enter.wav' },
        FailureAudioSource: { Type: 'S3', BucketName: 'b', Key: 'wrong.wav' },
        MinNumberOfDigits: 10,
        MaxNumberOfDigits: 10,
        InputDigitsRegex: '^\\d{10}$',
        Repeat: 1,
        RepeatDurationInMilliseconds: 5000,
        InBetweenDigitsDurationInMilliseconds: 5000,
        ParticipantTag: 'LEG-A',
      },
    },
  ],
  TransactionAttributes: { phase: 'asked' },
});

describe('calls in progress, on disk', () => {
  const clock = new ScriptedClock();
  let folder: string;
  let file: string;
  let live: LiveCalls;
  let call: Call | undefined;

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'live-calls-'));
    file = path.join(folder, 'calls.journal');
    live = new LiveCalls(openJournal(file), clock);
    call = undefined;
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  function happen(...inputs: CallInput[]): void {
    for (const input of inputs) {
      const before = call;
      call = step(before, input, clock.now()).call;
      live.changed(call, before);
    }
  }

  /** The calls that a process finds when it starts after a kill. */
  const found = (): Call[] => new LiveCalls(openJournal(file), clock).lost();

  function answeredAndAsked(): void {
    happen(ARRIVED, { kind: 'FunctionResponded', sequence: 1, payload: ASK });
    happen({ kind: 'LegAnswered', legId: LEG });
    for (const digit of PIN) happen({ kind: 'DigitPressed', legId: LEG, digit });
    clock.advance(100);
  }

  /** Lets the next process find the calls; returns the types of the events that it sends to the function. */
  async function toldByNext(events: InvocationEvent[] = []): Promise<string[]> {
    const copy = path.join(folder, 'copy.journal');
    copyFileSync(file, copy);
    const next = new LiveCalls(openJournal(copy), clock);
    const host = new CallHost({
      clock,
      ids: { guid: () => 'id', hex: () => 'ff', integer: () => 0 },
      log: silentLog,
      edges: {
        invoke: async (_arn: string, payload: string): Promise<InvocationOutcome> => {
          events.push(JSON.parse(payload) as InvocationEvent);
          return { ok: true, payload: '{"SchemaVersion":"1.0"}' };
        },
      } as unknown as OutputEdges,
      watches: [next],
    });
    for (const lost of next.lost()) host.endLost(lost);
    expect(host.updateCall('sma', 't-1', {})).toBe('notFound');
    await host.drained();
    next.close();
    expect(new LiveCalls(openJournal(copy), clock).lost()).toEqual([]);
    return events.map(({ InvocationEventType }) => InvocationEventType);
  }

  it('A kept call has what a hang-up needs, but no digits', () => {
    answeredAndAsked();
    expect(found()).toMatchObject([
      { transactionId: 't-1', sequence: 1, attributes: { phase: 'asked' }, running: null, invocation: null },
    ]);
    expect(readFileSync(file, 'utf8')).not.toContain(PIN);
    expect(readFileSync(file, 'utf8')).not.toMatch(/48.{0,20}151/);
  });

  it('A kept call is forgotten when it ends', () => {
    answeredAndAsked();
    live.ended(call as Call);
    clock.advance(100);
    expect(found()).toEqual([]);
  });

  it('A kept call stays until the function has answered its end', async () => {
    answeredAndAsked();
    happen({ kind: 'LegEnded', legId: LEG, sipResponseCode: 0 });
    clock.advance(100);
    expect(await toldByNext()).toMatchObject(['HANGUP']);
    expect(call?.invocation?.event.InvocationEventType).toBe('ACTION_FAILED');
    happen({ kind: 'FunctionResponded', sequence: 2, payload: '{"SchemaVersion":"1.0"}' });
    expect(call?.invocation?.event.InvocationEventType).toBe('HANGUP');
    clock.advance(100);
    expect(found()).toHaveLength(1);
  });

  it('Calls that the application places are kept, too', async () => {
    happen(
      {
        kind: 'OutboundCallRequested',
        transactionId: 't-1',
        legId: LEG,
        from: '+12015550100',
        to: '+15557770001',
        awsAccountId: '000000000000',
        target: { sipMediaApplicationId: 'sma', awsRegion: 'us-east-1', functionArn: 'arn:fn' },
        arguments: { patient: 'Ada' },
        sipHeaders: { 'X-Secret': 'Ada' },
      },
      { kind: 'LegRinging', legId: LEG },
    );
    clock.advance(100);
    expect(readFileSync(file, 'utf8')).not.toContain('Ada');
    const events: InvocationEvent[] = [];
    expect(await toldByNext(events)).toEqual(['HANGUP']);
    expect(events[0]).toMatchObject({
      Sequence: 2,
      ActionData: { Parameters: { SipResponseCode: 480 } },
      CallDetails: { Participants: [{ Direction: 'Outbound', To: '+15557770001', Status: 'Disconnected' }] },
    });
  });

  it('Closing writes the calls that are still being gathered', () => {
    happen(ARRIVED);
    live.close();
    expect(found()).toHaveLength(1);
  });

  it('The next process ends kept calls, tells the function and forgets them', async () => {
    answeredAndAsked();
    const events: InvocationEvent[] = [];
    await toldByNext(events);
    expect(events).toMatchObject([
      {
        InvocationEventType: 'HANGUP',
        Sequence: 2,
        CallDetails: {
          TransactionId: 't-1',
          TransactionAttributes: { phase: 'asked' },
          Participants: [{ CallId: LEG, ParticipantTag: 'LEG-A', Status: 'Disconnected' }],
        },
      },
    ]);
  });
});
