import type { ActionType } from '../actions/index.ts';
import { exactly, exactText } from '../schema/exact.ts';
import { listOf, mapOfTexts, oneOf } from '../schema/kinds.ts';
import { bad, good, isObject, type Meant, type Schema } from '../schema/schema.ts';
import { type Fields, type MeantFields, optional, required } from '../schema/shape.ts';

/**
 * What ACTION_SUCCESSFUL reports about an action besides its parameters. Source: developer guide, the pages
 * of the actions.
 */

const DIGITS = {
  /** The keys that were pressed, without the terminator (C-43). Empty if a listener was armed (C-16). */
  ReceivedDigits: required(exactText('keys, or nothing')),
};

const RECORDING = {
  /** Where the file is stored. */
  RecordingDestination: required(
    exactly(
      {
        Type: required(oneOf('S3')),
        /** Name of the bucket. */
        BucketName: required(exactText('the name of a bucket')),
        /** Key of the object: the requested Prefix and a name that the service chose. */
        Key: required(exactText('the key of an object')),
      },
      'an object {Type, BucketName, Key}',
    ),
  ),
  /** The key that ended the recording; absent if something else ended it. */
  RecordingTerminatorUsed: optional(exactText('a key', /^[0-9#*]$/)),
};

const CALL_RECORDING = {
  /** Where the file will be once the recording has ended. */
  CallRecordingDestination: required(
    exactly(
      {
        Type: required(oneOf('S3')),
        /** Bucket and key: `bucket/full/key.wav`. */
        Location: required(exactText('a bucket and a key: bucket/key')),
      },
      'an object {Type, Location}',
    ),
  ),
};

/** A slot's value: null, or `{Value: {OriginalValue, InterpretedValue, ResolvedValues}, Values}`. Amazon Lex V2, Slot. */
const SLOTS: Schema<Record<string, unknown>, Record<string, unknown>> = {
  allowed: 'an object of slots',
  read: (value) => (isObject(value) ? good({ ...value }) : bad(value, SLOTS.allowed)),
};

const INTENT = exactly(
  {
    Name: required(exactText('the name of an intent')),
    /** Slots by name; null while a slot is not filled. */
    Slots: required(SLOTS),
    /** Absent for intents that were not chosen. */
    State: optional(
      oneOf('Failed', 'Fulfilled', 'FulfillmentInProgress', 'InProgress', 'ReadyForFulfillment', 'Waiting'),
    ),
    ConfirmationState: optional(oneOf('Confirmed', 'Denied', 'None')),
  },
  'an intent',
);

/** A number from 0 to 1. */
const SCORE: Schema<number, number> = {
  allowed: 'a number from 0 to 1',
  read: (value) =>
    typeof value === 'number' && value >= 0 && value <= 1 ? good(value) : bad(value, SCORE.allowed),
};

/** Lex V2 API, SentimentResponse. */
const SENTIMENT = exactly(
  {
    Sentiment: required(oneOf('POSITIVE', 'NEGATIVE', 'NEUTRAL', 'MIXED')),
    SentimentScore: required(
      exactly(
        {
          Positive: required(SCORE),
          Negative: required(SCORE),
          Neutral: required(SCORE),
          Mixed: required(SCORE),
        },
        'an object {Positive, Negative, Neutral, Mixed}',
      ),
    ),
  },
  'an object {Sentiment, SentimentScore}',
);

const BOT = {
  /** How the conversation ended, as Lex reports it (pstn-audio 4.16). */
  IntentResult: required(
    exactly(
      {
        /** The CallId of the leg. */
        SessionId: required(exactText('the CallId of the leg')),
        SessionState: required(
          exactly(
            {
              SessionAttributes: required(mapOfTexts({ what: 'names and texts' })),
              Intent: required(INTENT),
            },
            'the state of the session',
          ),
        ),
        /** What the caller may have meant, the most likely first. */
        Interpretations: required(
          listOf(
            exactly(
              {
                Intent: required(INTENT),
                /** Absent for the fallback intent. */
                NluConfidence: optional(exactly({ Score: required(SCORE) }, 'an object {Score}')),
                /** Only from bots with sentiment analysis. */
                SentimentResponse: optional(SENTIMENT),
              },
              'an interpretation',
            ),
            { what: 'interpretations' },
          ),
        ),
      },
      'the result of the conversation',
    ),
  ),
};

const NOTHING = {};

/** Result keys by the type of the action. */
export const ACTION_RESULTS = {
  CallAndBridge: NOTHING,
  Hangup: NOTHING,
  JoinChimeMeeting: NOTHING,
  ModifyChimeMeetingAttendees: NOTHING,
  Pause: NOTHING,
  PauseCallRecording: NOTHING,
  PlayAudio: NOTHING,
  PlayAudioAndGetDigits: DIGITS,
  ReceiveDigits: DIGITS,
  RecordAudio: RECORDING,
  ResumeCallRecording: NOTHING,
  SendDigits: NOTHING,
  Speak: NOTHING,
  SpeakAndGetDigits: DIGITS,
  StartBotConversation: BOT,
  StartCallRecording: CALL_RECORDING,
  StopCallRecording: NOTHING,
  VoiceFocus: NOTHING,
} as const satisfies Record<ActionType, Fields>;

/** What ACTION_SUCCESSFUL of this action carries besides `Type` and `Parameters`. */
export type ResultOf<Type extends ActionType> = MeantFields<(typeof ACTION_RESULTS)[Type]>;

/** The result of a conversation with a bot, as ACTION_SUCCESSFUL reports it. */
export type IntentResult = Meant<typeof BOT.IntentResult.schema>;
