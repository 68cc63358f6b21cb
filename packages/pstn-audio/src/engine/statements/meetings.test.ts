import { expect, test } from 'vitest';
import { hangup, inMeeting, join, pause, play, running, talking } from '../testing/situations.ts';

function modify(parameters: Record<string, unknown> = {}) {
  return {
    Type: 'ModifyChimeMeetingAttendees',
    Parameters: { Operation: 'Mute', MeetingId: 'meeting', AttendeeList: ['attendee'], ...parameters },
  };
}

test('Hangup of LEG-A in a meeting sends HANGUP, then maybe ACTION_SUCCESSFUL', () => {
  const driver = inMeeting();
  driver.update();
  driver.respond([hangup()]);
  driver.ended('leg-a');
  expect(driver.eventTypes.at(-1)).toBe('HANGUP:Hangup');
  driver.respond();
  expect(driver.eventTypes.at(-1)).toBe('ACTION_SUCCESSFUL:Hangup');
  driver.respond([hangup()]);
  expect(driver.of('LeaveMeeting').map(({ legId }) => legId)).toEqual(['leg-b']);
});

test('Actions that answer such a HANGUP run on the remaining leg', () => {
  const driver = inMeeting();
  driver.update();
  driver.respond([hangup(), play('never.wav')]);
  driver.ended('leg-a');
  driver.respond([hangup()]);
  expect(driver.of('LeaveMeeting').map(({ legId }) => legId)).toEqual(['leg-b']);
  driver.ended('leg-b');
  driver.respond();
  expect(driver.eventTypes.slice(-2)).toEqual(['HANGUP:Hangup', 'HANGUP:Hangup']);
  expect(driver.outputs.at(-1)).toEqual({ kind: 'CallEnded' });
  expect(driver.of('PlayAudio')).toEqual([]);
});

test('The log warns that nobody can hear LEG-B after LEG-A has left', () => {
  const driver = inMeeting();
  driver.ended('leg-a');
  driver.respond();
  expect(driver.of('LogMessage').map(({ level }) => level)).toEqual(['warn']);
  expect(driver.call.state).toBe('connected');
});

test('T-111 A Hangup for a leg that has ended is skipped', () => {
  const driver = inMeeting();
  driver.ended('leg-b');
  driver.respond([hangup({ ParticipantTag: 'LEG-B' }), hangup({ CallId: 'leg-b' }), play()]);
  expect(driver.of('PlayAudio')).toHaveLength(1);
  expect(driver.eventTypes.at(-1)).toBe('HANGUP:Hangup');
});

test('T-112 Actions that answer the last HANGUP are ignored', () => {
  const driver = talking();
  driver.ended();
  driver.respondRaw('what a day');
  expect(driver.outputs.at(-1)).toEqual({ kind: 'CallEnded' });
  expect(driver.of('LogMessage')).toEqual([]);
});

test('T-119 The meeting leg is Outbound, From SMA, To the meeting number', () => {
  const driver = running(join);
  driver.now += 2000;
  driver.joined();
  expect(driver.eventTypes.at(-1)).toBe('ACTION_SUCCESSFUL:JoinChimeMeeting');
  expect(driver.lastEvent.CallDetails.Participants[1]).toStrictEqual({
    CallId: 'leg-b',
    ParticipantTag: 'LEG-B',
    To: '+17035550122',
    From: 'SMA',
    Direction: 'Outbound',
    StartTimeInMilliseconds: '1700000002000',
    Status: 'Connected',
  });
  expect(driver.lastAction.Parameters).toStrictEqual({
    JoinToken: 'token',
    MeetingId: 'meeting',
    CallId: 'leg-a',
    ParticipantTag: 'LEG-A',
  });
});

test('T-120 A refused join token has both forms of the error', () => {
  const driver = running(join);
  driver.joinFailed('InvalidActionParameter', 'JoinToken parameter value is invalid.');
  expect(driver.lastAction).toMatchObject({
    ErrorType: 'InvalidActionParameter',
    ErrorMessage: 'JoinToken parameter value is invalid.',
    Error: 'InvalidActionParameter: JoinToken parameter value is invalid.',
  });
  expect(driver.lastEvent.CallDetails.Participants).toHaveLength(1);
});

test.each([{ JoinToken: '' }, {}, { JoinToken: 5 }])('JoinChimeMeeting %j fails', (Parameters) => {
  const driver = running({ Type: 'JoinChimeMeeting', Parameters });
  expect(driver.lastAction.ErrorMessage).toBe('JoinToken parameter value is invalid.');
});

test('A join without MeetingId uses the token alone', () => {
  const driver = running({ Type: 'JoinChimeMeeting', Parameters: { JoinToken: 'token' } });
  expect(driver.of('JoinMeeting')).toEqual([{ kind: 'JoinMeeting', legId: 'leg-a', joinToken: 'token' }]);
});

test('T-121, T-122 Deleting the meeting or attendee causes HANGUP of LEG-B', () => {
  const driver = inMeeting();
  driver.ended('leg-b');
  expect(driver.lastAction.Parameters).toMatchObject({ CallId: 'leg-b', ParticipantTag: 'LEG-B' });
  expect(driver.lastEvent.CallDetails.Participants[0]?.To).toBe('+17035550122');
  driver.respond([play()]);
  expect(driver.of('PlayAudio')[0]?.legId).toBe('leg-a');
});

