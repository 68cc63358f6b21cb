import { describe, expect, expectTypeOf, it } from 'vitest';
import {
  ACTION_SCHEMAS,
  ACTION_TYPES,
  type Action,
  type ActionOf,
  EVENT_SCHEMAS,
  type EventOf,
  eventFlaws,
  type FunctionResponse,
  type InvocationEvent,
  readParameters,
  schemaOfAction,
} from './index.ts';
import { readSpecificationActions } from './schema/testing/specification.ts';

describe('the actions', () => {
  it('The eighteen actions have the parameters of the specification', () => {
    const specified = readSpecificationActions();
    expect(ACTION_TYPES).toHaveLength(18);
    expect([...specified.keys()].sort()).toEqual([...ACTION_TYPES].sort());
    for (const type of ACTION_TYPES) {
      const names = Object.keys(schemaOfAction(type).fields);
      expect([type, names.sort()]).toEqual([type, [...(specified.get(type) ?? [])].sort()]);
    }
  });

  it('Actions have types that follow from their schemas', () => {
    expectTypeOf<ActionOf<'Pause'>['Parameters']['DurationInMilliseconds']>().toEqualTypeOf<
      number | `${number}`
    >();
    expectTypeOf<ActionOf<'PlayAudio'>['Parameters']['Repeat']>().toEqualTypeOf<
      number | `${number}` | undefined
    >();
    expectTypeOf<{ Type: 'Hangup' }>().toExtend<Action>();
    expectTypeOf<{ Type: 'PlayAudio' }>().not.toExtend<Action>();
    expectTypeOf<{ Type: 'Fly'; Parameters: object }>().not.toExtend<Action>();
    expectTypeOf<EventOf<'ACTION_SUCCESSFUL'>['ActionData']>().toExtend<{ Type: string }>();
  });

  it('Actions fill in their defaults', () => {
    const AudioSource = { Type: 'S3', BucketName: 'b', Key: 'k' };
    const collect = { AudioSource, RepeatDurationInMilliseconds: '3000' };
    expect(readParameters(ACTION_SCHEMAS.PlayAudioAndGetDigits, collect).parameters).toEqual({
      AudioSource,
      RepeatDurationInMilliseconds: 3000,
      InBetweenDigitsDurationInMilliseconds: 3000,
      MinNumberOfDigits: 0,
      MaxNumberOfDigits: 128,
      Repeat: 1,
    });
    const speech = {
      SpeechParameters: { Text: 'a', VoiceId: 'Hans', LanguageCode: 'de-DE' },
      FailureSpeechParameters: { Text: 'b' },
      RepeatDurationInMilliseconds: 1,
    };
    expect(
      readParameters(ACTION_SCHEMAS.SpeakAndGetDigits, speech).parameters?.FailureSpeechParameters,
    ).toEqual({
      Text: 'b',
      Engine: 'standard',
      TextType: 'text',
      VoiceId: 'Hans',
      LanguageCode: 'de-DE',
    });
  });
});

describe('the events', () => {
  const leg = {
    CallId: 'a',
    ParticipantTag: 'LEG-A' as const,
    To: '+1',
    From: '+2',
    Direction: 'Inbound' as const,
    StartTimeInMilliseconds: '1700000000000',
  };
  const CallDetails = {
    TransactionId: 't',
    AwsAccountId: '000000000000',
    AwsRegion: 'us-east-1',
    SipMediaApplicationId: 's',
    Participants: [leg],
  };
  const inbound: InvocationEvent = {
    SchemaVersion: '1.0',
    Sequence: 1,
    InvocationEventType: 'NEW_INBOUND_CALL',
    CallDetails,
  };

  it('There are eleven events', () => {
    expect(Object.keys(EVENT_SCHEMAS)).toHaveLength(11);
    expect(eventFlaws(inbound)).toEqual([]);
  });

  it.each([
    [{ ...inbound, InvocationEventType: 'NEW_INCOMING_CALL' }, ['InvocationEventType']],
    [{ ...inbound, Sequence: '1' }, ['Sequence']],
    [{ ...inbound, ActionData: {} }, ['ActionData']],
    [
      { ...inbound, CallDetails: { ...CallDetails, SipApplicationId: 's' } },
      ['CallDetails', 'SipApplicationId'],
    ],
    [
      { ...inbound, CallDetails: { ...CallDetails, Participants: [{ ...leg, StartTimeInMilliseconds: 1 }] } },
      ['CallDetails', 'Participants', 0, 'StartTimeInMilliseconds'],
    ],
    [
      {
        ...inbound,
        InvocationEventType: 'ACTION_SUCCESSFUL',
        ActionData: { Type: 'Pause', Parameters: { DurationInMilliseconds: 100, CallId: 'a' } },
      },
      ['ActionData', 'Parameters', 'ParticipantTag'],
    ],
  ])('An invalid event is recognised: %j', (event, path) => {
    expect(eventFlaws(event).map((flaw) => flaw.path)).toEqual([path]);
  });

  it('Events are narrowed by their type', () => {
    const handler = (event: InvocationEvent): FunctionResponse => {
      if (event.InvocationEventType === 'HANGUP') {
        expectTypeOf(event.ActionData.Parameters.SipResponseCode).toEqualTypeOf<number>();
      }
      if (
        event.InvocationEventType === 'ACTION_SUCCESSFUL' &&
        event.ActionData.Type === 'SpeakAndGetDigits'
      ) {
        expectTypeOf(event.ActionData.ReceivedDigits).toEqualTypeOf<string>();
      }
      return {
        SchemaVersion: '1.0',
        Actions: [{ Type: 'Pause', Parameters: { DurationInMilliseconds: 100 } }],
      };
    };
    expect(handler(inbound).Actions).toHaveLength(1);
  });
});
