import { describe, expect, it } from 'vitest';
import { Negotiation } from './offer-answer.ts';
import { parseSessionDescription } from './parse-session-description.ts';

/** Further reports about the session descriptions of other stacks, named by tracker and number. */

const LOCAL = { address: '198.51.100.1', rtpPort: 20_000, rtcpPort: 20_001 };
const HEAD = ['v=0', 'o=- 1 1 IN IP4 192.0.2.7', 's=-', 'c=IN IP4 192.0.2.7', 't=0 0'];

const read = (...lines: string[]) => {
  const result = parseSessionDescription(Buffer.from([...lines, ''].join('\r\n')));
  if (result.kind === 'malformed') throw new Error(result.text);
  return result.description;
};
const answerTo = (negotiation: Negotiation, ...media: string[]) => {
  const result = negotiation.answer(read(...HEAD, ...media));
  if ('kind' in result) throw new Error(result.text);
  return { ...result.agreed, lines: result.body.toString().split('\r\n') };
};
const begun = () => new Negotiation(LOCAL, '1');

describe('offers', () => {
  it('rtpengine#1969: Parameters of codecs that have none are ignored', () => {
    const fmtp = [0, 8, 9].map((number) => `a=fmtp:${number} vad=yes`);
    const media = 'm=audio 62422 RTP/AVP 0 8 18 9 100 99 96';
    const events = ['a=rtpmap:100 G726-40/8000', 'a=fmtp:100 vad=yes', 'a=rtpmap:96 telephone-event/8000'];
    expect(answerTo(begun(), media, ...fmtp, ...events, 'a=maxptime:240', 'a=ptime:20')).toMatchObject({
      codec: 'PCMU',
      dtmfPayloadType: 96,
    });
  });

  it('asterisk#825: A plain offer with key and capabilities gets a plain answer', () => {
    const key = 'a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:ExCG2CVKqwiuVbJ49PvYfzLnMYvGxewJgk0Ua+6l|2^31|1:1';
    const capable = ['a=tcap:1 RTP/SAVP', 'a=pcfg:1 t=1', key, 'a=sendrecv'];
    const { codec, lines } = answerTo(begun(), 'm=audio 17490 RTP/AVP 8 0 101 13', ...capable);
    expect([codec, lines.filter((line) => /crypto|SAVP|acfg/.test(line))]).toEqual(['PCMA', []]);
  });

  it('pjproject#1411: A hold need not repeat its rtpmaps', () => {
    const negotiation = begun();
    const media = 'm=audio 40000 RTP/AVP 0 101';
    answerTo(negotiation, media, 'a=rtpmap:101 telephone-event/8000');
    const held = negotiation.answer(read(...HEAD.slice(0, 3), 'c=IN IP4 0.0.0.0', 't=0 0', media));
    expect(held).toMatchObject({ agreed: { direction: 'recvonly', codec: 'PCMU' } });
  });

  it('rtpengine#638: An rtpmap without a name in a refused section is harmless', () => {
    const { lines, rtpPort } = answerTo(
      begun(),
      ...['m=audio 40000 RTP/AVP 0', 'm=video 0 RTP/AVP 96', 'a=rtpmap:96'],
    );
    expect([rtpPort, lines.filter((line) => line.startsWith('m=video'))]).toEqual([
      40_000,
      ['m=video 0 RTP/AVP 96'],
    ]);
  });

  it('rtpengine#1473: Sections are answered in the order of the offer', () => {
    const video = ['m=video 5000 RTP/AVP 96', 'a=rtpmap:96 VP8/90000'];
    const { lines } = answerTo(begun(), ...video, 'm=audio 40000 RTP/AVP 0', 'm=text 6000 RTP/AVP 98');
    expect(lines.filter((line) => line.startsWith('m=')).map((line) => line.split(' ', 2).join(' '))).toEqual(
      ['m=video 0', 'm=audio 20000', 'm=text 0'],
    );
  });
});

describe('answers', () => {
  const answered = (...media: string[]) => {
    const negotiation = new Negotiation(LOCAL, '2');
    negotiation.offer();
    const result = negotiation.readAnswer(read(...HEAD, ...media));
    return 'agreed' in result ? result.agreed : result;
  };

  it('liblinphone#83: A static codec may have an rtpmap, followed by a ptime', () => {
    const media = ['m=audio 12212 RTP/AVP 0 102', 'a=rtpmap:0 PCMU/8000', 'a=ptime:20'];
    const events = ['a=rtpmap:102 telephone-event/8000', 'a=fmtp:102 0-15', 'a=sendrecv'];
    expect(answered(...media, ...events)).toMatchObject({ codec: 'PCMU', dtmfPayloadType: 102 });
  });

  it('rtpengine#2044: Telephone-event may be answered under another payload type', () => {
    const media = ['m=audio 58085 RTP/AVP 8 0 97', 'a=rtpmap:97 telephone-event/8000', 'a=fmtp:97 0-16'];
    expect(answered(...media)).toMatchObject({ codec: 'PCMA', dtmfPayloadType: 97 });
  });

  it('jitsi#808: An offer within a call keeps its profile', () => {
    const negotiation = begun();
    answerTo(negotiation, 'm=audio 40000 RTP/AVPF 0 101', 'a=rtpmap:101 telephone-event/8000');
    expect(negotiation.offer().toString()).toMatch(/^m=audio 20000 RTP\/AVPF /m);
  });

  it('Audio that is switched on again keeps its place after the video', () => {
    const negotiation = begun();
    const video = ['m=video 5000 RTP/AVP 96', 'a=rtpmap:96 VP8/90000'];
    answerTo(negotiation, ...video, 'm=audio 40000 RTP/AVP 0');
    answerTo(negotiation, 'm=video 0 RTP/AVP 96', 'm=audio 0 RTP/AVP 0');
    const offer = negotiation.offer().toString();
    expect(offer.match(/^m=\w+ \d+/gm)).toEqual(['m=video 0', 'm=audio 20000']);
  });
});
