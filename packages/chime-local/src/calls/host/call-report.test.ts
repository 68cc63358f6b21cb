import { type Call, type CallInput, type InvokeFunction, type Leg, step } from 'pstn-audio/engine';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Log } from '#platform';
import { ScriptedClock } from '#testkit';
import { CallReport } from './call-report.ts';

const LEG = 'leg-a';
const PERSON = '+15557770001';

describe('terminal lines of a call that the application makes', () => {
  let lines: string[];
  let report: CallReport;
  let clock: ScriptedClock;
  let call: Call | undefined;

  beforeEach(() => {
    lines = [];
    const say = (level: string) => (text: string) => void lines.push(`${level} ${text}`);
    const log: Log = {
      debug: say('debug'),
      info: say('info'),
      warn: say('warn'),
      error: say('error'),
      child: () => log,
    };
    clock = new ScriptedClock();
    report = new CallReport(log, clock);
    call = undefined;
    happen({
      kind: 'OutboundCallRequested',
      transactionId: 't-1',
      legId: LEG,
      from: '+12015550100',
      to: PERSON,
      awsAccountId: '000000000000',
      target: { sipMediaApplicationId: 'sma', awsRegion: 'us-east-1', functionArn: 'arn:fn' },
    });
  });

  function happen(input: CallInput): void {
    const before = call;
    call = step(before, input, clock.now()).call;
    report.changed(call, before);
  }

  it('A placed call is reported as answered, and with its duration', () => {
    happen({ kind: 'LegRinging', legId: LEG });
    clock.advance(5000);
    happen({ kind: 'LegAnswered', legId: LEG });
    clock.advance(7000);
    report.legEnded(LEG, { by: 'far', reason: 'the far end hung up' });
    expect(lines).toEqual([
      `info The application calls ${PERSON} from +12015550100.`,
      `info ${PERSON} has answered.`,
      `info ${PERSON} is gone after 7 s: the far end hung up.`,
    ]);
  });

  it('A call that reaches nobody is reported with the reason', () => {
    report.legEnded(LEG, { by: 'far', reason: 'nobody has registered the number' });
    expect(lines.at(-1)).toBe(`info ${PERSON} was not reached: nobody has registered the number.`);
  });

  it("A bridged party's answer is reported", () => {
    happen({ kind: 'LegAnswered', legId: LEG });
    const before = call;
    const bridged = {
      ...before?.legs[0],
      legId: 'leg-b',
      to: '+15557770002',
      participantTag: 'LEG-B',
    } as Leg;
    const after = { ...before, legs: [...(before?.legs ?? []), bridged] } as Call;
    report.changed(after, before);
    clock.advance(3000);
    report.legEnded('leg-b', { by: 'application', reason: 'hung up' });
    expect(lines.slice(-3)).toEqual([
      'info The application calls +15557770002 from +12015550100.',
      'info +15557770002 has answered.',
      'info +15557770002 is gone after 3 s: hung up by the application.',
    ]);
  });

  it('A call whose function fails is reported as ended by the service', () => {
    report.legEnded(LEG, { by: 'service', reason: 'hung up' });
    expect(lines.at(-1)).toBe(`info ${PERSON} was not reached: hung up by the service.`);
  });

  it('An event names its caller while only the meeting is left', () => {
    const event = {
      Sequence: 4,
      InvocationEventType: 'HANGUP',
      CallDetails: { Participants: [{ Direction: 'Outbound', From: PERSON, To: '+17035550122' }] },
    };
    const output = { event } as unknown as InvokeFunction;
    const invoked = {
      transactionId: 't-1',
      requestId: 'r-1',
      output,
      attempt: 1,
      durationMs: 5,
      late: false,
    };
    report.invoked({ ...invoked, outcome: { ok: true, payload: 'null' } });
    report.invoked({ ...invoked, attempt: 2, late: true, outcome: { ok: true, payload: 'null' } });
    expect(lines.slice(-2)).toEqual([
      `info ${PERSON} #4 HANGUP → no actions (5 ms)`,
      `warn ${PERSON} #4 HANGUP → no actions (5 ms) (again) (too late)`,
    ]);
  });

  it('Keys sent twice and offers in multipart are reported with the cure', () => {
    report.arrived({ legId: 'leg-1', from: '+15557770009', to: '+12015550100' });
    report.odd('leg-1', { what: 'keys twice', ways: ['events', 'signalling'] });
    report.odd('leg-1', { what: 'offer in multipart' });
    report.odd('nobody', { what: 'offer in multipart' });
    expect(lines.slice(-2)).toEqual([
      'info +15557770009 sends its keys twice, as RTP events and as SIP INFO: each is counted once. Switch one of the two off in the phone.',
      'info +15557770009 makes its offer inside a multipart body: it is read here, but others refuse it with 415. Let the phone send application/sdp alone.',
    ]);
  });

  it('A phone without telephone-event is named once, with the cure', () => {
    for (const legId of ['leg-1', 'leg-2', 'leg-3']) {
      report.arrived({ legId, from: '+15557770009', to: '+12015550100' });
      if (legId !== 'leg-3') report.odd(legId, { what: 'no telephone-event' });
    }
    expect(lines.filter((line) => line.includes('telephone-event'))).toEqual([
      'info +15557770009 offers no telephone-event: its keys are listened for in the sound. Switch RTP events (RFC 4733) on in the phone.',
    ]);
  });
});
