import { describe, expect, it } from 'vitest';
import { Negotiation } from './offer-answer.ts';
import { parseSessionDescription } from './parse-session-description.ts';
import type { SessionDescription } from './session-description.ts';

const LOCAL = { address: '198.51.100.1', rtpPort: 20_000, rtcpPort: 20_001 };

function described(lines: string[], protocol = 'RTP/AVP'): SessionDescription {
  const head = ['v=0', 'o=- 1 1 IN IP4 192.0.2.7', 's=-', 'c=IN IP4 192.0.2.7', 't=0 0'];
  const text = [
    ...head,
    `m=audio 40000 ${protocol} 0 101`,
    'a=rtpmap:101 telephone-event/8000',
    ...lines,
    '',
  ];
  const result = parseSessionDescription(Buffer.from(text.join('\r\n')));
  if (result.kind !== 'description') throw new Error(result.text);
  return result.description;
}

/** The packet lengths that we write and use if the far end sends these lines. */
function agreedOn(lines: string[]): { answers: number; sends: number; sendsWhenWeOffer: number } {
  const answer = new Negotiation(LOCAL, '1').answer(described(lines));
  if ('kind' in answer) throw new Error(answer.text);
  const offering = new Negotiation(LOCAL, '2');
  offering.offer();
  const read = offering.readAnswer(described(lines));
  if ('kind' in read) throw new Error(read.text);
  return {
    answers: Number(/^a=ptime:(\d+)\r$/m.exec(answer.body.toString())?.[1]),
    sends: answer.agreed.ptime,
    sendsWhenWeOffer: read.agreed.ptime,
  };
}

describe('the length of packets (RFC 8866 section 6.4)', () => {
  it.each<[string, string[], number]>([
    ['nothing is said', [], 20],
    ['10 ms are wanted', ['a=ptime:10'], 10],
    ['30 ms, at most', ['a=ptime:30', 'a=maxptime:30'], 30],
    ['40 ms, at most', ['a=ptime:40', 'a=maxptime:40'], 40],
    ['60 ms', ['a=ptime:60', 'a=maxptime:150'], 60],
    ['at most 10 ms', ['a=maxptime:10'], 10],
    ['more than is taken', ['a=ptime:60', 'a=maxptime:30'], 30],
    ['much is taken', ['a=maxptime:240'], 20],
    ['no whole number of tens', ['a=ptime:25'], 20],
    ['less than we can make', ['a=ptime:5', 'a=maxptime:5'], 10],
    ['more than a packet holds', ['a=ptime:500'], 180],
    ['two lines contradict each other', ['a=ptime:30', 'a=ptime:60'], 30],
    ['something else', ['a=ptime:fast', 'a=maxptime:-1'], 20],
    ['a fraction', ['a=ptime:30.0'], 30],
    ['zeros before it', ['a=ptime:040'], 40],
    ['nothing', ['a=ptime:0', 'a=maxptime:0'], 20],
    ['the most before the usual', ['a=maxptime:30', 'a=ptime:30'], 30],
    ['a number that no machine holds', ['a=ptime:99999999999999999999'], 180],
    ['it with spaces', ['a=ptime: 40 '], 40],
  ])('Packets are as long as the far end asks: %s', (_, lines, ptime) => {
    expect(agreedOn(lines)).toEqual({ answers: ptime, sends: ptime, sendsWhenWeOffer: ptime });
  });

  it('A new offer of ours keeps the agreed packet length', () => {
    const negotiation = new Negotiation(LOCAL, '1');
    negotiation.answer(described(['a=ptime:40']));
    expect(negotiation.offer().toString()).toContain('a=ptime:40');
  });
});

describe('the profile of an offer', () => {
  it('An offer with the feedback profile is answered with it (RFC 4585)', () => {
    const answer = new Negotiation(LOCAL, '1').answer(described(['a=rtcp-fb:* trr-int 5000'], 'RTP/AVPF'));
    expect('body' in answer && answer.body.toString()).toMatch(/^m=audio 20000 RTP\/AVPF 0 101\r$/m);
  });

  it('An offer that requires SRTP with keys in SDP is refused', () => {
    const crypto = 'a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz';
    for (const protocol of ['RTP/SAVP', 'RTP/SAVPF']) {
      const answer = new Negotiation(LOCAL, '1').answer(described([crypto], protocol));
      expect(answer).toMatchObject({ kind: 'disagreement', warning: 302 });
      expect('text' in answer && answer.text).toContain(`${protocol} only: switch SRTP off`);
    }
  });

  it("The session's ptime and maxptime apply to a section without them", () => {
    const session = described([]);
    session.attributes.push({ name: 'ptime', value: '40' }, { name: 'maxptime', value: '30' });
    expect(new Negotiation(LOCAL, '1').answer(session)).toMatchObject({ agreed: { ptime: 30 } });
  });
});
