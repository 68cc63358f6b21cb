import { expect, test } from 'vitest';
import { acceptsUpdates } from '../call.ts';
import { CallDriver } from '../testing/driver.ts';
import {
  getDigits,
  hangup,
  join,
  pause,
  play,
  receiveDigits,
  running,
  speak,
  talking,
} from '../testing/situations.ts';

test('CALL_UPDATE_REQUESTED carries the arguments unchanged', () => {
  const driver = talking();
  driver.update({ action: 'MuteAttendee', attendeeId: 'a' });
  expect(driver.lastAction).toEqual({
    Type: 'CallUpdateRequest',
    Parameters: { Arguments: { action: 'MuteAttendee', attendeeId: 'a' } },
  });
});

test('T-060 One step stops playback, sends ACTION_INTERRUPTED and starts the join', () => {
  const driver = running(play());
  driver.update();
  expect(driver.respond([join]).map(({ kind }) => kind)).toEqual([
    'StopPlayback',
    'JoinMeeting',
    'InvokeFunction',
  ]);
  expect(driver.eventTypes.at(-1)).toBe('ACTION_INTERRUPTED:PlayAudio');
  expect(driver.lastAction.Parameters).toMatchObject({ Repeat: 1, CallId: 'leg-a' });
});

test('StopPlayback and PlayAudio are the first outputs of an update', () => {
  const driver = running(play('old.wav'));
  driver.update();
  expect(driver.respond([play('new.wav')]).map(({ kind }) => kind)).toEqual([
    'StopPlayback',
    'PlayAudio',
    'InvokeFunction',
  ]);
});

test('T-061 PlayAudioAndGetDigits completes and reports before the new actions start', () => {
  const driver = running(getDigits({ MaxNumberOfDigits: 1 }));
  driver.update();
  expect(driver.respond([play('new.wav')])).toEqual([]);
  driver.press('1');
  expect(driver.eventTypes.at(-1)).toBe('ACTION_SUCCESSFUL:PlayAudioAndGetDigits');
  expect(driver.of('PlayAudio').at(-1)?.source.Key).toBe('new.wav');
});

test.each([[[]], [null], [undefined]])('T-062 an answer with Actions %j interrupts nothing', (actions) => {
  const driver = running(play(), speak());
  driver.update();
  expect(driver.respond(actions)).toEqual([]);
  driver.played();
  expect(driver.of('SpeakText')).toHaveLength(1);
  expect(driver.eventTypes).not.toContain('ACTION_INTERRUPTED:PlayAudio');
});

test('T-063 Actions that answer ACTION_INTERRUPTED are ignored, its attributes are not', () => {
  const driver = running(play());
  driver.update();
  driver.respond([play('new.wav')]);
  driver.respond([hangup()], { kept: 'yes' });
  driver.played();
  expect(driver.of('HangUpLeg')).toEqual([]);
  expect(driver.lastEvent.CallDetails.TransactionAttributes).toEqual({ kept: 'yes' });
});

test('T-064 An action behind the interrupted one never runs', () => {
  const driver = running(play(), speak());
  driver.update();
  driver.respond([play('new.wav')]);
  driver.respond();
  driver.played();
  driver.respond();
  expect(driver.of('SpeakText')).toEqual([]);
  expect(driver.eventTypes.slice(2)).toEqual(['ACTION_INTERRUPTED:PlayAudio', 'ACTION_SUCCESSFUL:PlayAudio']);
});

test('T-067 A Pause is interrupted', () => {
  const driver = running(play(), pause(30_000));
  driver.played();
  driver.update();
  driver.respond([speak()]);
  expect(driver.eventTypes.at(-1)).toBe('ACTION_INTERRUPTED:Pause');
  expect(driver.of('SpeakText')).toHaveLength(1);
  expect(driver.call.wakeAt).toBeNull();
});

test('A Speak is interrupted (C-35)', () => {
  const driver = running(speak('a long text'));
  driver.update();
  expect(driver.respond([speak('a short one')])[0]?.kind).toBe('StopPlayback');
  expect(driver.eventTypes.at(-1)).toBe('ACTION_INTERRUPTED:Speak');
});

