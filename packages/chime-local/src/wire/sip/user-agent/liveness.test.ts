import { beforeEach, describe, expect, it } from 'vitest';
import type { SipRequest } from '../messages/message.ts';
import { AgentUnderTest } from '../testing/agent-under-test.ts';
import { PHONE_OFFER } from '../testing/example-messages.ts';

const MINUTE = 60_000;
let call: AgentUnderTest;
beforeEach(() => {
  call = new AgentUnderTest();
});

const watch = (how: 'now' | 'later' | 'off') => call.run((agent, now) => agent.watch(call.usageId, how, now));
const lastOptions = (): SipRequest => call.lastRequest('OPTIONS').message;
const headerOf = (message: { headers: { get(key: string): string | undefined } } | undefined, key: string) =>
  message?.headers.get(key);

describe('a phone that may be gone', () => {
  it('A phone is asked in the dialog as long as it responds', () => {
    call.answeredCall();
    watch('now');
    for (let i = 1; i <= 10; i++) {
      expect(call.requests('OPTIONS')).toHaveLength(i);
      expect(lastOptions()).toMatchObject({ toTag: 'caller', fromTag: call.usageId, cseq: { number: i } });
      call.answer(lastOptions(), 200);
      call.pass(MINUTE);
    }
    expect(call.told).toEqual(['acknowledged']);
  });

  it.each([200, 403, 405, 488, 500, 501])('A phone that responds with %d is present', (status) => {
    call.answeredCall();
    watch('now');
    call.answer(lastOptions(), status);
    call.pass(59_000);
    expect(call.told).toEqual(['acknowledged']);
  });

  it.each([481, 408])('A phone that responds with %d is gone', (status) => {
    call.answeredCall();
    watch('now');
    call.answer(lastOptions(), status);
    expect(call.told).toEqual(['acknowledged', 'ended gone']);
    expect(call.requests('BYE')).toHaveLength(1);
  });

  it('A silent phone counts as gone within two minutes of hold', () => {
    call.answeredCall();
    watch('later');
    call.pass(MINUTE - 1);
    expect(call.requests('OPTIONS')).toEqual([]);
    call.pass(MINUTE + 1);
    expect(call.told).toEqual(['acknowledged', 'ended gone']);
  });

  it('A phone that answers INVITE but not OPTIONS is present', () => {
    call.answeredCall();
    watch('now');
    for (let i = 1; i <= 5; i++) {
      call.pass(16_000);
      expect(call.requests('INVITE')).toHaveLength(i);
      const { message } = call.lastRequest('INVITE');
      expect(message.body.toString()).toBe('v=0');
      call.answer(message, i % 2 === 0 ? 488 : 200, [], 'caller');
      call.pass(MINUTE);
    }
    expect(call.told.filter((text) => text.startsWith('ended'))).toEqual([]);
  });

  it('A phone that answers only INVITE stays, however often it is asked', () => {
    call.answeredCall();
    let answered = 0;
    for (let second = 0; second < 600; second += 1) {
      // Silence is reported every 30 s.
      if (second % 30 === 0) watch('now');
      call.pass(1_000);
      const invites = call.requests('INVITE');
      if (invites.length > answered) call.answer(call.lastRequest('INVITE').message, 200, [], 'caller');
      answered = invites.length;
    }
    expect(answered).toBeGreaterThan(5);
    expect(call.told.filter((text) => text.startsWith('ended'))).toEqual([]);
    call.pass(2 * MINUTE);
    expect(call.told).toContain('ended gone');
  });

  it('A phone that answers INVITE only with 100 is gone', () => {
    call.answeredCall();
    watch('now');
    call.pass(16_000);
    call.answer(call.lastRequest('INVITE').message, 100);
    call.pass(MINUTE);
    expect(call.told).toEqual(['acknowledged', 'ended gone']);
  });

  it('A phone that is off hold or sends requests is not asked', () => {
    call.answeredCall();
    watch('later');
    for (let cseq = 2; cseq < 6; cseq++) {
      call.pass(50_000);
      call.receive({ method: 'OPTIONS', toTag: call.usageId, cseq, branch: `z9hG4bK-${cseq}` });
    }
    expect(call.requests('OPTIONS')).toEqual([]);
    watch('off');
    call.pass(10 * MINUTE);
    expect(call.requests('OPTIONS')).toEqual([]);
  });
});

