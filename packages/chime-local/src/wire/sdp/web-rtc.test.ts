import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Disagreement } from './offer-answer.ts';
import { parseSessionDescription } from './parse-session-description.ts';
import type { SessionDescription } from './session-description.ts';
import { type AgreedWebRtc, WebRtcNegotiation } from './web-rtc.ts';
import type { WebRtcCodec } from './web-rtc-codecs.ts';
import type { LocalWebRtcAudio } from './web-rtc-transport.ts';

const LOCAL: LocalWebRtcAudio = {
  address: '198.51.100.1',
  port: 20_000,
  iceUfrag: 'ours',
  icePwd: 'our-password-of-22-chars'.replaceAll('-', '+'),
  fingerprint: Array(32).fill('AB').join(':'),
};
const MEETING: readonly WebRtcCodec[] = ['opus'];
const PHONE: readonly WebRtcCodec[] = ['PCMU', 'opus', 'PCMA'];

const fixture = (name: string) => readFileSync(new URL(`fixtures/${name}.sdp`, import.meta.url), 'utf8');
const AUDIO = fixture('chromium-audio');
const RESTARTED = fixture('chromium-audio-ice-restart');
const CAMERA = fixture('chromium-audio-and-camera');
const FIREFOX = fixture('firefox-audio');
const FIREFOX_CAMERA = fixture('firefox-audio-and-camera');

function read(text: string | Buffer): SessionDescription {
  const result = parseSessionDescription(Buffer.from(text));
  if (result.kind === 'malformed') throw new Error(result.text);
  return result.description;
}

function answered(offer: string, codecs = MEETING, negotiation = new WebRtcNegotiation(LOCAL, '77', codecs)) {
  const result = negotiation.answer(read(offer));
  if ('kind' in result) throw new Error(result.text);
  return { lines: result.body.toString().split('\r\n'), agreed: result.agreed, negotiation };
}

function refusal(offer: string, codecs = MEETING): Disagreement | undefined {
  const result = new WebRtcNegotiation(LOCAL, '77', codecs).answer(read(offer));
  const judged = WebRtcNegotiation.judge(read(offer), codecs);
  expect(judged).toEqual('kind' in result ? result : undefined);
  return judged;
}

/** Splits a description into sections of lines; the first one is the session's. */
function sections(lines: readonly string[]): string[][] {
  const found: string[][] = [[]];
  for (const line of lines) {
    if (line.startsWith('m=')) found.push([]);
    found[found.length - 1]!.push(line);
  }
  return found;
}