test('No ACTION_SUCCESSFUL follows an interrupted action, even if it ended', () => {
  const driver = running(play());
  const first = driver.of('PlayAudio')[0]!;
  driver.update();
  driver.respond([play('new.wav')]);
  driver.respond();
  driver.give({ kind: 'PlaybackFinished', legId: 'leg-a', playId: first.playId });
  expect(driver.eventTypes.slice(2)).toEqual(['ACTION_INTERRUPTED:PlayAudio']);
  expect(driver.call.running?.type).toBe('PlayAudio');
});

test('The new list starts if nothing is in progress', () => {
  const driver = talking();
  driver.update();
  expect(driver.respond([play()])[0]?.kind).toBe('PlayAudio');
});

test('An action that waits for its 200 is interrupted without stopping anything', () => {
  const driver = new CallDriver();
  driver.arrive();
  driver.respond([play('never.wav')]);
  driver.update();
  driver.respond([play('new.wav')]);
  expect(driver.of('AnswerLeg')).toHaveLength(1);
  driver.answered();
  expect(driver.of('StopPlayback')).toEqual([]);
  expect(driver.of('PlayAudio').map(({ source }) => source.Key)).toEqual(['new.wav']);
  expect(driver.eventTypes.at(-1)).toBe('ACTION_INTERRUPTED:PlayAudio');
});

test('DIGITS_RECEIVED and ACTION_SUCCESSFUL never interrupt', () => {
  const driver = running(receiveDigits(), play());
  driver.press('*7');
  driver.pass(1000);
  driver.respond([speak()]);
  expect(driver.of('StopPlayback')).toEqual([]);
  expect(driver.of('SpeakText')).toEqual([]);
});

test('Each of several updates interrupts the one before', () => {
  const driver = running(play('0.wav'));
  driver.update();
  driver.update();
  driver.respond([play('1.wav')]);
  driver.respond([play('2.wav')]);
  driver.respond();
  driver.respond();
  expect(driver.of('StopPlayback')).toHaveLength(2);
  expect(driver.of('PlayAudio').map(({ source }) => source.Key)).toEqual(['0.wav', '1.wav', '2.wav']);
  driver.played();
  expect(driver.eventTypes.at(-1)).toBe('ACTION_SUCCESSFUL:PlayAudio');
});

test('No update is accepted once the last leg has ended', () => {
  const gone = talking();
  expect(acceptsUpdates(gone.call)).toBe(true);
  gone.ended();
  expect(acceptsUpdates(gone.call)).toBe(false);
  expect(gone.update()).toEqual([]);
  const released = talking();
  released.update();
  released.failInvocation('timeout');
  expect(acceptsUpdates(released.call)).toBe(false);
});

test('A key and a hang-up overtake the updates that wait before them', () => {
  const driver = talking();
  driver.respond([
    {
      Type: 'ReceiveDigits',
      Parameters: {
        InputDigitsRegex: '^\\*5$',
        InBetweenDigitsDurationInMilliseconds: 1000,
        FlushDigitsDurationInMilliseconds: 10_000,
      },
    },
  ]);
  for (let update = 0; update < 20; update++) driver.update();
  driver.press('*5');
  driver.pass(1000);
  driver.respond();
  expect(driver.eventTypes.at(-1)).toBe('DIGITS_RECEIVED:ReceiveDigits');
  driver.ended();
  driver.respond();
  expect(driver.eventTypes.at(-1)).toBe('HANGUP:Hangup');
  driver.respond();
  expect(driver.eventTypes.at(-1)).toBe('CALL_UPDATE_REQUESTED:CallUpdateRequest');
  expect(driver.events.at(-1)?.CallDetails.Participants).toMatchObject([{ Status: 'Disconnected' }]);
  for (let update = 0; update < 19; update++) driver.respond();
  expect(driver.of('CallEnded')).toHaveLength(1);
});
