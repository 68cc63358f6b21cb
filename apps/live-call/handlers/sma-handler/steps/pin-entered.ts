import type { CallRow } from '#contract';
import { enterLiveMeeting } from '../../meetings/index.ts';
import type { StoredMeeting, Try } from '../../tables/index.ts';
import { hangUp, joinMeeting, listenForKeys, pause } from '../actions.ts';
import type { CallState } from '../call-state.ts';
import {
  actionReport,
  caller,
  connectedCaller,
  isTelephoneNumber,
  mayHaveJoined,
  numbers,
  theirNumber,
} from '../event.ts';
import { MAX_WAITS_FOR_A_TRY, NO_TRIES_LEFT_MS, PIN_TRIES, SLOWING } from '../limits.ts';
import { PROMPT } from '../prompts.ts';
import { askAgain, guesser } from './ask-for-pin.ts';
import { leaveMeeting } from './leave.ts';
import { result, type Step, type StepInput, type StepResult } from './step.ts';

/** Characters of a TransactionId that tell callers without a number (or with the same one) apart. */
const SHORT_ID_CHARACTERS = 8;

/** Errors of the prompt action that mean "no usable digits", as opposed to "this prompt cannot work". */
const SPOILT_TRY = new Set(['InvalidDigitsReceived', 'InputTimeLimitExceeded']);

/** PlayAudioAndGetDigits has collected as many digits as a PIN has. */
export const onDigitsCollected: Step = async (input) => {
  if (input.state.phase !== 'pin' || !connectedCaller(input.event)) return result(input.state);
  // An operator asked to end the call while digits were being collected.
  if (input.state.disconnects.length > 0) return result(input.state, hangUp());
  const { ports, event } = input;
  const guesses = await guessesOf(input);
  const kind = await takeATry(input, guesses);
  if (kind === undefined) return waitForATry(input);
  const pin = actionReport(event).ReceivedDigits ?? '';
  const meeting = await ports.meetingAccess.findByPin(pin);
  return meeting ? join(input, meeting, kind, guesses.wrong) : refuse(input);
};

/** The consequence, for the log, when one kind of tries is used up. */
const WHAT_FOLLOWS: Readonly<Record<Try, string>> = {
  known: 'callers whose number has joined before share the tries of the others',
  first: 'callers whose number has not joined before may have to wait',
  further: 'callers who have keyed a wrong one may have to wait',
};

/** The kinds of tries that a caller may use, in that order, and the recent wrong PINs of its number. */
interface Guesses {
  kinds: Try[];
  wrong: number;
}

/**
 * Numbers that have joined before have their own tries, as long as they are not used for guessing: an
 * attacker who shows such a number can take few tries from the others. When their tries are used up all the
 * same, they may use those of strangers as well. Among strangers, those who have guessed wrong leave tries
 * for those who have not.
 */
async function guessesOf(input: StepInput): Promise<Guesses> {
  const { theirs } = numbers(input.event);
  const { guessBudget, meetingAccess } = input.ports;
  const [known, wrong] = await Promise.all([
    isTelephoneNumber(theirs) ? guessBudget.kindOf(theirs) : 'stranger',
    meetingAccess.guessCount(guesser(input), input.now),
  ]);
  const kind = wrong === 0 && input.state.tries === 0 ? 'first' : 'further';
  const spared = known === 'known' && wrong < SLOWING.freeByNumber;
  return { kinds: spared ? ['known', kind] : [kind], wrong };
}

/** Takes a try. Undefined: none is left. */
async function takeATry(
  { ports, now, state, event }: StepInput,
  { kinds }: Guesses,
): Promise<Try | undefined> {
  for (const kind of kinds) {
    const taken = await ports.guessBudget.take(kind, now, state.waits);
    if (taken === 'last') {
      ports.warn(
        `Many wrong PINs are being tried: ${WHAT_FOLLOWS[kind]}`,
        new Error(`all tries of now (${kind}) are used`),
        event.CallDetails.TransactionId,
      );
    }
    if (taken !== 'none') return kind;
  }
  return undefined;
}

/** The PIN is not checked because too many are being tried. This does not count as a failed try. */
function waitForATry({ state, ports }: StepInput): StepResult {
  const waits = state.waits + 1;
  if (waits > MAX_WAITS_FOR_A_TRY) {
    return result({ ...state, waits, phase: 'ending' }, ports.actions.play(PROMPT.sorry), hangUp());
  }
  const { actions } = ports;
  return result(
    { ...state, waits },
    actions.play(PROMPT.holdOn),
    ...pause(NO_TRIES_LEFT_MS),
    actions.askForPin(),
  );
}

