/** The actions that this application uses, in the service's notation. Source: DG, the page of each. */
import { type Action, MAX_ATTENDEES_PER_MODIFY, PAUSE_MS, type ParticipantTag } from 'pstn-audio';
import { MIN_PIN_DIGITS } from '#contract';
import {
  KEY_FLUSH_MS,
  KEY_GAP_MS,
  MEETING_KEY_PATTERN,
  PIN_BETWEEN_DIGITS_MS,
  PIN_FIRST_DIGIT_MS,
} from './limits.ts';
import { PROMPT } from './prompts.ts';

const CALLER: ParticipantTag = 'LEG-A';
const MEETING: ParticipantTag = 'LEG-B';

/** Creates actions that play prompts from one bucket. */
export class Actions {
  readonly #bucket: string;
  readonly #pinDigits: number;

  /** @param pinDigits number of digits in newly issued PINs; older, shorter PINs are still accepted. */
  constructor(promptsBucket: string, pinDigits = MIN_PIN_DIGITS) {
    this.#bucket = promptsBucket;
    this.#pinDigits = pinDigits;
  }

  /** A prompt that only the caller hears. */
  play(key: string): Action {
    return { Type: 'PlayAudio', Parameters: { AudioSource: this.#source(key), ParticipantTag: CALLER } };
  }

  /**
   * One try at a PIN; the handler counts the tries. Keys count while the prompt plays: a caller who knows the
   * PIN need not wait. With PINs of several lengths, a short one ends with `#` or after a pause.
   */
  askForPin(prompt: string = PROMPT.enterPin): Action {
    const most = this.#pinDigits;
    const lengths = most === MIN_PIN_DIGITS ? `${most}` : `${MIN_PIN_DIGITS},${most}`;
    return {
      Type: 'PlayAudioAndGetDigits',
      Parameters: {
        AudioSource: this.#source(prompt),
        FailureAudioSource: this.#source(PROMPT.wrongPin),
        MinNumberOfDigits: MIN_PIN_DIGITS,
        MaxNumberOfDigits: most,
        ...(most === MIN_PIN_DIGITS ? {} : { TerminatorDigits: ['#'] }),
        InputDigitsRegex: `^\\d{${lengths}}$`,
        Repeat: 1,
        RepeatDurationInMilliseconds: PIN_FIRST_DIGIT_MS,
        InBetweenDigitsDurationInMilliseconds: PIN_BETWEEN_DIGITS_MS,
        ParticipantTag: CALLER,
      },
    };
  }

  #source(key: string): { Type: 'S3'; BucketName: string; Key: string } {
    return { Type: 'S3', BucketName: this.#bucket, Key: key };
  }
}

export function speak(text: string): Action {
  return { Type: 'Speak', Parameters: { Text: text, ParticipantTag: CALLER } };
}

/** Silence of any length, in pieces that the service accepts. */
export function pause(milliseconds: number): Action[] {
  const pieces: Action[] = [];
  for (let rest = milliseconds; rest >= PAUSE_MS.min; rest -= PAUSE_MS.max) {
    const piece = Math.min(rest, PAUSE_MS.max);
    pieces.push({ Type: 'Pause', Parameters: { DurationInMilliseconds: piece, ParticipantTag: CALLER } });
  }
  return pieces;
}

export function joinMeeting(meetingId: string, joinToken: string): Action {
  return {
    Type: 'JoinChimeMeeting',
    Parameters: { JoinToken: joinToken, MeetingId: meetingId, ParticipantTag: CALLER },
  };
}

export function listenForKeys(): Action {
  return {
    Type: 'ReceiveDigits',
    Parameters: {
      InputDigitsRegex: MEETING_KEY_PATTERN,
      InBetweenDigitsDurationInMilliseconds: KEY_GAP_MS,
      FlushDigitsDurationInMilliseconds: KEY_FLUSH_MS,
      ParticipantTag: CALLER,
    },
  };
}

/** Mutes or unmutes attendees of the meeting, as many per action as the service accepts. */
export function modifyAttendees(
  operation: 'Mute' | 'Unmute',
  meetingId: string,
  attendeeIds: string[],
): Action[] {
  const actions: Action[] = [];
  for (let start = 0; start < attendeeIds.length; start += MAX_ATTENDEES_PER_MODIFY) {
    actions.push({
      Type: 'ModifyChimeMeetingAttendees',
      Parameters: {
        Operation: operation,
        MeetingId: meetingId,
        AttendeeList: attendeeIds.slice(start, start + MAX_ATTENDEES_PER_MODIFY),
        ParticipantTag: MEETING,
      },
    });
  }
  return actions;
}

export function hangUp(tag: ParticipantTag = CALLER): Action {
  return { Type: 'Hangup', Parameters: { SipResponseCode: '0', ParticipantTag: tag } };
}
