import { describe, expect, it } from 'vitest';
import type { InvocationEvent } from '../../events/index.ts';
import { CallDriver } from '../testing/driver.ts';
import { getDigits, hangup, pause, play, receiveDigits } from '../testing/situations.ts';

/**
 * Compares every key of every event with the examples of the developer guide (pstn-invocations, case-1 to
 * case-5, use-create-call-api, attribute-trans-invalid), with the choices of C-02, C-04 and C-06.
 */

const ENVELOPE = ['CallDetails', 'InvocationEventType', 'SchemaVersion', 'Sequence'];
const WITH_ACTION = ['ActionData', ...ENVELOPE];
const DETAILS = ['AwsAccountId', 'AwsRegion', 'Participants', 'SipMediaApplicationId', 'TransactionId'];
const INBOUND = [...DETAILS, 'SipRuleId'].sort();
const LEG = ['CallId', 'Direction', 'From', 'ParticipantTag', 'StartTimeInMilliseconds', 'To'];
const LATER_LEG = [...LEG, 'Status'].sort();
/** LEG-A of a call that arrived with custom headers. */
const WITH_HEADERS = (leg: string[]) => [...leg, 'SipHeaders'].sort();

interface Keys {
  top: string[];
  details: string[];
  legs: string[][];
  action?: string[];
  parameters?: string[];
}

const sorted = (value: object): string[] => Object.keys(value).sort();

function keysOf(event: InvocationEvent): Keys {
  const { CallDetails, ActionData } = event as InvocationEvent & { ActionData?: { Parameters: object } };
  return {
    top: sorted(event),
    details: sorted(CallDetails),
    legs: CallDetails.Participants.map(sorted),
    ...(ActionData ? { action: sorted(ActionData), parameters: sorted(ActionData.Parameters) } : {}),
  };
}

/** The last event of this type that is about this action. */
function found({ events }: CallDriver, type: string, action?: string): Keys {
  const matching = events.filter(
    ({ InvocationEventType, ActionData }) =>
      InvocationEventType === type && (action === undefined || ActionData?.Type === action),
  );
  const event = matching.at(-1);
  if (!event) throw new Error(`There is no ${type} ${action ?? ''}.`);
  return keysOf(event);
}

const withAttributes = (details: string[]): string[] => [...details, 'TransactionAttributes'].sort();
const ANY_ACTION = ['Parameters', 'Type'];
const FAILURE = ['ErrorMessage', 'ErrorType', ...ANY_ACTION].sort();
const SOURCE = ['AudioSource', 'CallId', 'ParticipantTag', 'Repeat'];

/** An inbound call with headers, on which everything happens that can happen to one leg. */
function inbound(): CallDriver {
  const driver = new CallDriver();
  driver.arrive({ sipHeaders: { 'X-Account': '7' } });
  driver.respond([play(), getDigits({ MaxNumberOfDigits: 1 })], { a: '1' });
  driver.answered();
  driver.played();
  driver.press('1');
  driver.respond([receiveDigits(), play()]);
  driver.update({ k: 'v' });
  driver.respond([pause(1)]);
  driver.respond();
  driver.respond();
  driver.press('*1');
  driver.pass(1000);
  driver.respondRaw(
    JSON.stringify({ SchemaVersion: '1.0', TransactionAttributes: { a: 'x'.repeat(20_481) } }),
  );
  driver.respond([hangup()]);
  driver.ended();
  return driver;
}

