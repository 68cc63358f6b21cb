import type { S3AudioSource } from '../actions/index.ts';
import { failure } from '../failures.ts';
import { MAX_AUDIO_FILE_BYTES } from '../limits.ts';
import { isObject } from '../schema/schema.ts';
import { type ResponseProblem, responseProblem } from './problem.ts';
import type { ReadAction } from './read-response.ts';

/** What differs between this machine and AWS for an answer that is valid in itself. */

/** What is known about an audio file. */
export interface AudioFileFacts {
  readonly bytes: number;
  /** Why the file is not PCM WAV; absent if it is, with the format below. */
  readonly fault?: string;
  /** Hertz. */
  readonly sampleRate?: number;
  readonly channels?: number;
  /** Bits of a sample. */
  readonly bits?: number;
}

/** What is known about the environment in which an answer will be used. What is left out is not checked. */
export interface Surroundings {
  /** The file with this key in the bucket; null if it does not exist, undefined if that is unknown. */
  audioFile?(bucket: string, key: string): AudioFileFacts | null | undefined;
  /** Whether the bucket's policy allows the service this action; undefined if that is unknown. */
  allows?(bucket: string, action: 's3:GetObject' | 's3:PutObject'): boolean | undefined;
}

/** The recommended format, which needs no conversion. DG: play-audio. */
const TELEPHONE_FORM = { sampleRate: 8000, channels: 1, bits: 16 } as const;
/** On AWS, the bucket and the application belong to the same account; here only the policy is checked. */
const PRINCIPAL = 'voiceconnector.chime.amazonaws.com';
/** Numbers reserved for fiction, which nobody has. North American Numbering Plan, 555-0100 to 555-0199. */
const FICTIONAL = /^\+1\d{3}55501\d\d$/;

type Path = readonly (string | number)[];
type Found = Omit<ResponseProblem, 'message' | 'path' | 'action'> & { path: Path };

/** Finds what works here but may fail on AWS, and files that are known not to exist. */
export function differences(
  { type, parameters, index }: ReadAction,
  surroundings: Surroundings,
): ResponseProblem[] {
  const found = [
    ...filesIn(parameters).flatMap((file) => ofFile(file, surroundings)),
    ...recordingsIn(parameters).flatMap((place) => ofRecording(place, surroundings)),
    ...(type === 'CallAndBridge' ? ofBridge(parameters) : []),
    ...(type === 'StartBotConversation' ? [OF_BOTS] : []),
  ];
  return found.map(({ path, ...problem }) =>
    responseProblem({ ...problem, action: type, path: ['Actions', index, 'Parameters', ...path] }),
  );
}

interface NamedFile {
  readonly path: Path;
  readonly source: S3AudioSource;
}

/** Parameters that name a file to be played. */
function filesIn(parameters: Readonly<Record<string, unknown>>): NamedFile[] {
  return ['AudioSource', 'FailureAudioSource', 'RingbackTone'].flatMap((name) => {
    const source = parameters[name];
    return isObject(source) ? [{ path: [name], source: source as unknown as S3AudioSource }] : [];
  });
}

function ofFile({ path, source }: NamedFile, { audioFile, allows }: Surroundings): Found[] {
  const { BucketName, Key } = source;
  const problems: Found[] = [];
  if (allows?.(BucketName, 's3:GetObject') === false) {
    problems.push(notAllowed([...path, 'BucketName'], BucketName, 's3:GetObject'));
  }
  const file = audioFile?.(BucketName, Key);
  if (file === undefined) return problems;
  const at = [...path, 'Key'];
  if (file === null) {
    const words = failure('InvalidAudioSource', 'Cannot access S3 bucket or audio file.');
    const allowed = `the key of an object in the bucket ${BucketName}`;
    return [...problems, { consequence: 'ACTION_FAILED', path: at, value: Key, allowed, ...words }];
  }
  return [...problems, ...ofForm(at, Key, file)];
}

function ofForm(path: Path, Key: string, file: AudioFileFacts): Found[] {
  const tooLarge = file.bytes > MAX_AUDIO_FILE_BYTES ? `it has ${file.bytes} bytes` : undefined;
  const fault = file.fault ?? tooLarge;
  if (fault !== undefined) {
    const words = failure('InvalidAudioSource', 'Audio Source parameter value is invalid.');
    const allowed = `a PCM WAV file of at most ${MAX_AUDIO_FILE_BYTES} bytes (${fault})`;
    return [{ consequence: 'ACTION_FAILED', path, value: Key, allowed, ...words }];
  }
  const { sampleRate, channels, bits } = file;
  const fits = Object.entries(TELEPHONE_FORM).every(([name, value]) => {
    const is = file[name as keyof typeof TELEPHONE_FORM];
    return is === undefined || is === value;
  });
  if (fits) return [];
  const form = `a WAV file of 8000 Hz, mono, 16 bit, which is what AWS recommends; it has ${sampleRate} Hz, ${channels === 1 ? 'mono' : `${channels} channels`}, ${bits} bit, and is converted here`;
  return [{ consequence: 'FAILS_ON_AWS', path, value: Key, allowed: form }];
}

/** Buckets to which recordings are written. */
function recordingsIn(parameters: Readonly<Record<string, unknown>>): { path: Path; bucket: string }[] {
  const { RecordingDestination: one, Destination: whole } = parameters;
  return [
    ...(isObject(one)
      ? [{ path: ['RecordingDestination', 'BucketName'], bucket: String(one.BucketName) }]
      : []),
    ...(isObject(whole)
      ? [{ path: ['Destination', 'Location'], bucket: String(whole.Location).split('/')[0] ?? '' }]
      : []),
  ];
}

function ofRecording({ path, bucket }: { path: Path; bucket: string }, { allows }: Surroundings): Found[] {
  return allows?.(bucket, 's3:PutObject') === false ? [notAllowed(path, bucket, 's3:PutObject')] : [];
}

function notAllowed(path: Path, bucket: string, action: string): Found {
  const allowed = `a bucket whose policy lets ${PRINCIPAL} do ${action}`;
  return { consequence: 'FAILS_ON_AWS', path, value: bucket, allowed };
}

function ofBridge({ Endpoints, SipHeaders }: Readonly<Record<string, unknown>>): Found[] {
  const [endpoint] = Array.isArray(Endpoints) ? Endpoints : [];
  if (!isObject(endpoint) || endpoint.BridgeEndpointType !== 'PSTN') return [];
  const { Uri } = endpoint;
  const problems: Found[] = [];
  if (typeof Uri === 'string' && FICTIONAL.test(Uri)) {
    const allowed =
      'the number of a telephone; this one is kept for fiction, and answered here by a test party';
    problems.push({ consequence: 'FAILS_ON_AWS', path: ['Endpoints', 0, 'Uri'], value: Uri, allowed });
  }
  if (isObject(SipHeaders) && Object.keys(SipHeaders).length > 0) {
    const allowed = 'nothing for a PSTN endpoint: headers do not travel through the telephone network (C-28)';
    const value = Object.keys(SipHeaders).join(', ');
    problems.push({ consequence: 'FAILS_ON_AWS', path: ['SipHeaders'], value, allowed });
  }
  return problems;
}

/** GR: the quota of Lex bots. */
const OF_BOTS: Found = {
  consequence: 'FAILS_ON_AWS',
  path: ['BotAliasArn'],
  value: 'a bot',
  allowed: "a bot within the account's quota, which is 0 until AWS raises it",
};
