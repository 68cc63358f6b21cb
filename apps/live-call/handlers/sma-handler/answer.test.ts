import { type InvocationEvent, MAX_ACTIONS_PER_RESPONSE } from 'pstn-audio';
import { beforeEach, describe, expect, it } from 'vitest';
import { createUpdateId } from '../tables/index.ts';
import { Actions } from './actions.ts';
import { ATTENDEE, MEETING, PIN, PretendCloud, recorded, shown, TRANSACTION } from './testing/pretend.ts';

const U = '01HF7YAT3VEXAMP1EXAMP1EXAM';
let cloud: PretendCloud;
beforeEach(() => {
  cloud = new PretendCloud();
});
const show = async (name: string) => shown(await cloud.answer(recorded(name)));

describe('an incoming call', () => {
  const ASKS = ['PlayAudioAndGetDigits welcome-enter-pin.wav'];

  it('One action answers, welcomes the caller and asks for the PIN', async () => {
    expect(await show('new-inbound-call')).toEqual(ASKS);
    expect(await show('new-inbound-call-withheld')).toEqual(ASKS);
  });

  it('A first try never waits, whatever others with that number tried', async () => {
    cloud.wrongGuesses = 50;
    cloud.tries = { known: 0, stranger: 0 };
    expect(await show('new-inbound-call')).toEqual(ASKS);
    expect(await show('new-inbound-call-withheld')).toEqual(ASKS);
  });
});

describe('a call that the service makes for us', () => {
  /** The event of a call to +15550100001, as if the service had placed the call. */
  function outbound(name: string): InvocationEvent {
    const event = recorded(name);
    for (const leg of event.CallDetails.Participants) {
      if (leg.ParticipantTag !== 'LEG-A') continue;
      Object.assign(leg, { Direction: 'Outbound', From: leg.To, To: leg.From });
    }
    return event;
  }

  it.each(['new-outbound-call', 'ringing'])('%s is answered without actions', async (name) => {
    expect(await cloud.answer(recorded(name))).toEqual({ SchemaVersion: '1.0', Actions: [] });
  });

  it('A person whom we called is welcomed like a caller', async () => {
    expect(await show('call-answered')).toEqual(['PlayAudioAndGetDigits welcome-enter-pin.wav']);
  });

  it('Operators know a call of ours by the number that was called', async () => {
    await cloud.answer(outbound('pin-entered'));
    const row = cloud.rows.get(TRANSACTION);
    expect(row).toMatchObject({ fromNumber: '+15550100001', toNumber: '+12065550100' });
    expect(cloud.log).toEqual(['meeting external-1', 'attendee +15550100001']);
    await cloud.answer(outbound('hangup-caller'));
    expect([cloud.rows.size, cloud.lines.size]).toEqual([0, 0]);
  });

  it('Wrong PINs of a person whom we called are counted', async () => {
    cloud.pins.clear();
    await cloud.answer(outbound('pin-entered'));
    expect([...cloud.guesses].join()).toMatch(/^\+15550100001 /);
  });

  it('A call that an operator ended while it rang ends when answered', async () => {
    const event = recorded('update-disconnect');
    delete event.CallDetails.TransactionAttributes;
    event.CallDetails.Participants = recorded('ringing').CallDetails.Participants;
    const { TransactionAttributes = {} } = await cloud.answer(event);
    const answered = recorded('call-answered');
    answered.CallDetails.TransactionAttributes = TransactionAttributes;
    expect(shown(await cloud.answer(answered))).toEqual(['Hangup LEG-A']);
  });

  it('A call that nobody answers leaves nothing behind', async () => {
    const event = outbound('hangup-caller-before-joining');
    delete event.CallDetails.TransactionAttributes;
    expect(shown(await cloud.answer(event))).toEqual([]);
    expect(cloud.log).toEqual([]);
  });
});