describe('every key of the events of an inbound call', () => {
  const call = inbound();
  const first = WITH_HEADERS(LEG);
  const later = [WITH_HEADERS(LATER_LEG)];
  const details = withAttributes(INBOUND);

  it('NEW_INBOUND_CALL has the keys of the guide', () => {
    expect(found(call, 'NEW_INBOUND_CALL')).toEqual({ top: ENVELOPE, details: INBOUND, legs: [first] });
  });

  const collected = [
    'AudioSource',
    'CallId',
    'FailureAudioSource',
    'InBetweenDigitsDurationInMilliseconds',
    'MaxNumberOfDigits',
    'MinNumberOfDigits',
    'ParticipantTag',
    'Repeat',
    'RepeatDurationInMilliseconds',
  ];
  const listened = [
    'CallId',
    'FlushDigitsDurationInMilliseconds',
    'InBetweenDigitsDurationInMilliseconds',
    'InputDigitsRegex',
    'ParticipantTag',
  ];
  it.each<[string, string, string[], string[]]>([
    ['ACTION_SUCCESSFUL', 'PlayAudioAndGetDigits', ['Parameters', 'ReceivedDigits', 'Type'], collected],
    ['CALL_UPDATE_REQUESTED', 'CallUpdateRequest', ANY_ACTION, ['Arguments']],
    ['ACTION_INTERRUPTED', 'PlayAudio', ANY_ACTION, SOURCE],
    ['ACTION_FAILED', 'Pause', FAILURE, ['CallId', 'DurationInMilliseconds', 'ParticipantTag']],
    ['DIGITS_RECEIVED', 'ReceiveDigits', ['Parameters', 'ReceivedDigits', 'Type'], listened],
    ['HANGUP', 'Hangup', ANY_ACTION, ['CallId', 'ParticipantTag', 'SipResponseCode']],
  ])("The guide's keys are in %s of %s", (type, name, action, parameters) => {
    const expected = { top: WITH_ACTION, details, legs: later, action, parameters };
    expect(found(call, type, name)).toEqual(expected);
  });

  it("INVALID_LAMBDA_RESPONSE has the guide's keys, with its error at the top", () => {
    const top = [...ENVELOPE, 'ErrorMessage', 'ErrorType'].sort();
    expect(found(call, 'INVALID_LAMBDA_RESPONSE')).toEqual({ top, details, legs: later });
  });
});

describe('every key of the events of a call that an application makes', () => {
  const call = new CallDriver();
  call.place({ arguments: { k: 'v' } });
  call.respond(undefined, { a: '1' });
  call.ringing();
  call.respond();
  call.answered();
  call.respond([hangup()]);
  call.ended();
  const details = withAttributes(DETAILS);

  it('NEW_OUTBOUND_CALL has the keys of the guide', () => {
    expect(found(call, 'NEW_OUTBOUND_CALL')).toEqual({
      top: WITH_ACTION,
      details: DETAILS,
      legs: [LEG],
      action: ANY_ACTION,
      parameters: ['Arguments'],
    });
  });

  it('RINGING, CALL_ANSWERED and HANGUP have the keys of the guide', () => {
    expect(found(call, 'RINGING')).toEqual({ top: ENVELOPE, details, legs: [LEG] });
    expect(found(call, 'CALL_ANSWERED')).toEqual({ top: ENVELOPE, details, legs: [LATER_LEG] });
    expect(found(call, 'HANGUP')).toMatchObject({ top: WITH_ACTION, details, legs: [LATER_LEG] });
  });

  it('NEW_OUTBOUND_CALL has no ActionData if the API got no arguments', () => {
    const plain = new CallDriver();
    plain.place();
    expect(found(plain, 'NEW_OUTBOUND_CALL').top).toEqual(ENVELOPE);
  });
});

describe('every key of the events of a bridged call', () => {
  const call = new CallDriver();
  call.arrive();
  const Endpoints = [{ BridgeEndpointType: 'PSTN', Uri: '+15550100009' }];
  call.respond(
    [pause(), { Type: 'CallAndBridge', Parameters: { CallerIdNumber: '+15550100001', Endpoints } }],
    {
      a: '1',
    },
  );
  call.pass(1000);
  call.dialled();
  call.answered('leg-b');
  call.answered();
  call.respond([receiveDigits({ ParticipantTag: 'LEG-B' })]);
  call.respond();
  call.press('*1', 'leg-b');
  call.pass(1000);
  call.respond();
  call.ended('leg-b');
  call.respond([hangup()]);
  call.ended();
  const details = withAttributes(INBOUND);

  it("ACTION_SUCCESSFUL of CallAndBridge has the guide's keys for both legs", () => {
    expect(found(call, 'ACTION_SUCCESSFUL', 'CallAndBridge')).toEqual({
      top: WITH_ACTION,
      details,
      legs: [LATER_LEG, LATER_LEG],
      action: ANY_ACTION,
      parameters: ['CallId', 'CallTimeoutSeconds', 'CallerIdNumber', 'Endpoints', 'ParticipantTag'],
    });
  });

  it('DIGITS_RECEIVED of LEG-B has the keys of the guide', () => {
    expect(found(call, 'DIGITS_RECEIVED')).toMatchObject({ details, legs: [LATER_LEG, LATER_LEG] });
  });

  it("Both HANGUPs have the guide's keys, for two legs, then one", () => {
    const hangups = call.events.filter(({ InvocationEventType }) => InvocationEventType === 'HANGUP');
    expect(hangups.map((event) => keysOf(event).legs.length)).toEqual([2, 1]);
    expect(hangups.map((event) => keysOf(event).details)).toEqual([details, details]);
  });
});