describe('answering a browser', () => {
  it("A page's phone gets one port, ICE-lite, DTLS server and codec", () => {
    const { lines, agreed } = answered(AUDIO, PHONE);
    expect(lines).toEqual([
      'v=0',
      'o=- 77 1 IN IP4 198.51.100.1',
      's=-',
      'c=IN IP4 198.51.100.1',
      't=0 0',
      'a=group:BUNDLE 0',
      'a=ice-lite',
      'a=ice-options:ice2',
      'm=audio 20000 UDP/TLS/RTP/SAVPF 0 126',
      'a=mid:0',
      'a=ice-ufrag:ours',
      `a=ice-pwd:${LOCAL.icePwd}`,
      `a=fingerprint:sha-256 ${LOCAL.fingerprint}`,
      'a=setup:passive',
      'a=sendrecv',
      'a=rtcp-mux',
      'a=rtpmap:0 PCMU/8000',
      'a=rtpmap:126 telephone-event/8000',
      'a=fmtp:126 0-15',
      'a=ptime:10',
      'a=candidate:1 1 udp 2130706431 198.51.100.1 20000 typ host',
      'a=end-of-candidates',
      '',
    ]);
    expect(agreed).toEqual({
      codec: 'PCMU',
      payloadType: 0,
      dtmfPayloadType: 126,
      direction: 'sendrecv',
      iceUfrag: /a=ice-ufrag:(\S+)/.exec(AUDIO)?.[1],
      fingerprints: [{ hash: 'sha-256', value: /sha-256 (\S+)/.exec(AUDIO)?.[1] }],
    });
  });

  it('Opus is answered in mono, with events at its clock rate', () => {
    const { lines, agreed } = answered(AUDIO);
    expect(agreed).toMatchObject({ codec: 'opus', payloadType: 111, dtmfPayloadType: 110 });
    expect(lines).toContain('a=rtpmap:111 opus/48000/2');
    expect(lines).toContain('a=fmtp:111 minptime=10;stereo=0;useinbandfec=0');
    expect(lines.filter((line) => /^a=(msid|ssrc|extmap|rtcp-fb)|red/.test(line))).toEqual([]);
  });

  it('The stream that we send is announced, in the audio section only', () => {
    const local = { ...LOCAL, stream: { ssrc: 4_294_967_295, cname: 'abc' } };
    const { lines } = answered(CAMERA, MEETING, new WebRtcNegotiation(local, '77', MEETING));
    const [, audio] = sections(lines);
    expect(audio).toContain('a=ssrc:4294967295 cname:abc');
    expect(lines.filter((line) => line.startsWith('a=ssrc'))).toHaveLength(1);
  });

  it("A meeting client's camera section stays open, inactive and bundled", () => {
    const [session, audio, video] = sections(answered(CAMERA).lines);
    expect(session).toContain('a=group:BUNDLE 0 1');
    expect(audio).toContain('a=sendrecv');
    expect(video?.[0]).toBe('m=video 20000 UDP/TLS/RTP/SAVPF 96');
    expect(video).toEqual(expect.arrayContaining(['a=mid:1', 'a=inactive', 'a=rtpmap:96 VP8/90000']));
    expect(video?.some((line) => line.startsWith('a=candidate'))).toBe(false);
  });

  it("Attributes of the session apply to its sections, as in Firefox's offers", () => {
    const { agreed, lines } = answered(FIREFOX, PHONE);
    expect(agreed).toMatchObject({ codec: 'PCMU', dtmfPayloadType: 101, iceUfrag: '830b300b' });
    expect(lines).toContain('a=group:BUNDLE 0');
    const moved = FIREFOX.replace(/a=(ice-ufrag|ice-pwd|setup):.*\r\n/g, '').replace(
      'm=audio',
      'a=ice-ufrag:abcd\r\na=ice-pwd:0123456789012345678901\r\na=setup:active\r\nm=audio',
    );
    expect(answered(moved).agreed.iceUfrag).toBe('abcd');
  });

  it("Firefox's events beside Opus are accepted at their own clock rate", () => {
    const { agreed, lines } = answered(FIREFOX);
    expect(agreed).toMatchObject({ codec: 'opus', payloadType: 109, dtmfPayloadType: 101 });
    expect(lines).toContain('a=rtpmap:101 telephone-event/8000');
    expect(
      answered(FIREFOX.replace(/101 telephone-event.*/, '101 x/1')).agreed.dtmfPayloadType,
    ).toBeUndefined();
  });

  it("Firefox's camera section without a port (bundle-only) stays open", () => {
    expect(FIREFOX_CAMERA).toMatch(/^m=video 0 /m);
    const [session, , video] = sections(answered(FIREFOX_CAMERA).lines);
    expect(session).toContain('a=group:BUNDLE 0 1');
    expect(video?.[0]).toBe('m=video 20000 UDP/TLS/RTP/SAVPF 120');
    expect(video).toEqual(expect.arrayContaining(['a=inactive', 'a=rtpmap:120 VP8/90000']));
  });

  it.each([
    ['sendrecv', 'sendrecv'],
    ['sendonly', 'recvonly'],
    ['recvonly', 'sendonly'],
    ['inactive', 'inactive'],
  ])('An offer of %s is answered %s', (theirs, ours) => {
    const { agreed, lines } = answered(AUDIO.replace('a=sendrecv', `a=${theirs}`));
    expect(agreed.direction).toBe(ours);
    expect(lines).toContain(`a=${ours}`);
  });
});