describe('a PIN', () => {
  it('A PIN opens its meeting: row, attendee, keys, join, prompt', async () => {
    const response = await cloud.answer(recorded('pin-entered'));
    expect(shown(response)).toEqual(['ReceiveDigits', 'JoinChimeMeeting', 'PlayAudio joined.wav']);
    expect(response.Actions?.[1]?.Parameters).toMatchObject({
      MeetingId: MEETING,
      JoinToken: 'secret-token',
    });
    expect(cloud.rows.get(TRANSACTION)).toMatchObject({ status: 'joining', fromNumber: '+15550100001' });
    expect(cloud.log).toEqual(['meeting external-1', 'attendee +15550100001']);
    expect(JSON.stringify(response.TransactionAttributes)).not.toMatch(/secret-token|48151623/);
  });

  it('A repeated PIN event does no harm', async () => {
    const first = await cloud.answer(recorded('pin-entered'));
    expect(await cloud.answer(recorded('pin-entered'))).toEqual(first);
    expect(cloud.rows.size).toBe(1);
  });

  it('A second call of one number gets an attendee of its own', async () => {
    cloud.lines.set(`${MEETING}#+15550100001`, 'another call');
    await cloud.answer(recorded('pin-entered'));
    expect(cloud.log).toContain('attendee +15550100001-2f8a1b0c');
  });

  it('A caller without a number gets an attendee of its own', async () => {
    const event = recorded('pin-entered');
    for (const leg of event.CallDetails.Participants) leg.From = 'anonymous';
    await cloud.answer(event);
    expect(cloud.log).toContain('attendee anonymous-2f8a1b0c');
  });

  it('A new meeting opens when the last one has ended', async () => {
    cloud.endedMeetings.add(MEETING);
    await cloud.answer(recorded('pin-entered'));
    expect(cloud.rows.get(TRANSACTION)?.meetingId).toBe(`meeting-of-after-${MEETING}`);
  });

  it('A wrong PIN opens nothing, is counted once, and may be retried', async () => {
    cloud.pins.clear();
    const again = ['PlayAudioAndGetDigits wrong-pin.wav'];
    expect(await show('pin-entered')).toEqual(again);
    expect(await show('pin-entered')).toEqual(again);
    expect(cloud.guesses.size).toBe(1);
    expect(cloud.rows.size + cloud.log.length).toBe(0);
  });

  it('Each wrong PIN lengthens the wait, up to what one response allows', async () => {
    cloud.pins.clear();
    const waits: number[] = [];
    for (const byNumber of [2, 3, 5, 50]) {
      cloud.wrongGuesses = byNumber;
      const { Actions = [] } = await cloud.answer(recorded('pin-entered'));
      expect(Actions.length).toBeLessThanOrEqual(MAX_ACTIONS_PER_RESPONSE);
      waits.push(
        Actions.reduce((sum, { Type, Parameters = {} }) => {
          const { DurationInMilliseconds } = Parameters as Record<string, unknown>;
          return Type === 'Pause' ? sum + Number(DurationInMilliseconds) : sum;
        }, 0),
      );
    }
    expect(waits).toEqual([0, 2000, 8000, 60000]);
  });

  it('A number that joined before has its own tries until misused', async () => {
    cloud.joinedBefore.add('+15550100001');
    cloud.tries = { known: 1, stranger: 0 };
    cloud.wrongGuesses = 3;
    expect(await show('pin-entered')).toContain('PlayAudio hold-on.wav');
    cloud.wrongGuesses = 2;
    expect(await show('pin-entered')).toContain('JoinChimeMeeting');
  });

  it('PINs may become longer; older, shorter ones still open', () => {
    const ask = (digits?: number) => new Actions('prompts', digits).askForPin().Parameters;
    expect(ask()).toMatchObject({ MinNumberOfDigits: 8, MaxNumberOfDigits: 8, InputDigitsRegex: '^\\d{8}$' });
    expect(ask()).not.toHaveProperty('TerminatorDigits');
    expect(ask(12)).toMatchObject({
      MinNumberOfDigits: 8,
      MaxNumberOfDigits: 12,
      TerminatorDigits: ['#'],
      InputDigitsRegex: '^\\d{8,12}$',
    });
  });

  it('A third wrong PIN ends the call', async () => {
    cloud.pins.clear();
    expect(await show('pin-entered-third-try')).toEqual(['PlayAudio too-many-tries.wav', 'Hangup LEG-A']);
  });

  it('The PIN is asked for later when strangers have tried too many', async () => {
    cloud.tries.stranger = 0;
    expect(await show('pin-entered')).toEqual([
      'PlayAudio hold-on.wav',
      'Pause 20000',
      'PlayAudioAndGetDigits enter-pin.wav',
    ]);
    expect(cloud.rows.size + cloud.guesses.size).toBe(0);
    cloud.joinedBefore.add('+15550100001');
    expect(await show('pin-entered')).toContain('JoinChimeMeeting');
    expect(cloud.tries).toEqual({ known: 5, stranger: 0 });
  });

  it('Each wrong PIN uses up a try, and the last one warns', async () => {
    cloud.pins.clear();
    cloud.tries.stranger = 2;
    await cloud.answer(recorded('pin-entered'));
    expect([cloud.tries.stranger, cloud.warnings.length]).toEqual([1, 0]);
    await cloud.answer(recorded('pin-entered'));
    expect([cloud.tries.stranger, cloud.warnings.join()]).toEqual([0, expect.stringMatching(/wrong PINs/)]);
  });

  it('Wrong PINs and silent tries are counted together, three at most', async () => {
    let event = recorded('pin-not-entered');
    const heard: string[][] = [];
    for (let tries = 0; tries < 3; tries += 1) {
      const response = await cloud.answer(event);
      heard.push(shown(response));
      event = recorded('pin-not-entered');
      event.CallDetails.TransactionAttributes = response.TransactionAttributes ?? {};
    }
    const ask = ['PlayAudioAndGetDigits enter-pin.wav'];
    expect(heard).toEqual([ask, ask, ['PlayAudio too-many-tries.wav', 'Hangup LEG-A']]);
    expect(cloud.guesses.size).toBe(0);
  });

  it('A missing PIN prompt ends in an apology; other prompts do not', async () => {
    expect(await show('pin-prompt-missing')).toEqual(['PlayAudio sorry.wav', 'Hangup LEG-A']);
    expect(await show('welcome-missing')).toEqual(['PlayAudioAndGetDigits enter-pin.wav']);
  });

  it('The PIN of a caller who has hung up has no effect', async () => {
    expect(await show('pin-caller-hung-up')).toEqual([]);
  });

  it('A row that cannot be written leaves no attendee and no line', async () => {
    cloud.ports.meetingInfo.put = () => Promise.reject(new Error('the table is gone'));
    expect(await show('pin-entered')).toEqual(['PlayAudio sorry.wav', 'Hangup LEG-A']);
    expect(cloud.log.at(-1)).toMatch(/^delete /);
    expect([cloud.rows.size, cloud.lines.size]).toEqual([0, 0]);
  });

  it('A right PIN clears the wrong guesses of its number', async () => {
    cloud.wrongGuesses = 1;
    await show('pin-entered');
    expect(cloud.log).toEqual(['forget +15550100001', 'meeting external-1', 'attendee +15550100001']);
  });

  it('A PIN opens its meeting even when earlier guesses cannot be cleared', async () => {
    cloud.wrongGuesses = 1;
    cloud.ports.meetingAccess.forgetGuesses = () => Promise.reject(new Error('the table is busy'));
    expect(await show('pin-entered')).toContain('JoinChimeMeeting');
    expect(cloud.warnings.length).toBe(1);
  });

  it('A PIN is never in the log, whatever fails', async () => {
    cloud.broken = true;
    expect(await show('pin-entered')).toEqual(['PlayAudio sorry.wav', 'Hangup LEG-A']);
    expect(cloud.warnings.length).toBe(1);
    expect(cloud.warnings.join()).not.toContain(PIN);
  });
});

