import * as sdk from '@aws-sdk/client-chime-sdk-voice';
import { describe, expect, it } from 'vitest';
import { ScriptedClock } from '#testkit';
import type { CallRequest } from '../../ports.ts';
import type { TestChimeOptions } from '../../testing/endpoint.ts';
import { createApplication, FUNCTION, orderNumber, start } from './testing/voice.ts';

describe('CreateSipMediaApplicationCall', () => {
  /** Creates an application and a phone number. `asked` collects the call requests that the host received. */
  async function ready(options: TestChimeOptions = {}) {
    const asked: CallRequest[] = [];
    const createCall = (request: CallRequest) => `transaction-${asked.push(request)}`;
    const chime = await start({ calls: { createCall }, ...options });
    const SipMediaApplicationId = await createApplication(chime.voice);
    const FromPhoneNumber = await orderNumber(chime.voice);
    const call = (more: Partial<sdk.CreateSipMediaApplicationCallCommandInput> = {}) =>
      chime.voice.createSipMediaApplicationCall({
        SipMediaApplicationId,
        FromPhoneNumber,
        ToPhoneNumber: PERSON,
        ...more,
      });
    return { ...chime, asked, call, SipMediaApplicationId, FromPhoneNumber };
  }
  const PERSON = '+15557770001';
  const pairs = (count: number, value = 'v') =>
    Object.fromEntries(Array.from({ length: count }, (_, n) => [`x-${n}`, value]));

  it('T-113 The call is forwarded and answered with 201 and its TransactionId', async () => {
    const { asked, call, SipMediaApplicationId, FromPhoneNumber } = await ready();
    const done = await call({ SipHeaders: { 'X-A': '1' }, ArgumentsMap: { order: '7' } });
    expect([done.$metadata.httpStatusCode, done.SipMediaApplicationCall]).toEqual([
      201,
      { TransactionId: 'transaction-1' },
    ]);
    const target = {
      sipMediaApplicationId: SipMediaApplicationId,
      awsRegion: 'us-east-1',
      functionArn: FUNCTION,
    };
    const request = { target, from: FromPhoneNumber, to: PERSON };
    expect(asked).toEqual([{ ...request, sipHeaders: { 'X-A': '1' }, arguments: { order: '7' } }]);
    await call({ FromPhoneNumber: FromPhoneNumber.slice(1), ToPhoneNumber: PERSON.slice(1) });
    expect(asked[1]).toEqual(request);
  });

  it.each([
    ['T-117 a called number that is none', { ToPhoneNumber: 'home' }, /ToPhoneNumber/],
    ['a calling number that is none', { FromPhoneNumber: '+0123' }, /FromPhoneNumber/],
    [
      "a calling number that is not the account's",
      { FromPhoneNumber: '+12065550199' },
      /not in the inventory/,
    ],
    ['an application that is not there', { SipMediaApplicationId: 'gone' }, /no SIP media application gone/],
    ['more than 20 arguments', { ArgumentsMap: pairs(21) }, /ArgumentsMap/],
    ['more than 20 headers', { SipHeaders: pairs(21) }, /SipHeaders/],
    ['a header of SIP itself', { SipHeaders: { From: 'a', 'X-B': 'b' } }, /provided: From$/],
    [
      'reserved headers',
      { SipHeaders: { 'X-AMZN-A': '1', 'x-VoiceB': '' } },
      /provided: X-AMZN-A, x-VoiceB$/,
    ],
    ['a header whose name is no token', { SipHeaders: { 'x-a: b\r\nVia': '1' } }, /Invalid SIP header/],
    ['a forged line', { SipHeaders: { 'X-A': 'a\r\nVia: b' } }, /X-A has control characters/],
    ['a header too long', { SipHeaders: { 'X-A': 'a'.repeat(2049) } }, /X-A has 2049 characters; 2048/],
  ])('Refused with 400 and no call: %s', async (_what, more, message) => {
    const { asked, call } = await ready();
    const refusal = await call(more).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(sdk.BadRequestException);
    expect((refusal as Error).message).toMatch(message);
    expect(asked).toEqual([]);
  });

  it('SIP headers that the service accepts are forwarded', async () => {
    const { asked, call } = await ready();
    const SipHeaders = { 'X-A': 'a'.repeat(2048), 'user-to-user': '00;encoding=hex', Diversion: '<sip:a@b>' };
    await call({ SipHeaders });
    await call({ SipHeaders: pairs(20), ArgumentsMap: {} });
    expect(asked.map(({ sipHeaders }) => sipHeaders)).toEqual([SipHeaders, pairs(20)]);
    expect(asked[1]?.arguments).toEqual({});
  });

  it('A number that is still on order or deleted cannot call', async () => {
    const clock = new ScriptedClock();
    const { asked, call, voice, FromPhoneNumber } = await ready({ clock, orderMs: 1000 });
    await expect(call()).rejects.toBeInstanceOf(sdk.BadRequestException);
    clock.advance(1000);
    await call();
    await voice.deletePhoneNumber({ PhoneNumberId: FromPhoneNumber });
    await expect(call()).rejects.toBeInstanceOf(sdk.BadRequestException);
    expect(asked).toHaveLength(1);
  });

  it('T-118 A meeting is called by number with its join token', async () => {
    const { call, asked } = await ready();
    const SipHeaders = { 'X-chime-join-token': 'token', 'X-chime-meeting-id': 'm' };
    await call({ ToPhoneNumber: '+17035550122', SipHeaders });
    expect(asked).toMatchObject([{ to: '+17035550122', sipHeaders: SipHeaders }]);
  });

  it('A call before the host is ready is answered ServiceUnavailable', async () => {
    const { call: early } = await ready({ calls: {} });
    await expect(early()).rejects.toBeInstanceOf(sdk.ServiceUnavailableException);
  });

  it('AWS quotas limit CreateSipMediaApplicationCall to one per second', async () => {
    const clock = new ScriptedClock();
    const { call } = await ready({ clock, quotas: 'aws' });
    await call();
    await expect(call()).rejects.toBeInstanceOf(sdk.ThrottledClientException);
    clock.advance(1000);
    await call();
  });
});

