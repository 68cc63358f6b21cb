import { describe, expect, it } from 'vitest';
import { PCMA, tone } from '#audio';
import { FRAME_MS } from '#conference';
import type { LegSoundLevels } from './media-edge.ts';
import { LEVEL_FRAMES, LEVELS_TOLD, SILENT, SoundMeter, WATCHED_LEVELS_TOLD } from './sound-levels.ts';
import { StagedHost } from './testing/staged-host.ts';

const TELEPHONE = { transport: 'rtp', band: 'narrow' } as const;
const BROWSER = { transport: 'webrtc', band: 'narrow' } as const;
/** Amplitude of a tenth of full scale: its peak and mean level are 20 dB below those of a full-scale sine. */
const TENTH = 3_277;

function staged() {
  const told: LegSoundLevels[] = [];
  const host = new StagedHost({ onSound: (legs) => void told.push(...legs) });
  host.host.watchSound('record');
  const of = (legId: string) => told.filter((levels) => levels.legId === legId);
  return { host, of };
}

const peaks = (values: Uint8Array | undefined): number[] => [...(values ?? [])].filter((_, n) => n % 2 === 0);

describe('levels of a leg', () => {
  it('A meter reports peak and mean power since its last reading', () => {
    const meter = new SoundMeter();
    const out = new Uint8Array(4);
    meter.samples(tone(440, 800, 8_000, TENTH));
    meter.read(out, 0);
    meter.read(out, 2);
    expect([...out]).toEqual([20, 20, SILENT, SILENT]);
  });

  it('A-law silence counts as silence, though A-law has no zero', () => {
    const meter = new SoundMeter();
    const out = new Uint8Array(2);
    meter.codes(new Uint8Array(160).fill(PCMA.silence), 0, 160, PCMA.toLinear);
    meter.read(out, 0);
    expect([...out]).toEqual([SILENT, SILENT]);
  });

  it('A leg that begins with silence shows no sound', async () => {
    const { host, of } = staged();
    host.host.watchSound('page');
    const legIds = Array.from({ length: LEVEL_FRAMES }, (_, index) => `leg ${index}`);
    for (const legId of legIds) {
      await host.leg(legId, TELEPHONE);
      host.run(FRAME_MS);
    }
    host.run(3_000);
    expect(legIds.flatMap(of)).toEqual([]);
  });

  it('A prompt shows in the levels that are heard, for its length', async () => {
    const { host, of } = staged();
    host.host.watchSound('page');
    await host.leg('a', TELEPHONE);
    host.host.loadAudio('prompt', tone(440, 8_000, 8_000, TENTH));
    host.run(500);
    host.host.play('a', { playId: 'p', audioId: 'prompt', repeat: 1 });
    host.run(2_500);
    const heard = peaks(of('a')[0]?.heard);
    expect(heard).toHaveLength(WATCHED_LEVELS_TOLD);
    const sounding = heard.filter((level) => level < SILENT);
    expect(sounding.length).toBeGreaterThanOrEqual(10);
    expect(sounding.length).toBeLessThanOrEqual(11);
    expect(Math.min(...sounding)).toBeGreaterThanOrEqual(19);
    expect(Math.min(...sounding)).toBeLessThanOrEqual(21);
  });

  it.each([
    { codec: 'PCMU' as const, leg: TELEPHONE },
    { codec: 'opus' as const, leg: BROWSER },
  ])("A leg's sound is measured though nobody listens: $codec", async ({ codec, leg }) => {
    const { host, of } = staged();
    host.host.watchSound('page');
    const phone = await host.leg('a', leg, { codec });
    phone.sing(440, codec);
    host.run(4_100);
    const said = peaks(of('a').at(-1)?.said);
    expect(said.filter((level) => level < 40).length).toBeGreaterThanOrEqual(WATCHED_LEVELS_TOLD - 1);
    expect(host.refused).toBe(0);
  });

  it('Levels are reported every ten seconds, or two while watched', async () => {
    const { host, of } = staged();
    const phone = await host.leg('a', TELEPHONE);
    phone.sing(440);
    host.run(9_000);
    expect(of('a')).toEqual([]);
    host.host.watchSound('page');
    expect(peaks(of('a')[0]?.said).length).toBeGreaterThan(85);
    host.run(2_000);
    expect(peaks(of('a')[1]?.said)).toHaveLength(WATCHED_LEVELS_TOLD);
    host.host.watchSound('record');
    host.run(9_500);
    expect(of('a')).toHaveLength(2);
    host.run(1_000);
    expect(peaks(of('a')[2]?.said)).toHaveLength(LEVELS_TOLD);
  });

  it('The last levels are reported when the leg ends', async () => {
    const { host, of } = staged();
    const phone = await host.leg('a', TELEPHONE);
    await host.leg('b', TELEPHONE);
    phone.sing(440);
    host.run(450);
    host.host.closeLeg('a');
    host.host.closeLeg('b');
    expect(of('a')).toHaveLength(1);
    expect(peaks(of('a')[0]?.said).length).toBeLessThan(7);
    expect(of('b')).toEqual([]);
  });
});
