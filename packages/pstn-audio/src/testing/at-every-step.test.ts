import { describe, expect, it } from 'vitest';
import type { Action, FunctionResponse, InvocationEvent } from '../documents.ts';
import { atEveryStep, BrokenInvariantError, type EveryStep, type Fault } from './at-every-step.ts';
import { sma } from './sip-media-application.ts';

const answer = (...Actions: Action[]): FunctionResponse => ({ SchemaVersion: '1.0', Actions });
const say = (Text: string): Action => ({ Type: 'Speak', Parameters: { Text } });

/** A handler with a table of calls, which has a row from the first event to the HANGUP. */
function withRows(handle: (event: InvocationEvent, rows: Set<string>) => FunctionResponse) {
  const rows = new Set<string>();
  return { rows, handler: (event: InvocationEvent) => handle(event, rows) };
}

/** A handler that removes its row when the caller hangs up. */
function careful({ InvocationEventType, CallDetails }: InvocationEvent, rows: Set<string>) {
  const id = CallDetails.TransactionId;
  const caller = CallDetails.Participants[0];
  if (InvocationEventType === 'NEW_INBOUND_CALL') rows.add(id);
  if (InvocationEventType === 'HANGUP') rows.delete(id);
  return InvocationEventType === 'NEW_INBOUND_CALL' && caller ? answer(say('Hello'), say('Bye')) : answer();
}

/** A handler that removes its row after the last text, but leaves it if the caller hangs up earlier. */
function careless(event: InvocationEvent, rows: Set<string>) {
  const { InvocationEventType, CallDetails } = event;
  if (InvocationEventType === 'NEW_INBOUND_CALL') return careful(event, rows);
  if (InvocationEventType === 'ACTION_SUCCESSFUL') {
    rows.delete(CallDetails.TransactionId);
    return answer({ Type: 'Hangup' });
  }
  return answer();
}

async function check(handle: typeof careful, options: { faults?: Fault[]; only?: string } = {}) {
  let rows = new Set<string>();
  return atEveryStep({
    application(interference) {
      const made = withRows(handle);
      rows = made.rows;
      return sma(made.handler, { interference });
    },
    async script(app) {
      const call = await app.dial();
      await call.hears('Bye');
      await call.quiet();
    },
    holds: () => expect([...rows], 'rows left').toEqual([]),
    ...options,
  });
}

describe('faults at every step of a call', () => {
  it('A handler that cleans up at HANGUP survives faults at every step', async () => {
    expect(await check(careful)).toBeGreaterThan(20);
  });

  it('Each step gets each fault once, and one run has none', async () => {
    let invocations = 0;
    const counting: typeof careful = (event, rows) => {
      invocations += 1;
      return careful(event, rows);
    };
    expect(await check(counting, { faults: [] })).toBe(1);
    const steps = invocations;
    expect(await check(careful, { faults: ['slow-function'] })).toBe(1 + steps);
    expect(await check(careful, { faults: ['slow-function', 'lost-answer'] })).toBe(1 + 2 * steps);
  });

  it('The error names the smallest step that leaves something behind', async () => {
    const error = await check(careless).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(BrokenInvariantError);
    expect(error).toMatchObject({ run: 'hang-up@1' });
    expect(String(error)).toMatch(/rows left[\s\S]*only: 'hang-up@1'[\s\S]*hangs up/);
  });

  it('A failed run can be repeated by its printed name', async () => {
    await expect(check(careless, { only: 'hang-up@3' })).rejects.toMatchObject({ run: 'hang-up@3' });
    expect(await check(careful, { only: 'hang-up@3' })).toBe(1);
    await expect(check(careful, { only: 'thunder@3' })).rejects.toThrow('only takes FAULT@STEP');
  });

  it('A run without a fault is refused, as it would prove nothing', async () => {
    const run = (options: object) => check(careful, options);
    await expect(run({ only: 'hang-up@999' })).rejects.toThrow('No fault was injected by hang-up@999');
    await expect(run({ faults: ['hangup'] })).rejects.toThrow('faults takes hang-up,');
    const alone = { script: async () => {}, holds: () => true };
    const deaf: Partial<EveryStep> = {
      application: () => sma(() => answer()),
      script: async (app) => void (await app.dial()),
    };
    await expect(run(alone)).rejects.toThrow('let the script dial');
    await expect(run(deaf)).rejects.toThrow('pass the interference on');
    await expect(run({ ...deaf, only: 'hang-up@1' })).rejects.toThrow('pass the interference on');
  });

  it('A lost answer reveals a handler that does its work twice', async () => {
    const forgetful = (event: InvocationEvent, rows: Set<string>) => {
      const again = rows.size > 0 && event.InvocationEventType === 'NEW_INBOUND_CALL';
      if (again) rows.add('twice');
      return careful(event, rows);
    };
    await expect(check(forgetful, { faults: ['lost-answer'] })).rejects.toMatchObject({
      run: 'lost-answer@1',
    });
    expect(await check(forgetful, { faults: ['failing-function', 'function-timeout'] })).toBeGreaterThan(4);
  });

  it('A script that fails without a fault is reported as it is', async () => {
    const run = atEveryStep({
      application: (interference) => sma(() => answer(), { interference }),
      script: async (app) => (await app.dial()).hears('Hello'),
      holds: () => true,
    });
    await expect(run).rejects.toThrow('should hear Hello');
  });
});