describe('in the meeting', () => {
  it('Joining is recorded, and the waiting actions continue', async () => {
    cloud.someoneElse(TRANSACTION, { status: 'joining' });
    const response = await cloud.answer(recorded('joined'));
    expect(shown(response)).toEqual([]);
    expect(response.TransactionAttributes?.phase).toBe('joined');
    expect(cloud.rows.get(TRANSACTION)?.status).toBe('joined');
  });

  it('A failed join apologises and leaves nothing behind', async () => {
    cloud.someoneElse(TRANSACTION);
    expect(await show('join-failed')).toEqual(['PlayAudio sorry.wav', 'Hangup LEG-A']);
    expect(cloud.rows.size).toBe(0);
    expect(cloud.log).toEqual([`delete ${ATTENDEE}`]);
  });

  it.each([
    ['key-mute-everyone', 'Mute', 'others-muted.wav'],
    ['key-unmute-everyone', 'Unmute', 'others-unmuted.wav'],
  ])('%s concerns everyone else who has joined', async (name, operation, prompt) => {
    cloud.someoneElse('b');
    cloud.someoneElse('c', { status: 'joining' });
    cloud.someoneElse('d', { meetingId: 'another' });
    const expected = [`ModifyChimeMeetingAttendees ${operation} attendee-of-b`, `PlayAudio ${prompt}`];
    expect(await show(name)).toEqual(expected);
  });

  it('Everyone is muted in batches of 100', async () => {
    for (let index = 0; index < 249; index += 1) cloud.someoneElse(`t${index}`);
    const { Actions = [] } = await cloud.answer(recorded('key-mute-everyone'));
    const sizes = Actions.map((action) =>
      action.Type === 'ModifyChimeMeetingAttendees' ? action.Parameters.AttendeeList.length : undefined,
    );
    expect(sizes).toEqual([100, 100, 49, undefined]);
  });

  it('A caller who is alone hears the prompt, and nobody is muted', async () => {
    expect(await show('key-mute-everyone')).toEqual(['PlayAudio others-muted.wav']);
  });

  it('Callers mute and unmute themselves; other keys do nothing', async () => {
    const mine = (operation: string) => `ModifyChimeMeetingAttendees ${operation} ${ATTENDEE}`;
    expect(await show('key-mute-me')).toEqual([mine('Mute'), 'PlayAudio muted.wav']);
    expect(await show('key-unmute-me')).toEqual([mine('Unmute'), 'PlayAudio unmuted.wav']);
    expect(await show('keys-meaningless')).toEqual([]);
  });

  it('A row says muted once the mixer has muted', async () => {
    await cloud.answer(recorded('attendee-muted'));
    expect(cloud.rows.size).toBe(0);
    cloud.someoneElse(TRANSACTION, { attendeeId: ATTENDEE });
    await cloud.answer(recorded('attendee-muted'));
    expect(cloud.rows.get(TRANSACTION)).toMatchObject({ muted: true, mutedBy: 'caller' });
  });
});