describe('session timers of a call to us (RFC 4028 section 9)', () => {
  const timed = (value: string, ...headers: string[]) =>
    call.answeredCall({ headers: [`Session-Expires: ${value}`, ...headers] });
  const answer = () => call.answersTo('INVITE').at(-1);

  it.each([
    ['90;refresher=uac', ['Supported: timer'], '90;refresher=uac', 'timer'],
    ['1800', ['k: replaces, timer'], '1800;refresher=uac', 'timer'],
    ['1800 ; refresher=uas', ['Supported: timer'], '1800;refresher=uas', undefined],
    ['600;refresher=uac', ['Require: timer'], '600;refresher=uac', 'timer'],
    ['600', [], '600;refresher=uas', undefined],
    ['30', [], '90;refresher=uas', undefined],
    ['9999999999', ['Supported: timer'], '86400;refresher=uac', 'timer'],
  ])('%s with %j is agreed as %s', (value, headers, agreed, required) => {
    timed(value, ...headers);
    expect(headerOf(answer(), 'session-expires')).toBe(agreed);
    expect(headerOf(answer(), 'require')).toBe(required);
    expect(headerOf(answer(), 'supported')).toContain('timer');
  });

  it('No session timer is offered unless the caller asks for one', () => {
    call.answeredCall({ headers: ['Supported: timer'] });
    expect(headerOf(answer(), 'session-expires')).toBeUndefined();
    call.pass(24 * 60 * MINUTE);
    expect(call.told).toEqual(['acknowledged']);
  });

  it('Too short a session interval gets 422 with the minimum', () => {
    call.receive({ headers: ['Session-Expires: 60', 'Supported: timer'], body: PHONE_OFFER });
    expect(answer()?.status).toBe(422);
    expect(headerOf(answer(), 'min-se')).toBe('90');
    expect(call.agent.kept).toEqual({ transactions: 0, usages: 0 });
  });

  it('A call that is not refreshed ends a third early', () => {
    timed('90;refresher=uac', 'Supported: timer');
    call.pass(59_000);
    expect(call.told).toEqual(['acknowledged']);
    call.pass(1_000);
    expect(call.told).toEqual(['acknowledged', 'ended not refreshed']);
    expect(call.requests('BYE')).toHaveLength(1);
  });

  it.each(['UPDATE', 'INVITE'])('Session timers start anew with each %s of the caller', (method) => {
    timed('90;refresher=uac', 'Supported: timer');
    for (let cseq = 2; cseq < 8; cseq++) {
      call.pass(50_000);
      const headers = ['Session-Expires: 90;refresher=uac', 'Supported: timer'];
      let pending: Parameters<typeof call.agent.reply>[0] | undefined;
      const branch = `z9hG4bK-${cseq}`;
      call.run((agent, now) => {
        const bytes = Buffer.from(
          `${method} sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.7:5062;branch=${branch};rport\r\nFrom: <sip:+15557770001@192.0.2.7>;tag=caller\r\nTo: <sip:+15551230000@198.51.100.1>;tag=${call.usageId}\r\nCall-ID: call-1@192.0.2.7\r\nCSeq: ${cseq} ${method}\r\nContact: <sip:a@192.0.2.7>\r\n${headers.join('\r\n')}\r\n\r\n`,
        );
        const outputs = agent.receive(bytes, call.source, now);
        for (const output of outputs) if (output.kind === 'modified') pending = output.pending;
        return outputs;
      });
      call.run((agent, now) => (pending ? agent.reply(pending, 200, {}, now) : []));
      expect(headerOf(call.answersTo(method).at(-1), 'session-expires')).toBe('90;refresher=uac');
      if (method === 'INVITE')
        call.receive({ method: 'ACK', toTag: call.usageId, cseq, branch: `z9hG4bK-a${cseq}` });
    }
    expect(call.told.filter((text) => text.startsWith('ended'))).toEqual([]);
  });

  it('We refresh by UPDATE at half the interval if that is allowed', () => {
    timed('200;refresher=uas', 'Supported: timer', 'Allow: INVITE, ACK, BYE, UPDATE');
    for (let i = 1; i < 5; i++) {
      call.pass(100_000);
      const { message } = call.lastRequest('UPDATE');
      expect(call.requests('UPDATE')).toHaveLength(i);
      expect(headerOf(message, 'session-expires')).toBe('200;refresher=uac');
      expect(message.body).toHaveLength(0);
      call.answer(message, 200, [['Session-Expires', '200;refresher=uac']]);
    }
    expect(call.told).toEqual(['acknowledged']);
  });

  it('A session is not refreshed again while a response may still arrive', () => {
    call.answeredCall({
      headers: ['Supported: timer', 'Session-Expires: 90;refresher=uas', 'Allow: UPDATE'],
    });
    call.pass(76_000);
    expect(new Set(call.requests('UPDATE').map(({ message }) => message.cseq?.number)).size).toBe(1);
  });

  it('Without UPDATE we refresh by INVITE with the same description', () => {
    timed('200;refresher=uas', 'Supported: timer');
    call.pass(100_000);
    const { message } = call.lastRequest('INVITE');
    expect(message.body.toString()).toBe('v=0');
    expect(headerOf(message, 'session-expires')).toBe('200;refresher=uac');
    call.answer(message, 200, [['Session-Expires', '200;refresher=uac']], 'caller');
    expect(call.requests('ACK')).toHaveLength(1);
    expect(call.told).toEqual(['acknowledged', 'reinvited 200']);
    call.pass(100_000);
    expect(call.requests('INVITE').length).toBeGreaterThan(1);
  });

  it('A refresh after a 491 has the description agreed on meanwhile', () => {
    timed('200;refresher=uas', 'Supported: timer');
    call.pass(100_000);
    call.answer(call.lastRequest('INVITE').message, 491, [], 'caller');
    const held = { toTag: call.usageId, cseq: 2, body: PHONE_OFFER };
    call.receive({ ...held, branch: 'z9hG4bK-hold' });
    const answer = { body: Buffer.from('v=0 held'), contentType: 'application/sdp' };
    call.run((agent, now) => agent.reply(call.pending!, 200, answer, now));
    call.receive({ ...held, method: 'ACK', branch: 'z9hG4bK-held', body: '' });
    call.pass(4_000);
    const { message } = call.lastRequest('INVITE');
    expect(message.cseq?.number).toBe(2);
    expect(message.body.toString()).toBe('v=0 held');
  });

  it('A refusal of UPDATE as unknown makes us refresh by INVITE', () => {
    timed('200;refresher=uas', 'Supported: timer', 'Allow: UPDATE');
    call.pass(100_000);
    call.answer(call.lastRequest('UPDATE').message, 501);
    call.pass(1);
    expect(call.requests('INVITE')).toHaveLength(1);
  });

  it('After a 422 the refresh is repeated with its Min-SE', () => {
    timed('200;refresher=uas', 'Supported: timer', 'Allow: UPDATE');
    call.pass(100_000);
    call.answer(call.lastRequest('UPDATE').message, 422, [['Min-SE', '700']]);
    call.pass(1);
    const { message } = call.lastRequest('UPDATE');
    expect(headerOf(message, 'session-expires')).toBe('700;refresher=uac');
    expect(headerOf(message, 'min-se')).toBe('700');
  });

  it('A refresh that fails ends the call', () => {
    timed('200;refresher=uas', 'Supported: timer', 'Allow: UPDATE');
    call.pass(100_000 + MINUTE);
    expect(call.told).toEqual(['acknowledged', 'ended gone']);
  });
});