describe('sections', () => {
  const SECOND = CAMERA.slice(CAMERA.indexOf('m=video'));

  it('Only sections that were stopped or are not bundled are refused', () => {
    const stopped = CAMERA.replace('m=video 9', 'm=video 0').replace('BUNDLE 0 1', 'BUNDLE 0');
    const [session, , video] = sections(answered(stopped).lines);
    expect(session).toContain('a=group:BUNDLE 0');
    expect(video?.slice(0, 3)).toEqual([expect.stringMatching(/^m=video 0 /), 'a=mid:1', 'a=inactive']);
    const alone = answered(CAMERA.replace('BUNDLE 0 1', 'BUNDLE 0')).lines;
    expect(sections(alone)[2]?.[0]).toMatch(/^m=video 0 /);
    const data = `${CAMERA.replace('BUNDLE 0 1', 'BUNDLE 0 1 2')}m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=mid:2\r\n`;
    expect(sections(answered(data).lines)[3]).toEqual([
      'm=application 0 UDP/DTLS/SCTP webrtc-datachannel',
      'a=mid:2',
      'a=inactive',
      '',
    ]);
  });

  it('A bundle-only section is opened on the shared port', () => {
    const only = CAMERA.replace('m=video 9', 'm=video 0').replace('a=mid:1', 'a=mid:1\r\na=bundle-only');
    const [session, , video] = sections(answered(only).lines);
    expect(session).toContain('a=group:BUNDLE 0 1');
    expect(video?.[0]).toMatch(/^m=video 20000 /);
  });

  it('Sections keep their order when video is first in the bundle', () => {
    const at = CAMERA.indexOf('m=audio');
    const bare = CAMERA.slice(at, CAMERA.indexOf('m=video')).replace(/a=(ice-|fingerprint|setup).*\r\n/g, '');
    const offer = CAMERA.slice(0, at).replace('BUNDLE 0 1', 'BUNDLE 1 0') + SECOND + bare;
    const { agreed, lines } = answered(offer);
    expect(agreed.iceUfrag).toBe(/a=ice-ufrag:(\S+)/.exec(SECOND)?.[1]);
    const [session, video, audio] = sections(lines);
    expect(session).toContain('a=group:BUNDLE 1 0');
    expect(video).toEqual(expect.arrayContaining(['a=mid:1', expect.stringMatching(/^a=candidate/)]));
    expect(audio?.[0]).toMatch(/^m=audio 20000 /);
  });

  it('Several cameras and a second audio section are answered inactive', () => {
    const more = [2, 3].map((mid) =>
      SECOND.replace('a=mid:1', `a=mid:${mid}`).replace('inactive', 'recvonly'),
    );
    const audio = CAMERA.slice(CAMERA.indexOf('m=audio'), CAMERA.indexOf('m=video')).replace(
      'a=mid:0',
      'a=mid:9',
    );
    const offer = CAMERA.replace('BUNDLE 0 1', 'BUNDLE 0 1 2 3 9') + more.join('') + audio;
    const found = sections(answered(offer).lines);
    expect(found[0]).toContain('a=group:BUNDLE 0 1 2 3 9');
    for (const idle of found.slice(2)) expect(idle).toContain('a=inactive');
    expect(found[5]?.[0]).toBe('m=audio 20000 UDP/TLS/RTP/SAVPF 111');
  });

  it('Only RTP over DTLS counts as WebRTC', () => {
    expect(WebRtcNegotiation.isWebRtc(read(AUDIO))).toBe(true);
    const old = AUDIO.replace('UDP/TLS/RTP/SAVPF', 'RTP/SAVPF');
    expect(WebRtcNegotiation.isWebRtc(read(old))).toBe(true);
    expect(WebRtcNegotiation.isWebRtc(read(old.replace(/a=fingerprint.*\r\n/, '')))).toBe(false);
    expect(WebRtcNegotiation.isWebRtc(read(AUDIO.replace('UDP/TLS/RTP/SAVPF', 'RTP/AVP')))).toBe(false);
  });
});

describe('offers that cannot be agreed on', () => {
  const change = (from: string | RegExp, to: string) => refusal(AUDIO.replace(from, to));

  it.each<[string, string | RegExp, string]>([
    ['no ufrag', /a=ice-ufrag.*\r\n/, ''],
    ['a short ufrag', /a=ice-ufrag:.*/, 'a=ice-ufrag:abc'],
    ['a long ufrag', /a=ice-ufrag:.*/, `a=ice-ufrag:${'a'.repeat(257)}`],
    ['a ufrag with other characters', /a=ice-ufrag:.*/, 'a=ice-ufrag:ab:cd'],
    ['no password', /a=ice-pwd.*\r\n/, ''],
    ['a short password', /a=ice-pwd:.*/, `a=ice-pwd:${'a'.repeat(21)}`],
    ['a long password', /a=ice-pwd:.*/, `a=ice-pwd:${'a'.repeat(257)}`],
    ['no fingerprint', /a=fingerprint.*\r\n/, ''],
    ['an invalid fingerprint', /sha-256 .*/, 'sha-256 AB:CD:'],
    ['a fingerprint of the wrong length', /sha-256 .*/, 'sha-256 AB:CD'],
    ['an insecure hash only', /sha-256 .*/, `md5 ${Array(16).fill('00').join(':')}`],
    ['too many fingerprints', /a=fingerprint.*\r\n/, '$&'.repeat(9)],
    ['a far end that is ICE-lite, too', 'a=mid:0', 'a=ice-lite\r\na=mid:0'],
    ['a far end that is the DTLS server', 'a=setup:actpass', 'a=setup:passive'],
    ['a connection to be held back (holdconn)', 'a=setup:actpass', 'a=setup:holdconn'],
    ['RTCP on another port', 'a=rtcp-mux\r\n', ''],
    ['a mid that is not a token', 'a=mid:0', 'a=mid:0 1'],
    ['an excessively long mid', 'a=mid:0', `a=mid:${'0'.repeat(65)}`],
  ])('An offer that cannot be used is refused: %s', (_, from, to) => {
    expect(change(from, to)).toMatchObject({ kind: 'disagreement', warning: 399 });
  });

  it('Two sections with the same mid are refused', () => {
    expect(refusal(CAMERA.replace('a=mid:1', 'a=mid:0'))?.text).toContain('a=mid');
  });

  it('An offer without audio or without our codecs is refused', () => {
    expect(change('m=audio 9', 'm=audio 0')?.warning).toBe(304);
    expect(change('UDP/TLS/RTP/SAVPF', 'RTP/AVP')?.warning).toBe(304);
    expect(change('opus/48000/2', 'opus/48000')?.warning).toBe(305);
  });

  it('A supported hash beside an unknown one is enough', () => {
    const both = AUDIO.replace('a=fingerprint', 'a=fingerprint:sha-9 00:11\r\na=fingerprint');
    expect(answered(both).agreed.fingerprints).toHaveLength(1);
  });
});