test.each([{}, { ParticipantTag: 'LEG-B' }, { CallId: 'leg-b' }])('T-124 Mute on %j', (leg) => {
  const driver = inMeeting();
  driver.update();
  driver.respond([modify(leg), play()]);
  expect(driver.of('SetAttendeesMuted')).toEqual([
    {
      kind: 'SetAttendeesMuted',
      requestId: expect.any(String),
      meetingId: 'meeting',
      attendeeIds: ['attendee'],
      muted: true,
    },
  ]);
  driver.modified();
  expect(driver.eventTypes.at(-1)).toBe('ACTION_SUCCESSFUL:ModifyChimeMeetingAttendees');
  expect(driver.lastAction.Parameters).toMatchObject({
    Operation: 'Mute',
    AttendeeList: ['attendee'],
    CallId: 'leg-b',
    ParticipantTag: 'LEG-B',
  });
  expect(driver.respond()[0]).toMatchObject({ kind: 'PlayAudio', legId: 'leg-a' });
});

test('A Mute that fails causes ACTION_FAILED with an ErrorList', () => {
  const driver = inMeeting();
  driver.update();
  driver.respond([modify({ Operation: 'Unmute' })]);
  expect(driver.of('SetAttendeesMuted')[0]?.muted).toBe(false);
  driver.modified({ errorType: 'InvalidActionParameter', message: 'One or more attendees are not part.' });
  expect(driver.lastAction).toMatchObject({ ErrorType: 'InvalidActionParameter', ErrorList: [] });
});

test('T-125 Mute before the join fails', () => {
  expect(running(modify()).lastAction).toMatchObject({
    ErrorType: 'InvalidActionParameter',
    ErrorMessage: 'Invalid action on the call.',
    ErrorList: [],
  });
  expect(running(modify({ ParticipantTag: 'LEG-B' })).lastAction.ErrorMessage).toMatch(
    /CallId or ParticipantTag/,
  );
});

test.each([
  [{ Operation: 'Shout' }, 'ModifyChimeMeetingAttendees Operation parameter value is invalid'],
  [{ MeetingId: '' }, 'Meeting ID parameter value is invalid.'],
  [{ MeetingId: 'another' }, 'Meeting ID parameter value is invalid.'],
  [{ AttendeeList: [] }, 'Attendee List parameter value is invalid.'],
  [{ AttendeeList: Array(101).fill('a') }, 'Attendee List parameter value is invalid.'],
  [{ AttendeeList: [1] }, 'Attendee List parameter value is invalid.'],
  [{ ParticipantTag: 'LEG-A' }, 'Call is not connected to Chime Meeting.'],
])('ModifyChimeMeetingAttendees %j fails', (parameters, message) => {
  const driver = inMeeting();
  driver.update();
  driver.respond([modify(parameters)]);
  expect(driver.lastAction).toMatchObject({ ErrorType: 'InvalidActionParameter', ErrorMessage: message });
});

test('T-126 Hangup of LEG-B causes ACTION_SUCCESSFUL, and LEG-A stays', () => {
  const driver = inMeeting();
  driver.update();
  driver.respond([hangup({ ParticipantTag: 'LEG-B' })]);
  driver.ended('leg-b');
  expect(driver.eventTypes.at(-1)).toBe('ACTION_SUCCESSFUL:Hangup');
  driver.respond();
  expect(driver.call.state).toBe('connected');
  driver.update();
  expect(driver.lastEvent.CallDetails.Participants.map(({ CallId }) => CallId)).toEqual(['leg-a']);
});

test('T-127 JoinChimeMeeting with a LEG-B, or from it, fails', () => {
  const driver = inMeeting();
  driver.update();
  driver.respond([join]);
  expect(driver.eventTypes.at(-1)).toBe('ACTION_FAILED:JoinChimeMeeting');
  driver.respond([{ ...join, Parameters: { ...join.Parameters, ParticipantTag: 'LEG-B' } }]);
  expect(driver.eventTypes.at(-1)).toBe('ACTION_FAILED:JoinChimeMeeting');
});

test('A leg that joins after the caller has hung up is released', () => {
  const driver = running(join);
  driver.ended('leg-a');
  driver.respond();
  expect(driver.of('CallEnded')).toEqual([]);
  expect(driver.joined()).toEqual([{ kind: 'LeaveMeeting', legId: 'leg-b' }, { kind: 'CallEnded' }]);
});

test('Both legs get a HANGUP if they end before the function hears', () => {
  const driver = inMeeting();
  driver.update();
  driver.ended('leg-a');
  driver.ended('leg-b');
  driver.respond([pause()]);
  expect(driver.lastEvent.CallDetails.Participants.map(({ Status }) => Status)).toEqual([
    'Disconnected',
    'Disconnected',
  ]);
  driver.respond();
  driver.respond();
  expect(driver.outputs.at(-1)).toEqual({ kind: 'CallEnded' });
});
