/**
 * SIP, engine, media thread and mixer, connected as by `npm start`, with the function in the same process:
 * what a call costs without its Lambda. The user part of the dialled address names the meeting: `room0`,
 * `room1`, …; `hangup` is answered and hung up by the caller; `record0`, … are also recorded, both sides;
 * `pin0`, … first hear a prompt and press four keys. With `--record` each call leaves a record; with
 * `--node-sockets` media uses Node's own sockets. Prints `{"port":…,"threads":…}` when it is ready for calls.
 * The lines `record on` and `record off` switch the recording of calls that begin afterwards; any other line
 * is answered with a JSON line of memory figures.
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Worker } from 'node:worker_threads';
import type { InvocationEvent } from 'pstn-audio';
import { tone } from '#audio';
import type { MeetingDirectory } from '#aws';
import { CallHost, type CallRecorder } from '#call-host';
import { CallRecords } from '#call-record';
import { startMediaEdge } from '#media-edge';
import { MeetingHost } from '#meeting-host';
import { silentLog, systemClock, systemIds } from '#platform';
import { Recordings } from '#recordings';
import { startSipEdge } from '#sip-edge';
import { recordInvocations } from '../packages/chime-local/src/runtime/recorded-invocations.ts';
import { recordLevels } from '../packages/chime-local/src/runtime/recorded-levels.ts';
import { heapBytesOf } from './thread-heap.ts';
import { threadIds, threadsBeside } from './threads.ts';

const ADDRESS = '127.0.0.1';
/** More than a machine has time for: no call is to be refused because of the number of calls. */
const MAX_LEGS = 20_000;

/** Every token is valid: it names both the meeting and the attendee. */
const directory: MeetingDirectory = {
  redeem(joinToken) {
    const [meetingId = '', attendeeId = ''] = joinToken.split('/');
    const may = { audio: 'SendReceive', video: 'None', content: 'None' } as const;
    return { meetingId, attendeeId, externalUserId: attendeeId, ...may };
  },
  areAttendees: () => true,
  exists: () => true,
  attendeeConnected() {},
  attendeeDisconnected() {},
};
/** Nobody joins with a browser. */
const signalling = { tellRoster() {}, setVideoRights() {}, tellChanges() {}, tellLevels() {}, end() {} };

/** The function's answer: joins the dialled meeting, and ends the meeting leg with the caller's leg. */
function answer(event: InvocationEvent): string {
  const [caller, meetingLeg] = event.CallDetails.Participants;
  const asksForPin = caller?.To.startsWith('pin') ?? false;
  if (event.InvocationEventType === 'NEW_INBOUND_CALL' && asksForPin) return respond(PIN);
  if (event.InvocationEventType === (asksForPin ? 'ACTION_SUCCESSFUL' : 'NEW_INBOUND_CALL') && !meetingLeg) {
    const JoinToken = `${caller?.To}/${caller?.CallId}`;
    const join = { Type: 'JoinChimeMeeting', Parameters: { JoinToken, MeetingId: caller?.To } };
    return caller?.To.startsWith('record') ? respond(RECORD, join) : respond(join);
  }
  if (event.InvocationEventType === 'HANGUP' && meetingLeg?.Status === 'Connected') {
    return respond({ Type: 'Hangup', Parameters: { ParticipantTag: 'LEG-B' } });
  }
  return respond();
}

const RECORD = {
  Type: 'StartCallRecording',
  Parameters: { Track: 'BOTH', Destination: { Type: 'S3', Location: 'recordings' } },
};

const PROMPT = { Type: 'S3', BucketName: 'prompts', Key: 'welcome.wav' };
const PIN = {
  Type: 'PlayAudioAndGetDigits',
  Parameters: {
    AudioSource: PROMPT,
    FailureAudioSource: PROMPT,
    InputDigitsRegex: '^\\d{4}$',
    MinNumberOfDigits: 4,
    MaxNumberOfDigits: 4,
    Repeat: 3,
    RepeatDurationInMilliseconds: 10_000,
  },
};
/** What a function logs for an invocation. */
const LOG_LINE = JSON.stringify({ level: 'INFO', message: 'event', sequence: 1, answered: 'x'.repeat(200) });
/** Length of the prompt in ms, and its frequency. */
const PROMPT_MS = 4_000;
const PROMPT_HZ = 440;

/** The same function, which does nothing while recording is switched off. */
function whileRecording<A extends unknown[]>(report: (...args: A) => void): (...args: A) => void {
  return (...args) => {
    if (isRecording) report(...args);
  };
}

const respond = (...Actions: object[]): string => JSON.stringify({ SchemaVersion: '1.0', Actions });

