import { describe, expect, it } from 'vitest';
import { parseSessionDescription, type SessionDescription } from '#sdp';
import { createMediaNegotiation, judgeOffer, kindOfLeg } from './media-negotiation.ts';
import { browserOffer, OFFER, offerOf } from './testing/raw-phone.ts';

const LOCAL = { address: '127.0.0.1', rtpPort: 20_000, rtcpPort: 20_000 };
const WEB_RTC = { iceUfrag: 'ours', icePwd: 'twentytwocharactersxxx', fingerprint: 'AB:CD' };
const PEER = { randomHex: '0123456789abcdef', signalling: { peer: '127.0.0.1', ownPort: 5060 } };

function read(text: string): SessionDescription {
  const result = parseSessionDescription(Buffer.from(text));
  if (result.kind !== 'description') throw new Error(result.text);
  return result.description;
}

/** The result of an exchange with these formats, once with the browser's offer and once with ours. */
function agreed(formats: string): { offered: unknown; answered: unknown } {
  const offer = read(browserOffer(formats));
  const callee = createMediaNegotiation({ ...LOCAL, webRtc: WEB_RTC }, { ...PEER, offer });
  const caller = createMediaNegotiation({ ...LOCAL, webRtc: WEB_RTC }, PEER);
  caller.offer();
  const codec = (result: ReturnType<typeof callee.readAnswer>) =>
    'remote' in result ? result.remote.codec : result.text;
  const answer = read(browserOffer(formats, 'active'));
  return { offered: codec(callee.answer(offer)), answered: codec(caller.readAnswer(answer)) };
}

describe('the codec of a browser', () => {
  it.each([
    ['111 0 126 110', 'opus'],
    ['0 111 126 110', 'PCMU'],
    ['8 0 126', 'PCMA'],
    ['9 13 111 110', 'opus'],
    ['9 0 126', 'PCMU'],
  ])('A browser that lists formats %s gets codec %s, whoever offers', (formats, codec) => {
    expect(agreed(formats)).toEqual({ offered: codec, answered: codec });
  });

  it('Our own offer prefers the codecs of telephones', () => {
    const negotiation = createMediaNegotiation({ ...LOCAL, webRtc: WEB_RTC }, PEER);
    expect(negotiation.offer().toString()).toMatch(/m=audio 20000 UDP\/TLS\/RTP\/SAVPF 0 111 8 /);
  });
});

describe('the choice of media', () => {
  it('The kind of media follows the offer, or else the transport', () => {
    expect(kindOfLeg(read(browserOffer()), 'udp', '192.0.2.7').transport).toBe('webrtc');
    expect(kindOfLeg(read(OFFER), 'ws', '192.0.2.7').transport).toBe('rtp');
    expect(kindOfLeg(undefined, 'ws', '192.0.2.7')).toEqual({ transport: 'webrtc', band: 'narrow' });
    expect(kindOfLeg(read(OFFER), 'udp', '::1')).toEqual({ transport: 'rtp', band: 'narrow', ipVersion: 6 });
    expect(kindOfLeg(undefined, 'tcp', '192.0.2.7')).toEqual({ transport: 'rtp', band: 'narrow' });
  });

  it('Each kind of offer is judged by its own rules', () => {
    expect(judgeOffer(read(browserOffer()), 4, '127.0.0.1')).toBeUndefined();
    expect(judgeOffer(read(OFFER), 4, '127.0.0.1')).toBeUndefined();
    expect(judgeOffer(read(browserOffer('9')), 4, '127.0.0.1')).toMatchObject({ warning: 305 });
    expect(judgeOffer(read(offerOf('m=audio 6000 RTP/AVP 18')), 4, '127.0.0.1')).toMatchObject({
      warning: 305,
    });
  });

  it('A desk phone that offers DTLS without ICE gets plain RTP', () => {
    const offer = read(browserOffer().replace(/a=ice-.*\r\n/g, ''));
    expect(kindOfLeg(offer, 'udp', '192.0.2.7').transport).toBe('rtp');
    const text = 'the audio is offered over UDP/TLS/RTP/SAVPF only: switch SRTP off, or make it optional';
    expect(judgeOffer(offer, 4, '127.0.0.1')).toMatchObject({ warning: 302, text });
  });

  it.each([
    ['pbx.example', '192.0.2.9'],
    ['192.0.2.5', '192.0.2.5'],
  ])('A call to %s exchanges sound with %s', (called, peer) => {
    const signalling = { peer: called, ownPort: 5060 };
    const negotiation = createMediaNegotiation({ ...LOCAL, rtcpPort: 20_001 }, { ...PEER, signalling });
    negotiation.offer();
    expect(negotiation.readAnswer(read(OFFER), '192.0.2.9')).toMatchObject({ remote: { peer } });
    expect(negotiation.answer(read(OFFER))).toMatchObject({ remote: { peer } });
  });

  it('Hold with c=0.0.0.0 keeps the last address', () => {
    const negotiation = createMediaNegotiation({ ...LOCAL, rtcpPort: 20_001 }, PEER);
    negotiation.answer(read(OFFER));
    const held = negotiation.answer(read(OFFER.replace('c=IN IP4 127.0.0.1', 'c=IN IP4 0.0.0.0')));
    expect(held).toMatchObject({ remote: { address: '127.0.0.1', direction: 'recvonly' } });
  });
});