const INFOS: Record<string, string> = {
  'update-play-audio': 'PlayAudio',
  'update-speak': 'Speak',
  'update-mute': 'MuteAttendee',
  'update-unmute': 'UnmuteAttendee',
  'update-disconnect': 'DisconnectAttendee',
};

describe('updates', () => {
  it.each([
    ['update-play-audio', ['PlayAudio announcement.wav']],
    ['update-speak', ['Speak Hello']],
    ['update-mute', [`ModifyChimeMeetingAttendees Mute ${ATTENDEE}`, 'PlayAudio muted.wav']],
    ['update-unmute', [`ModifyChimeMeetingAttendees Unmute ${ATTENDEE}`, 'PlayAudio unmuted.wav']],
    ['update-disconnect', ['Hangup LEG-A']],
  ])('The recorded event %s is answered with its actions', async (name, actions) => {
    const response = await cloud.answer(recorded(name));
    expect(shown(response)).toEqual(actions);
    const hangup = recorded('hangup-caller');
    hangup.CallDetails.TransactionAttributes = response.TransactionAttributes ?? {};
    await cloud.answer(hangup);
    expect(cloud.updates.get(U)).toMatchObject({ seen: true, updateInfo: INFOS[name] });
  });

  it('An update is answered before anything is written about it', async () => {
    const { TransactionAttributes = {} } = await cloud.answer(recorded('update-play-audio'));
    expect(cloud.updates.size).toBe(0);
    const report = recorded('hangup-caller');
    report.CallDetails.TransactionAttributes = TransactionAttributes;
    cloud.ports.now = () => 1_700_000_009_000;
    await cloud.answer(report);
    expect(cloud.updates.get(U)).toMatchObject({ seenAt: 1_700_000_000_000, status: 'failed' });
  });

  it('An old update and one of many are looked up', async () => {
    cloud.updates.set(U, { seen: true, status: 'done' });
    cloud.ports.now = () => 1_700_000_060_000;
    expect(await show('update-play-audio')).toEqual([]);
    cloud.ports.now = () => 1_700_000_000_123;
    const event = recorded('update-play-audio');
    const recent = Array.from({ length: 20 }, () => createUpdateId(1_700_000_000_123)).join(' ');
    event.CallDetails.TransactionAttributes = { ...event.CallDetails.TransactionAttributes, recent };
    expect(shown(await cloud.answer(event))).toEqual([]);
  });

  it.each(['update-unknown', 'update-before-joining'])('%s changes nothing and says so', async (name) => {
    expect(await show(name)).toEqual([]);
    expect(cloud.updates.get(U)).toMatchObject({ seen: true, status: 'failed' });
    expect(cloud.updates.get(U)?.reason).toMatch(/nothing was changed/);
  });

  it('An update id is carried out once; a repeated event repeats it', async () => {
    const once = recorded('update-play-audio');
    expect(shown(await cloud.answer(once))).toEqual(['PlayAudio announcement.wav']);
    const { Actions = [], TransactionAttributes = {} } = await cloud.answer(once);
    expect(Actions).toHaveLength(1);
    const again = { ...once, Sequence: once.Sequence + 1 };
    again.CallDetails = { ...once.CallDetails, TransactionAttributes };
    expect(shown(await cloud.answer(again))).toEqual([]);
  });

  it('An update for everyone is one action, done with the last report', async () => {
    const event = recorded('update-mute');
    const { Arguments } = event.ActionData?.Parameters as { Arguments: Record<string, string> };
    Arguments.everyone = 'true';
    cloud.someoneElse(TRANSACTION, { attendeeId: ATTENDEE });
    for (let index = 0; index < 100; index += 1) cloud.someoneElse(`t${index}`);
    cloud.someoneElse('on the way', { status: 'joining' });
    const response = await cloud.answer(event);
    const lists = (response.Actions ?? []).map((action) =>
      action.Type === 'ModifyChimeMeetingAttendees' ? action.Parameters.AttendeeList : [],
    );
    expect(lists.map((list) => list.length)).toEqual([100, 1, 0]);
    expect(lists.flat()).not.toContain('attendee-of-on the way');
    for (const [index, { Parameters }] of (response.Actions ?? []).slice(0, 2).entries()) {
      expect(cloud.updates.get(U)?.status).toBeUndefined();
      const report = recorded('attendee-muted');
      report.CallDetails.TransactionAttributes = response.TransactionAttributes ?? {};
      Object.assign(report.ActionData ?? {}, { Parameters });
      Object.assign(response, await cloud.answer(report));
      expect(cloud.updates.get(U)?.status).toBe(index === 1 ? 'done' : undefined);
    }
    expect([...cloud.rows.values()].filter(({ muted }) => muted)).toHaveLength(101);
    expect(cloud.rows.get('t99')?.mutedBy).toBe('operator');
  });

  it('Updates that only verify the call write nothing', async () => {
    expect(await show('update-verify')).toEqual([]);
    expect(cloud.updates.size).toBe(0);
  });

  it('Updates are carried out even when their record cannot be written', async () => {
    cloud.ports.callUpdates.recordSeen = () => Promise.reject(new Error('the table is gone'));
    expect(await show('update-play-audio')).toEqual(['PlayAudio announcement.wav']);
  });

  it('An end that cannot be recorded is not waited for again', async () => {
    const { Actions = [], TransactionAttributes = {} } = await cloud.answer(recorded('update-play-audio'));
    cloud.ports.callUpdates.recordOutcome = () => Promise.reject(new Error('the table is gone'));
    const report = recorded('joined');
    Object.assign(report.ActionData ?? {}, Actions[0]);
    report.CallDetails.TransactionAttributes = TransactionAttributes;
    const after = await cloud.answer(report);
    expect(TransactionAttributes.expected).toContain(U);
    expect(after.TransactionAttributes?.expected ?? '').not.toContain(U);
    expect(cloud.warnings.join()).toMatch(/^The end of an update was not recorded /);
  });

  it('A report whose step fails is not waited for again', async () => {
    cloud.someoneElse(TRANSACTION, { attendeeId: ATTENDEE });
    const { Actions = [], TransactionAttributes = {} } = await cloud.answer(recorded('update-mute'));
    cloud.ports.meetingInfo.rows = () => Promise.reject(new Error('the table is gone'));
    cloud.ports.meetingInfo.setMuted = () => Promise.reject(new Error('the table is gone'));
    const report = recorded('attendee-muted');
    Object.assign(report.ActionData ?? {}, { Parameters: Actions[0]?.Parameters });
    report.CallDetails.TransactionAttributes = TransactionAttributes;
    const { TransactionAttributes: after = {} } = await cloud.answer(report);
    expect(TransactionAttributes.expected?.match(/Modify/g)).toHaveLength(1);
    expect(after.expected).not.toContain('Modify');
    expect(after.phase).toBe('joined');
  });

  it('Updates that end the call are done when the caller is gone', async () => {
    const { TransactionAttributes = {} } = await cloud.answer(recorded('update-disconnect'));
    const event = recorded('hangup-caller');
    event.CallDetails.TransactionAttributes = TransactionAttributes;
    await cloud.answer(event);
    expect(cloud.updates.get(U)?.status).toBe('done');
  });

  it('Updates that end the call take precedence over its next step', async () => {
    const event = recorded('pin-entered');
    event.CallDetails.TransactionAttributes = { phase: 'pin', tries: '0', disconnects: U };
    expect(shown(await cloud.answer(event))).toEqual(['Hangup LEG-A']);
    expect(cloud.rows.size).toBe(0);
  });
});

