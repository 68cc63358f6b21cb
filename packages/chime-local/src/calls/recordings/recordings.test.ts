import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { StartRecording } from 'pstn-audio/engine';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { hasTone, levelDbfs, parseWav, tone } from '#audio';
import { S3 } from '#aws';
import { type Log, silentLog, systemClock, systemIds } from '#platform';
import { eventually } from '#testkit';
import { RecordingFile } from './recording-file.ts';
import { type RecordingOutcome, Recordings } from './recordings.ts';

const RATE = 8_000;
const HZ = 500;

let folder: string;
let s3: S3;
let objection: string | undefined;
let told: string[];
let outcomes: RecordingOutcome[];

/** The recordings of one process; another instance in the same folder stands for the next process. */
function recordings(log: Log = silentLog): Recordings {
  return new Recordings({
    folder: path.join(folder, 'recordings'),
    media: {
      record: (leg, { channels }) => void told.push(`record ${leg} ${channels.join(' ')}`),
      pauseRecording: (leg, _id, paused) => void told.push(`${paused ? 'pause' : 'resume'} ${leg}`),
      stopRecording: (leg) => void told.push(`stop ${leg}`),
    },
    store: { objection: () => objection, putFile: (...put) => s3.putFile(...put) },
    ids: systemIds,
    log,
  });
}

const output = (changes: Partial<StartRecording> = {}): StartRecording => ({
  kind: 'StartRecording',
  legId: 'leg-a',
  recordingId: 'recording-1',
  track: 'INCOMING',
  bucket: 'bucket',
  key: 'k.wav',
  background: true,
  ...changes,
});

const begin = (of: Recordings, changes: Partial<StartRecording> = {}, mediaLeg = 'leg-a') =>
  of.start({
    output: output(changes),
    transactionId: 'transaction',
    mediaLeg,
    swapped: mediaLeg !== 'leg-a',
    report: (outcome) => outcomes.push(outcome),
  });

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'recordings-'));
  const parts = { clock: systemClock, ids: systemIds, log: silentLog, accountId: '0'.repeat(12) };
  s3 = await S3.open({ folder: path.join(folder, 's3'), region: 'us-east-1', ...parts });
  await s3.createBucket('bucket');
  objection = undefined;
  told = [];
  outcomes = [];
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

const stored = async () => (await s3.read('bucket', 'k.wav'))?.body;

