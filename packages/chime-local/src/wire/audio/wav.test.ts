import { describe, expect, it } from 'vitest';
import { parseWav, WavError, type WavFault, writeWav } from './wav.ts';

/** A WAV file with the given fmt fields and data bytes. */
function wav(
  fields: { tag?: number; channels?: number; rate?: number; bits?: number; extensible?: number },
  data: number[],
  before: number[] = [],
): Uint8Array {
  const { tag = 1, channels = 1, rate = 8000, bits = 16, extensible } = fields;
  const u16 = (n: number) => [n & 255, (n >> 8) & 255];
  const u32 = (n: number) => [...u16(n & 0xffff), ...u16(n >>> 16)];
  const text = (s: string) => [...s].map((c) => c.charCodeAt(0));
  const block = (channels * bits) / 8;
  const fmt = [...u16(extensible === undefined ? tag : 0xfffe), ...u16(channels), ...u32(rate)];
  fmt.push(...u32(rate * block), ...u16(block), ...u16(bits));
  if (extensible !== undefined) {
    fmt.push(...u16(22), ...u16(bits), ...u32(4), ...u16(extensible));
    fmt.push(0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71);
  }
  const body = [...text('WAVE'), ...before, ...text('fmt '), ...u32(fmt.length), ...fmt];
  body.push(...text('data'), ...u32(data.length), ...data);
  return Uint8Array.from([...text('RIFF'), ...u32(body.length), ...body]);
}

function faultOf(bytes: Uint8Array): WavFault | undefined {
  try {
    parseWav(bytes);
    return undefined;
  } catch (error) {
    if (error instanceof WavError) return error.fault;
    throw error;
  }
}

