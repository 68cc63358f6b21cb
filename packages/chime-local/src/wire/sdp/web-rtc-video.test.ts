import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseSessionDescription } from './parse-session-description.ts';
import type { SessionDescription } from './session-description.ts';
import { WebRtcNegotiation } from './web-rtc.ts';
import type { VideoUse } from './web-rtc-video.ts';

const LOCAL = {
  ...{ address: '127.0.0.1', port: 40_000, iceUfrag: 'edge', icePwd: 'p'.repeat(24) },
  ...{ fingerprint: Array(32).fill('CD').join(':'), stream: { ssrc: 1, cname: 'ours' } },
};
const RECEIVE: VideoUse = { kind: 'receive', maxKbps: 600 };
const SEND: VideoUse = { kind: 'send', ssrc: 4_000_000_000, cname: 'v_2', streamId: 'v_2' };

const fixture = (name: string): string =>
  readFileSync(new URL(`fixtures/${name}.sdp`, import.meta.url), 'utf8').replace(/\r?\n/g, '\r\n');

function read(text: string | Buffer): SessionDescription {
  const result = parseSessionDescription(Buffer.from(text));
  if (result.kind === 'malformed') throw new Error(result.text);
  return result.description;
}

/** A browser's offer whose video sections have these directions; 'stopped' means port 0 and not bundled. */
function grown(name: string, directions: readonly string[]): string {
  const whole = fixture(name);
  const at = whole.indexOf('m=video');
  const camera = whole.slice(at);
  const videos = directions.map((direction, i) => {
    const mid = i + 1;
    const section = camera
      .replace(/^a=mid:.*$/m, `a=mid:${mid}`)
      .replace(/^a=(sendrecv|inactive|sendonly|recvonly)$/m, `a=${direction.replace('stopped', 'inactive')}`);
    return direction === 'stopped' ? section.replace(/^m=video \d+/, 'm=video 0') : section;
  });
  const bundled = directions.flatMap((direction, i) => (direction === 'stopped' ? [] : [i + 1]));
  return (
    whole.slice(0, at).replace(/^a=group:BUNDLE.*$/m, `a=group:BUNDLE 0 ${bundled.join(' ')}`.trimEnd()) +
    videos.join('')
  );
}

function answer(offer: string, uses: [string, VideoUse][], negotiation = fresh()) {
  const result = negotiation.answer(read(offer), new Map(uses));
  if ('kind' in result) throw new Error(result.text);
  const text = result.body.toString();
  return { text, sections: text.split(/(?=^m=)/m).slice(1), description: read(result.body) };
}

const fresh = () => new WebRtcNegotiation(LOCAL, '1', ['opus']);

describe.each([
  'chromium-audio-and-camera',
  'firefox-audio-and-camera',
])('video in the offer of %s', (name) => {
  it('Each video section of an offer is listed with its direction', () => {
    const offer = read(grown(name, ['sendrecv', 'recvonly', 'stopped', 'inactive']));
    const videos = WebRtcNegotiation.offeredVideo(offer, ['opus']);
    expect(videos.map(({ mid, direction }) => [mid, direction])).toEqual([
      ['1', 'sendrecv'],
      ['2', 'recvonly'],
      ['3', 'inactive'],
      ['4', 'inactive'],
    ]);
    expect(videos.map(({ vp8 }) => vp8 !== undefined)).toEqual([true, true, false, true]);
  });

  it('Video is answered with VP8 only, a bandwidth limit and feedback', () => {
    const { sections, description } = answer(grown(name, ['sendrecv', 'recvonly']), [
      ['1', RECEIVE],
      ['2', SEND],
    ]);
    const [, camera, other] = sections as [string, string, string];
    expect(description.attributes).toContainEqual({ name: 'group', value: 'BUNDLE 0 1 2' });
    for (const section of [camera, other])
      expect(section).toMatch(/^m=video 40000 UDP\/TLS\/RTP\/SAVPF \d+\r$/m);
    expect(camera).toContain('\r\nb=AS:600\r\n');
    expect(camera).toContain('a=recvonly');
    expect(camera).toMatch(
      /^a=rtpmap:(\d+) VP8\/90000\r\n(?:a=fmtp.*\r\n)?a=rtcp-fb:\1 ccm fir\r\na=rtcp-fb:\1 nack pli\r\na=rtcp-fb:\1 goog-remb\r$/m,
    );
    expect(camera).not.toContain('a=ssrc');
    expect(other).toContain('a=sendonly');
    expect(other).toContain('a=msid:v_2 v_2');
    expect(other).toContain('a=ssrc:4000000000 cname:v_2');
    expect(other).not.toContain('b=AS');
    expect(other).not.toContain('extmap');
  });

  it('Video can return under another mid, and the audio section never changes', () => {
    const negotiation = fresh();
    const without = answer(grown(name, ['inactive']), [], negotiation);
    answer(
      grown(name, ['sendrecv', 'recvonly']),
      [
        ['1', RECEIVE],
        ['2', SEND],
      ],
      negotiation,
    );
    const stopped = answer(grown(name, ['inactive', 'stopped']), [], negotiation);
    expect(stopped.sections[1]).toMatch(/^m=video 40000 /);
    expect(stopped.sections[1]).toContain('a=inactive');
    expect(stopped.sections[2]).toMatch(/^m=video 0 /);
    expect(stopped.description.attributes).toContainEqual({ name: 'group', value: 'BUNDLE 0 1' });
    const recycled = grown(name, ['sendrecv', 'recvonly'])
      .replace('a=mid:2', 'a=mid:7')
      .replace('0 1 2', '0 1 7');
    const again = answer(
      recycled,
      [
        ['1', RECEIVE],
        ['7', { ...SEND, streamId: 'v_7' }],
      ],
      negotiation,
    );
    expect(again.sections[2]).toContain('a=msid:v_7 v_7');
    for (const { sections } of [stopped, again]) expect(sections[0]).toBe(without.sections[0]);
  });

  it('A video section is inactive if the offer contradicts its use', () => {
    const offer = grown(name, ['inactive', 'sendonly', 'recvonly', 'stopped', 'recvonly']);
    const { sections } = answer(offer, [
      ['1', RECEIVE],
      ['2', SEND],
      ['3', RECEIVE],
      ['4', SEND],
      ['9', SEND],
    ]);
    for (const section of sections.slice(1)) expect(section).toContain('a=inactive');
    const noVp8 = grown(name, ['sendrecv']).replace(/VP8\/90000/g, 'H264/90000');
    expect(answer(noVp8, [['1', RECEIVE]]).sections[1]).toContain('a=inactive');
  });
});