describe('session timers of a call of ours (RFC 4028 section 7)', () => {
  const TO = { transport: 'udp', host: '192.0.2.7', port: 5062 } as const;

  it('The answer determines who refreshes a call of ours', () => {
    const invite = call.place(TO);
    expect(headerOf(invite, 'session-expires')).toBe('1800');
    expect(headerOf(invite, 'supported')).toBe('100rel, timer');
    call.answer(invite, 200, [
      ['Session-Expires', '1800;refresher=uas'],
      ['Require', 'timer'],
    ]);
    call.pass(1_768_000 - 1);
    expect(call.told).toEqual(['answered']);
    call.pass(1);
    expect(call.told).toEqual(['answered', 'ended not refreshed']);
  });

  it('We refresh our calls if the answer says so', () => {
    call.answer(call.place(TO), 200, [
      ['Session-Expires', '1800;refresher=uac'],
      ['Allow', 'UPDATE, BYE'],
    ]);
    call.pass(900_000);
    expect(call.requests('UPDATE')).toHaveLength(1);
  });

  it('Session timers are not used if the answer has none', () => {
    call.answer(call.place(TO), 200);
    call.pass(24 * 60 * MINUTE);
    expect(call.told).toEqual(['answered']);
  });

  it('Our INVITE is repeated once with the interval of a 422', () => {
    const first = call.place(TO);
    call.answer(first, 422, [['Min-SE', '3600']]);
    const second = call.lastRequest('INVITE').message;
    expect(second.cseq?.number).toBe(2);
    expect(second.callId).toBe(first.callId);
    expect(headerOf(second, 'session-expires')).toBe('3600');
    expect(headerOf(second, 'min-se')).toBe('3600');
    call.answer(second, 180);
    call.answer(second, 200);
    expect(call.told).toEqual(['ringing', 'answered']);
    expect(call.lastRequest('ACK').message.cseq?.number).toBe(2);
  });

  it.each([
    [[]],
    [[['Min-SE', '90']]],
    [[['Min-SE', 'soon']]],
  ])('Our call fails if a 422 requires no longer interval: %j', (headers) => {
    call.answer(call.place(TO), 422, headers as [string, string][]);
    expect(call.told).toEqual(['rejected']);
  });
});