describe('WAV', () => {
  it('A written file reads back unchanged', () => {
    const samples = Int16Array.of(0, 1, -1, 32_767, -32_768);
    expect(parseWav(writeWav({ sampleRate: 8000, samples }))).toEqual({ sampleRate: 8000, samples });
  });

  it('Samples of 8, 16, 24 and 32 bits are read', () => {
    expect([...parseWav(wav({ bits: 8 }, [128, 0, 255])).samples]).toEqual([0, -32_768, 32_512]);
    expect([...parseWav(wav({ bits: 16 }, [1, 0, 0, 128])).samples]).toEqual([1, -32_768]);
    expect([...parseWav(wav({ bits: 24 }, [0, 1, 0, 0, 0, 128])).samples]).toEqual([1, -32_768]);
    expect([...parseWav(wav({ bits: 32 }, [0, 0, 1, 0, 255, 255, 255, 127])).samples]).toEqual([1, 32_767]);
  });

  it('Stereo becomes mono and the rate is kept', () => {
    const file = wav({ channels: 2, rate: 44_100 }, [10, 0, 20, 0, 0, 0, 2, 0]);
    expect(parseWav(file)).toEqual({ sampleRate: 44_100, samples: Int16Array.of(15, 1) });
  });

  it('The extensible form is read; other chunks are skipped with their padding', () => {
    const list = [...'LIST'].map((c) => c.charCodeAt(0)).concat([3, 0, 0, 0, 1, 2, 3, 0]);
    expect([...parseWav(wav({ extensible: 1 }, [7, 0], list)).samples]).toEqual([7]);
  });

  /** A file of 4,800 samples with the given sizes in its header. */
  function streamed(sizes: { riff?: number; data?: number }, behind: number[] = []): Uint8Array {
    const sound = Array.from({ length: 9_600 }, (_, i) => (i % 2 ? 3 : i & 255));
    const file = Uint8Array.from([...wav({}, sound), ...behind]);
    const view = new DataView(file.buffer);
    if (sizes.riff !== undefined) view.setUint32(4, sizes.riff, true);
    if (sizes.data !== undefined) view.setUint32(40, sizes.data, true);
    return file;
  }

  it.each([
    ['0 and 0 (getID3#468, NAudio#688)', { riff: 0, data: 0 }],
    ['0 for the sound alone', { data: 0 }],
    ['those of an empty file', { riff: 36, data: 0 }],
    ['0xffffffff', { riff: 0xffff_ffff, data: 0xffff_ffff }],
    ['0x7fffffff', { riff: 0x7fff_ffff, data: 0x7fff_ffff - 36 }],
    ['more than there is: cut off', { data: 20_000 }],
    ['right for the sound, wrong for the whole', { riff: 5 }],
  ])('All sound of a stream is read when its sizes are %s', (_, sizes) => {
    expect(parseWav(streamed(sizes)).samples).toHaveLength(4_800);
  });

  it('A file that was cut off within a sample is read', () => {
    expect(parseWav(streamed({}).subarray(0, 1_045)).samples).toHaveLength(500);
    expect(parseWav(streamed({ riff: 0, data: 0 }).subarray(0, 1_045)).samples).toHaveLength(500);
  });

  it('A file without sound has no samples, whatever else it contains', () => {
    const list = [...'LIST'].map((c) => c.charCodeAt(0)).concat([4, 0, 0, 0, 1, 2, 3, 4]);
    expect(parseWav(wav({}, [])).samples).toHaveLength(0);
    expect(parseWav(Uint8Array.from([...wav({}, []), ...list])).samples).toHaveLength(0);
    const after = parseWav(Uint8Array.from([...wav({}, [7, 0]), ...list]));
    expect([...after.samples]).toEqual([7]);
  });

  it('An empty data chunk before the full one is skipped', () => {
    const data = [...'data'].map((c) => c.charCodeAt(0));
    const file = wav({}, [], []);
    expect([...parseWav(Uint8Array.from([...file, ...data, 4, 0, 0, 0, 1, 0, 2, 0])).samples]).toEqual([
      1, 2,
    ]);
  });

  it('An odd chunk without its padding byte is skipped correctly', () => {
    const odd = [...'note'].map((c) => c.charCodeAt(0)).concat([3, 0, 0, 0, 1, 2, 3]);
    expect([...parseWav(wav({}, [7, 0], odd)).samples]).toEqual([7]);
  });

  it('RF64, the form of WAV for long files, is read', () => {
    const file = streamed({ riff: 0xffff_ffff, data: 0xffff_ffff });
    file.set(new TextEncoder().encode('RF64'));
    expect(parseWav(file).samples).toHaveLength(4_800);
  });

  it.each(['RF64', 'BW64'])('%s: the ds64 chunk gives the length of the sound', (form) => {
    const ds64 = [...'ds64'].map((c) => c.charCodeAt(0)).concat([16, 0, 0, 0], new Array(16).fill(0));
    const list = [...'LIST'].map((c) => c.charCodeAt(0)).concat([2, 0, 0, 0, 9, 9]);
    const file = Uint8Array.from([...wav({}, [7, 0], ds64), ...list]);
    file.set(new TextEncoder().encode(form));
    const view = new DataView(file.buffer);
    view.setUint32(28, 2, true);
    view.setUint32(64, 0xffff_ffff, true);
    expect([...parseWav(file).samples]).toEqual([7]);
    view.setUint32(32, 1, true);
    expect(parseWav(file).samples).toHaveLength(6);
  });

  it('A block length of 0 in the fmt chunk is accepted', () => {
    const file = wav({}, [7, 0]);
    new DataView(file.buffer).setUint16(32, 0, true);
    expect([...parseWav(file).samples]).toEqual([7]);
  });

  it('A file with many empty data chunks is read quickly', () => {
    const empty = [...'data'].map((c) => c.charCodeAt(0)).concat([0, 0, 0, 0]);
    const file = Uint8Array.from([...wav({}, []), ...new Array(20_000).fill(empty).flat()]);
    expect(parseWav(file).samples).toHaveLength(0);
  });

  it('Each kind of invalid file is reported with its fault', () => {
    expect(faultOf(new Uint8Array())).toBe('not-wav');
    expect(faultOf(new TextEncoder().encode('ID3 this is not a WAV file'))).toBe('not-wav');
    expect(faultOf(wav({ tag: 7, bits: 8 }, []))).toBe('unsupported');
    expect(faultOf(wav({ extensible: 3, bits: 32 }, []))).toBe('unsupported');
    expect(faultOf(wav({ channels: 6 }, []))).toBe('unsupported');
    expect(faultOf(wav({ bits: 12 }, []))).toBe('unsupported');
    expect(faultOf(wav({ rate: 0 }, []))).toBe('unsupported');
    expect(faultOf(wav({}, [1, 2]).subarray(0, 40))).toBe('damaged');
  });

  it('Damaged files cause no error other than WavError', () => {
    const good = wav({ extensible: 1, channels: 2 }, [1, 2, 3, 4, 5, 6, 7, 8]);
    let state = 12_345;
    const random = (below: number) => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      return Math.floor((state / 2 ** 32) * below);
    };
    for (let round = 0; round < 3_000; round++) {
      const bytes = good.slice(0, random(4) === 0 ? random(good.length) : good.length);
      for (let n = random(6); n > 0 && bytes.length > 0; n--) bytes[random(bytes.length)] = random(256);
      faultOf(bytes);
    }
  });
});