describe('later exchanges', () => {
  it('The version rises if, and only if, the answer differs', () => {
    const { negotiation } = answered(CAMERA);
    const origin = (offer: string) => answered(offer, MEETING, negotiation).lines[1];
    expect(origin(CAMERA)).toBe('o=- 77 1 IN IP4 198.51.100.1');
    expect(origin(CAMERA.replace('a=sendrecv', 'a=sendonly'))).toBe('o=- 77 2 IN IP4 198.51.100.1');
    expect(origin(CAMERA)).toBe('o=- 77 3 IN IP4 198.51.100.1');
  });

  it('An ICE restart is recognised and answered with new credentials', () => {
    const { negotiation, agreed } = answered(AUDIO);
    expect(negotiation.restartsIce(read(AUDIO))).toBe(false);
    expect(negotiation.restartsIce(read(RESTARTED))).toBe(true);
    negotiation.renewIce({ iceUfrag: 'newer', icePwd: 'a'.repeat(24) });
    const again = answered(RESTARTED, MEETING, negotiation);
    expect(again.lines).toContain('a=ice-ufrag:newer');
    expect(again.agreed.iceUfrag).not.toBe(agreed.iceUfrag);
    expect(again.agreed.fingerprints).toEqual(agreed.fingerprints);
  });

  it('Another certificate is refused, and nothing changes', () => {
    const { negotiation, agreed } = answered(AUDIO);
    expect(negotiation.answer(read(FIREFOX))).toMatchObject({ warning: 399 });
    expect(negotiation.agreed).toEqual(agreed);
    expect(answered(AUDIO, MEETING, negotiation).lines[1]).toContain('o=- 77 1 ');
  });
});

describe('offering', () => {
  const swap = (text: string) =>
    text
      .replace('a=setup:actpass', 'a=setup:active')
      .replace(/m=audio.*/, 'm=audio 9 UDP/TLS/RTP/SAVPF 0 101');

  it('Our codecs are offered in order, and the answer is read', () => {
    const negotiation = new WebRtcNegotiation(LOCAL, '5', ['PCMU', 'opus']);
    const lines = negotiation.offer().toString().split('\r\n');
    expect(lines).toEqual(
      expect.arrayContaining([
        'a=group:BUNDLE 0',
        'm=audio 20000 UDP/TLS/RTP/SAVPF 0 111 101 110',
        'a=setup:actpass',
        'a=rtcp-mux',
        'a=rtpmap:101 telephone-event/8000',
        'a=rtpmap:110 telephone-event/48000',
        'a=sendrecv',
      ]),
    );
    const answer = swap(AUDIO).replace('126 telephone-event', '101 telephone-event');
    const result = negotiation.readAnswer(read(answer)) as { agreed: AgreedWebRtc };
    expect(result.agreed).toMatchObject({ codec: 'PCMU', payloadType: 0, dtmfPayloadType: 101 });
    expect(result.agreed.direction).toBe('sendrecv');
    const held = negotiation.offer('sendonly').toString().split('\r\n');
    expect(held).toContain('m=audio 20000 UDP/TLS/RTP/SAVPF 0 101');
    expect(held[1]).toContain('o=- 5 2 ');
    expect(held).toContain('a=sendonly');
  });

  it('An answer that does not fit the offer is refused', () => {
    const negotiation = new WebRtcNegotiation(LOCAL, '5', PHONE);
    negotiation.offer();
    expect(negotiation.readAnswer(read(swap(CAMERA)))).toMatchObject({ kind: 'disagreement' });
    expect(negotiation.readAnswer(read(AUDIO))).toMatchObject({ kind: 'disagreement' });
    expect(negotiation.readAnswer(read(AUDIO.replace('m=audio 9', 'm=audio 0')))).toMatchObject({
      warning: 304,
    });
    expect(negotiation.agreed).toBeUndefined();
  });

  it('An offer after an answer keeps sections, mids and payload types', () => {
    const { negotiation } = answered(CAMERA);
    const found = sections(negotiation.offer().toString().split('\r\n'));
    expect(found[0]).toContain('a=group:BUNDLE 0 1');
    expect(found[1]?.[0]).toBe('m=audio 20000 UDP/TLS/RTP/SAVPF 111 110');
    expect(found[2]).toContain('a=inactive');
    expect(found.flat().filter((line) => line === 'a=setup:actpass')).toHaveLength(2);
  });
});