/** PlayAudioAndGetDigits failed: either the try failed, or the prompt cannot be played. */
export const onDigitsFailed: Step = async (input) => {
  const { event, state, ports } = input;
  if (state.phase !== 'pin') return result(state);
  // A caller who hung up before a PIN leaves nothing that HANGUP would have to look for.
  if (!connectedCaller(event)) return result(mayHaveJoined(event) ? state : { ...state, phase: 'ending' });
  if (state.disconnects.length > 0) return result(state, hangUp());
  const { ErrorType = '', Parameters } = actionReport(event);
  if (!SPOILT_TRY.has(ErrorType)) {
    // The file of a longer prompt may be missing; the plain question is the last resort.
    const { Key } = (Parameters.AudioSource ?? {}) as { Key?: string };
    if (Key !== PROMPT.enterPin) return result(state, ports.actions.askForPin());
    return result({ ...state, phase: 'ending' }, ports.actions.play(PROMPT.sorry), hangUp());
  }
  const tries = state.tries + 1;
  if (tries >= PIN_TRIES) return tooManyTries(input, tries);
  // The action has already played the failure prompt.
  return result({ ...state, tries }, ports.actions.askForPin());
};

async function refuse(input: StepInput): Promise<StepResult> {
  const { event, state, ports, now } = input;
  const { TransactionId } = event.CallDetails;
  await ports.meetingAccess.countWrongGuess(guesser(input), TransactionId, event.Sequence, now);
  const tries = state.tries + 1;
  if (tries >= PIN_TRIES) return tooManyTries(input, tries);
  return result({ ...state, tries }, ...(await askAgain(input)));
}

function tooManyTries({ state, ports }: StepInput, tries: number): StepResult {
  return result({ ...state, tries, phase: 'ending' }, ports.actions.play(PROMPT.tooManyTries), hangUp());
}

async function join(input: StepInput, entry: StoredMeeting, kind: Try, wrong: number): Promise<StepResult> {
  const { event, ports, now } = input;
  const { TransactionId } = event.CallDetails;
  const { theirs, ours } = numbers(event);
  // A caller who knows a PIN gets in, whether or not earlier wrong guesses can be cleared.
  const forgotten = Promise.all([
    ...(wrong > 0 ? [ports.meetingAccess.forgetGuesses(guesser(input), now)] : []),
    ports.guessBudget.giveBack(kind, now),
    ...(isTelephoneNumber(theirs) ? [ports.guessBudget.noteJoined(theirs, now)] : []),
  ]).catch((error: unknown) => ports.warn('Wrong guesses were not forgotten', error, TransactionId));
  const { meetingId, holdsLine, attendeeId, joinToken } = await admit(input, entry, theirs);
  const row: CallRow = {
    meetingId,
    attendeeId,
    fromNumber: theirNumber(event),
    toNumber: ours,
    callId: caller(event)?.CallId ?? '',
    transactionId: TransactionId,
    meetingName: entry.name,
    status: 'joining',
    joinedAt: new Date(now).toISOString(),
    muted: false,
  };
  const state: CallState = { ...input.state, phase: 'joining', meetingId, attendeeId, holdsLine };
  try {
    await Promise.all([ports.meetingInfo.put(row, now), forgotten]);
  } catch (error) {
    // The call continues without the attendee, and no later event would know of it.
    await leaveMeeting({ ...input, state });
    throw error;
  }
  // Listening comes first: an update that arrives while the call joins replaces the waiting actions, and must
  // not remove the key listener with them.
  return result(state, listenForKeys(), joinMeeting(meetingId, joinToken), ports.actions.play(PROMPT.joined));
}

/** Finds the live meeting of the entry and creates this caller's attendee in it. */
async function admit(
  { event, ports, now }: StepInput,
  entry: StoredMeeting,
  from: string,
): Promise<{ meetingId: string; holdsLine: boolean; attendeeId: string; joinToken: string }> {
  const { TransactionId, AwsRegion } = event.CallDetails;
  const shortId = TransactionId.slice(0, SHORT_ID_CHARACTERS);
  return enterLiveMeeting(
    entry,
    (meetingId: string) => meetingId,
    (token, externalMeetingId) => ports.meetings.getOrCreateMeeting(token, externalMeetingId, AwsRegion),
    async (meetingId) => {
      const known = isTelephoneNumber(from);
      const holdsLine = known && (await ports.meetingInfo.takeLine(meetingId, from, TransactionId, now));
      const externalUserId = holdsLine ? from : `${known ? from : 'anonymous'}-${shortId}`;
      const attendee = await ports.meetings.createAttendee(meetingId, externalUserId);
      return attendee && { meetingId, holdsLine, ...attendee };
    },
  );
}