describe('UpdateSipMediaApplicationCall', () => {
  it('T-059, T-065, T-066 Up to 20 arguments are forwarded, or the answer is 404', async () => {
    const asked: unknown[] = [];
    const { voice } = await start({
      calls: {
        updateCall: (application, transaction, args) => {
          asked.push({ application, transaction, args });
          return transaction === 'here' ? 'accepted' : 'notFound';
        },
      },
    });
    const id = await createApplication(voice);
    const update = (
      SipMediaApplicationId: string,
      TransactionId: string,
      Arguments: Record<string, string>,
    ) => voice.updateSipMediaApplicationCall({ SipMediaApplicationId, TransactionId, Arguments });
    const done = await update(id, 'here', { action: 'PlayAudio' });
    expect(done.$metadata.httpStatusCode).toBe(202);
    expect(done.SipMediaApplicationCall!.TransactionId).toBe('here');
    expect(asked).toEqual([{ application: id, transaction: 'here', args: { action: 'PlayAudio' } }]);
    await expect(update(id, 'elsewhere', {})).rejects.toBeInstanceOf(sdk.NotFoundException);
    await expect(update('no-such-application', 'here', {})).rejects.toBeInstanceOf(sdk.NotFoundException);
    const tooMany = Object.fromEntries(Array.from({ length: 21 }, (_, n) => [`k${n}`, 'v']));
    await expect(update(id, 'here', tooMany)).rejects.toBeInstanceOf(sdk.BadRequestException);
    expect(asked).toHaveLength(2);
  });

  it('T-141 AWS quotas limit UpdateSipMediaApplicationCall to five per second', async () => {
    const clock = new ScriptedClock();
    const calls = { updateCall: () => 'accepted' as const };
    const { voice } = await start({ clock, quotas: 'aws', calls });
    const id = await createApplication(voice);
    const input = { SipMediaApplicationId: id, TransactionId: 't', Arguments: {} };
    for (let n = 0; n < 5; n++) await voice.updateSipMediaApplicationCall(input);
    const sixth = voice.updateSipMediaApplicationCall(input);
    await expect(sixth).rejects.toBeInstanceOf(sdk.ThrottledClientException);
    await expect(sixth).rejects.toMatchObject({ $metadata: { httpStatusCode: 429 } });
    clock.advance(200);
    await voice.updateSipMediaApplicationCall(input);
    const free = await start({ calls });
    const other = { ...input, SipMediaApplicationId: await createApplication(free.voice) };
    for (let n = 0; n < 20; n++) await free.voice.updateSipMediaApplicationCall(other);
  });
});