describe('descriptions from untrusted peers', () => {
  it('A BUNDLE group with thousands of mids costs little time', () => {
    const names = Array.from({ length: 2_600 }, (_, n) => n.toString(36));
    const mids = Array.from({ length: 16 }, (_, n) => `m${n}`);
    const offer = [
      'v=0',
      'o=- 1 1 IN IP4 192.0.2.7',
      `a=group:BUNDLE ${[...mids, ...names].join(' ')}`,
      ...mids.flatMap((mid) => ['m=audio 9 UDP/TLS/RTP/SAVPF 0', `a=mid:${mid}`, 'a=rtcp-mux']),
    ].join('\r\n');
    const description = read(offer);
    const before = process.cpuUsage().user;
    for (let n = 0; n < 20; n++) expect(WebRtcNegotiation.judge(description, PHONE)).toBeDefined();
    // Half a millisecond each; searching for every mid in every section took a hundred.
    expect((process.cpuUsage().user - before) / 1000).toBeLessThan(600);
  });

  const line = fc.oneof(
    fc.constantFrom(...AUDIO.split('\r\n'), ...CAMERA.split('\r\n'), ...FIREFOX.split('\r\n')),
    fc.constantFrom(
      'a=bundle-only',
      'a=group:BUNDLE',
      'a=mid:',
      'a=setup:',
      'm=audio 0 UDP/TLS/RTP/SAVPF 0',
      'a=rtpmap:',
    ),
    fc.string({ maxLength: 30 }).map((text) => `a=${text.replace(/[\r\n\0]/g, '')}`),
  );

  it('No offer makes it throw, and every answer can be read', () => {
    const text = fc
      .array(line, { maxLength: 60 })
      .map((lines) => `v=0\r\no=- 1 1 IN IP4 192.0.2.7\r\n${lines.join('\r\n')}\r\n`);
    const mutated = fc
      .tuple(
        fc.constantFrom(AUDIO, CAMERA, FIREFOX, FIREFOX_CAMERA),
        fc.nat(),
        fc.nat(40),
        fc.string({ maxLength: 10 }),
      )
      .map(([offer, at, cut, put]) => {
        const start = at % offer.length;
        return offer.slice(0, start) + put + offer.slice(start + cut);
      });
    const shuffled = fc
      .constantFrom(AUDIO, CAMERA, FIREFOX)
      .chain((offer) => fc.shuffledSubarray(offer.split('\r\n'), { minLength: 20 }))
      .map(
        (lines) =>
          `v=0\r\no=- 1 1 IN IP4 192.0.2.7\r\n${lines.filter((l) => !/^[vo]=/.test(l)).join('\r\n')}`,
      );
    let agreements = 0;
    fc.assert(
      fc.property(fc.oneof(text, mutated, shuffled), (bytes) => {
        const parsed = parseSessionDescription(Buffer.from(bytes));
        if (parsed.kind === 'malformed') return;
        const { description } = parsed;
        const result = new WebRtcNegotiation(LOCAL, '1', PHONE).answer(description);
        if ('kind' in result) return;
        agreements++;
        const answer = read(result.body);
        expect(answer.media).toHaveLength(description.media.length);
        for (const [i, media] of answer.media.entries()) {
          expect(media.type).toBe(description.media[i]?.type);
          expect(media.formats.length).toBeGreaterThan(0);
        }
      }),
      { numRuns: 1500 },
    );
    expect(agreements).toBeGreaterThan(50);
  });
});