let host: CallHost | undefined;
let mediaThread: Worker | undefined;
process.once('worker', (worker) => {
  mediaThread = worker;
});
const sockets = process.argv.includes('--node-sockets') ? 'node' : 'batched';
const isRecorded = process.argv.includes('--record');
// Reading a file starts libuv's threads: they exist before the media thread, and can be distinguished from
// it.
await readFile(import.meta.filename);
const before = threadIds();
const media = await startMediaEdge({ address: ADDRESS, sockets });
media.loadAudio(PROMPT.Key, tone(PROMPT_HZ, PROMPT_MS * 8, 8000, 8000));
media.observe({
  onDigit: (legId, digit) => host?.legInput(legId, { kind: 'DigitPressed', legId, digit }),
  onPlaybackFinished: (legId, playId) => host?.legInput(legId, { kind: 'PlaybackFinished', legId, playId }),
  onRecorded: (id, samples, last) => recordings.recorded(id, samples, last),
  onSilence: (id) => recordings.silence(id),
  onSound: (legs) => records && recordLevels(records)(legs),
  onSpeaking() {},
  onLevels() {},
  onTransportUp() {},
  onTransportDown() {},
  onMediaLost() {},
  onLate: (late) => sip.refuseNew(late ? 'there is no time for the sound of one more call' : undefined),
  onFatal(error) {
    throw error;
  },
});
const folder = mkdtempSync(path.join(tmpdir(), 'bench-recordings-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
/** Records of every call, however many there are. */
const records = isRecorded
  ? new CallRecords({
      folder: path.join(folder, 'calls'),
      keys: 'masked',
      writer: 'bench',
      clock: systemClock,
      log: silentLog,
      limits: { newPerSecond: 100_000, newBurst: 100_000 },
    })
  : undefined;
await records?.open();
let isRecording = isRecorded;
media.watchSound(isRecording ? 'record' : 'nobody');
/** The records, which take no call while recording is switched off. */
const recorder: CallRecorder | undefined = records && {
  stepped: whileRecording((...step) => records.stepped(...step)),
  faulted: whileRecording((...fault) => records.faulted(...fault)),
  restored: whileRecording((call) => records.restored(call)),
  add: whileRecording((...entry) => records.add(...entry)),
};
const sip = await startSipEdge(
  { address: ADDRESS, port: 0, maxLegs: MAX_LEGS },
  {
    media,
    clock: systemClock,
    ids: systemIds,
    log: silentLog,
    ...(records ? { trace: whileRecording((message) => records.addToLeg(message.legId, message)) } : {}),
  },
);
sip.observe({
  onLegArrived(leg) {
    sip.ring(leg.legId);
    const target = { sipMediaApplicationId: 'sma', awsRegion: 'us-east-1', functionArn: 'fn' };
    const { legId, from, to } = leg;
    host?.arrive({
      legId,
      from,
      to,
      awsAccountId: '000000000000',
      sipRuleId: 'rule',
      targets: [target],
    });
  },
  onLegEarlyMedia() {},
  onLegRinging() {},
  onLegAnswered: (legId) => host?.legInput(legId, { kind: 'LegAnswered', legId }),
  onLegEnded: (legId, { sipResponseCode }) =>
    host?.legInput(legId, { kind: 'LegEnded', legId, sipResponseCode }),
  onDigit() {},
});
const meetings = new MeetingHost({
  directory,
  media,
  signalling,
  letGo: (legId) => host?.meetingLost(legId),
});
/** Settings as in `npm start`; the file that would go into the bucket is discarded. */
const recordings = new Recordings({
  folder,
  media,
  store: { objection: () => undefined, putFile: async (_place, file) => rmSync(file, { force: true }) },
  ids: systemIds,
  log: silentLog,
});
host = new CallHost({
  ...(records && recorder ? { record: recorder, invocationWatches: [recordInvocations(records)] } : {}),
  clock: systemClock,
  ids: systemIds,
  log: silentLog,
  edges: {
    lines: sip,
    media,
    meetings,
    conversations: { start() {}, key() {}, stop() {}, legEnded() {} },
    recordings,
    called: { owns: () => true, connector: () => 'unknown' },
    async invoke(arn, payload, _urgency, requestId) {
      records?.printed(arn, requestId, LOG_LINE);
      return { ok: true, payload: answer(JSON.parse(payload) as InvocationEvent) };
    },
    audio: {
      file: ({ source }) => source.Key,
      speech: ({ text }) => text,
      ringing: () => 'ringing',
      lengthMs: () => undefined,
    },
  },
});
process.stdout.write(`${JSON.stringify({ port: sip.port, threads: threadsBeside(before) })}\n`);

process.stdin.on('data', async (line) => {
  const order = /^record (on|off)$/.exec(String(line).trim());
  if (order) {
    isRecording = order[1] === 'on';
    media.watchSound(isRecording ? 'record' : 'nobody');
    return;
  }
  globalThis.gc?.();
  const { rss, heapUsed, arrayBuffers } = process.memoryUsage();
  const usedBytes = heapUsed + arrayBuffers;
  const mediaBytes = mediaThread ? await heapBytesOf(mediaThread) : 0;
  const state = { rss, usedBytes, mediaBytes, calls: host?.size, legs: sip.legs };
  process.stdout.write(`${JSON.stringify(state)}\n`);
});
process.stdin.on('end', () => process.exit(0));