describe('the end', () => {
  it('Attendee, row and line are removed when the caller hangs up', async () => {
    cloud.someoneElse(TRANSACTION);
    cloud.lines.set(`${MEETING}#+15550100001`, TRANSACTION);
    expect(await show('hangup-caller')).toEqual([]);
    expect([cloud.rows.size, cloud.lines.size, cloud.log]).toEqual([0, 0, [`delete ${ATTENDEE}`]]);
    expect(await show('hangup-meeting-leg-last')).toEqual([]);
    expect(cloud.log.length).toBe(1);
  });

  it('A hang-up removes what a lost answer has created', async () => {
    cloud.someoneElse(TRANSACTION);
    cloud.someoneElse('somebody else');
    expect(shown(await cloud.answer({ ...recorded('hangup-caller-before-joining'), Sequence: 3 }))).toEqual(
      [],
    );
    expect([[...cloud.rows.keys()], cloud.log]).toEqual([
      ['somebody else'],
      [`delete attendee-of-${TRANSACTION}`],
    ]);
  });

  it('The meeting leg is hung up when the attendee cannot be deleted', async () => {
    cloud.broken = true;
    expect(await show('hangup-caller')).toEqual(['Hangup LEG-B']);
  });

  it('Nothing has to be cleaned up before joining', async () => {
    expect(await show('hangup-caller-before-joining')).toEqual([]);
    expect([cloud.log, cloud.rowsRead]).toEqual([[], 0]);
  });

  it.each([
    [2, 0],
    [3, 1],
  ])('A caller hangs up instead of entering a PIN: event %i', async (Sequence, rowsRead) => {
    const hangup = recorded('hangup-caller-before-joining');
    const { CallDetails } = hangup;
    const unfinished = { ...recorded('pin-not-entered'), Sequence, CallDetails };
    const { TransactionAttributes = {} } = await cloud.answer(unfinished);
    const after = {
      ...hangup,
      CallDetails: { ...CallDetails, TransactionAttributes },
      Sequence: Sequence + 1,
    };
    expect([shown(await cloud.answer(after)), cloud.rowsRead]).toEqual([[], rowsRead]);
  });

  it('The caller hears it when the meeting lets the call go', async () => {
    cloud.someoneElse(TRANSACTION);
    expect(await show('hangup-meeting-leg')).toEqual(['PlayAudio meeting-ended.wav', 'Hangup LEG-A']);
    expect(cloud.rows.size).toBe(0);
  });

  it('A refused response ends in an apology before joining, never after', async () => {
    expect(await show('invalid-response')).toEqual(['PlayAudio sorry.wav', 'Hangup LEG-A']);
    const event = recorded('invalid-response');
    event.CallDetails.TransactionAttributes = { phase: 'joined', expected: `PlayAudio:1:${U}:` };
    expect(shown(await cloud.answer(event))).toEqual([]);
    expect(cloud.updates.get(U)?.status).toBe('failed');
  });

  it('An unrelated event is answered without actions', async () => {
    const event = {
      ...recorded('joined'),
      InvocationEventType: 'SOMETHING_NEW',
    } as unknown as InvocationEvent;
    expect(await cloud.answer(event)).toEqual({ SchemaVersion: '1.0', Actions: [] });
  });
});