describe('recordings of calls', () => {
  it('T-092 Recordings are stored as 16-bit WAV files in their bucket', async () => {
    const here = recordings();
    expect(begin(here)).toBeUndefined();
    const song = tone(HZ, RATE, RATE);
    here.recorded('leg-a recording-1', song.subarray(0, 3_000), false);
    expect(await stored()).toBeUndefined();
    here.recorded('leg-a recording-1', song.subarray(3_000), true);
    await here.settled();
    expect(outcomes).toEqual(['stored']);
    const { samples, sampleRate } = parseWav((await stored()) ?? new Uint8Array());
    expect([sampleRate, samples.length]).toEqual([RATE, RATE]);
    expect(hasTone(samples, HZ, RATE)).toBe(true);
    expect(s3.head('bucket', 'k.wav')).toMatchObject({ contentType: 'audio/wav' });
    expect(s3.metadata('bucket', 'k.wav')).toEqual({
      'transaction-id': 'transaction',
      'call-id': 'leg-a',
      'recording-duration': '1',
      'recording-audio-file-format': 'audio/wav',
    });
    expect(readdirSync(path.join(folder, 'recordings'))).toEqual([]);
  });

  it('T-094 A recording of both tracks has two channels', async () => {
    const here = recordings();
    begin(here, { track: 'BOTH' });
    expect(told).toEqual(['record leg-a said heard']);
    const left = tone(HZ, 800, RATE);
    const both = Int16Array.from({ length: 1_600 }, (_, i) => (i % 2 === 0 ? left[i / 2]! : 0));
    here.recorded('leg-a recording-1', both, true);
    await here.settled();
    const file = (await stored()) ?? Buffer.alloc(0);
    expect(file.readUInt16LE(22)).toBe(2);
    const channel = (at: number) =>
      Int16Array.from({ length: 800 }, (_, i) => file.readInt16LE(44 + i * 4 + at * 2));
    expect(hasTone(channel(0), HZ, RATE)).toBe(true);
    expect(levelDbfs(channel(1))).toBe(-120);
  });

  it('A recording of a meeting leg swaps the two sides', async () => {
    const here = recordings();
    begin(here, { legId: 'meeting-leg', track: 'BOTH' }, 'telephone');
    here.setPaused({ legId: 'meeting-leg', recordingId: 'recording-1' }, true);
    here.legEnded('meeting-leg');
    expect(told).toEqual(['record telephone heard said', 'pause telephone', 'stop telephone']);
    here.everythingLost();
    await here.settled();
  });

  it('A recording to an unwritable bucket is refused or lost later', async () => {
    const here = recordings();
    objection = 'no policy';
    expect(begin(here)).toMatchObject({ errorType: 'NoAccessToDestination' });
    expect(begin(here, { background: false })).toBeUndefined();
    here.recorded('leg-a recording-1', tone(HZ, 800, RATE), true);
    await here.settled();
    expect(outcomes).toMatchObject([{ errorType: 'InvalidActionParameter' }]);
    expect(readdirSync(path.join(folder, 'recordings'))).toEqual([]);
  });

  it('The next process stores recordings that a killed one left', async () => {
    const killed = recordings();
    begin(killed);
    killed.recorded('leg-a recording-1', tone(HZ, 1_600, RATE), false);
    killed.recorded('leg-a recording-1', tone(HZ, 1_600, RATE), false);
    await eventually('both pieces on disk', () => sizeOnDisk() === 44 + 6_400);
    await recordings().storeLeft();
    const { samples } = parseWav((await stored()) ?? new Uint8Array());
    expect(samples.length).toBe(3_200);
    expect(readdirSync(path.join(folder, 'recordings'))).toEqual([]);
    // The process was not really killed, so its file is still open.
    killed.everythingLost();
    await killed.settled();
  });

  it('A full disk ends a recording and keeps what there was', async () => {
    const errors: string[] = [];
    const here = recordings({ ...silentLog, error: (text) => void errors.push(text) });
    begin(here);
    const piece = tone(HZ, 1_600, RATE);
    here.recorded('leg-a recording-1', piece, false);
    await eventually('the first piece on disk', () => sizeOnDisk() === 44 + 3_200);
    const full = new Error('ENOSPC: no space left on device, write');
    const append = vi.spyOn(RecordingFile.prototype, 'append').mockRejectedValue(full);
    for (let more = 0; more < 5; more++) here.recorded('leg-a recording-1', piece, false);
    await eventually('told', () => errors.length > 0);
    append.mockRestore();
    here.recorded('leg-a recording-1', piece, true);
    await here.settled();
    expect([outcomes, errors.length]).toEqual([['stored'], 1]);
    expect(errors[0]).toMatch(/k\.wav cannot be written \(ENOSPC.*the call goes on/);
    expect(parseWav((await stored()) ?? new Uint8Array()).samples.length).toBe(1_600);
  });

  it('A recording ends as it is when the media thread dies', async () => {
    const here = recordings();
    begin(here);
    here.recorded('leg-a recording-1', tone(HZ, 800, RATE), false);
    here.everythingLost();
    await here.settled();
    expect(outcomes).toEqual(['stored']);
  });

  it('Waiting for recordings to settle includes their last samples', async () => {
    const here = recordings();
    begin(here);
    begin(here, { recordingId: 'recording-2', key: 'two.wav' });
    here.legEnded('leg-a');
    const order: string[] = [];
    const settled = here.settled().then(() => order.push('settled'));
    for (const id of ['leg-a recording-1', 'leg-a recording-2']) {
      await new Promise(setImmediate);
      order.push('last samples');
      here.recorded(id, tone(HZ, 800, RATE), true);
    }
    await settled;
    expect([order, outcomes]).toEqual([
      ['last samples', 'last samples', 'settled'],
      ['stored', 'stored'],
    ]);
  });
});

function sizeOnDisk(): number {
  const wav = readdirSync(path.join(folder, 'recordings')).find((name) => name.endsWith('.wav'));
  return wav ? statSync(path.join(folder, 'recordings', wav)).size : 0;
}
