/**
 * The part of Amazon Polly that functions use: SynthesizeSpeech with the voices that `Speak` has here. The
 * output is PCM, as needed for WAV files for `PlayAudio`, or the output of an encoder.
 */
import { SpeechError } from 'pstn-audio';
import type { AwsRequest, AwsService } from '../ports.ts';
import { answerError } from '../rest/answer.ts';
import { ApiError } from '../rest/api-error.ts';
import { unservedOperation } from '../rest/unserved-operation.ts';

/**
 * Synthesises a text to mono samples at `rate` hertz. Rejects with `SpeechError` if the SSML or the voice is
 * invalid.
 */
export type Synthesize = (
  request: { text: string; textType: 'text' | 'ssml'; voiceId: string },
  rate: number,
) => Promise<Int16Array>;

export type EncodedFormat = 'mp3' | 'ogg_vorbis';

/**
 * Encodes mono samples at `rate` hertz. Rejects with an error that names the remedy if there is no encoder.
 */
export type EncodeSound = (samples: Int16Array, rate: number, format: EncodedFormat) => Promise<Buffer>;

export interface PollyOptions {
  synthesize: Synthesize;
  /** Without it only PCM is available. */
  encode?: EncodeSound;
  close?(): Promise<void>;
}

/** Sample rates of PCM in Hz, and the default. API reference, SynthesizeSpeech, SampleRate. */
const PCM_RATES = ['8000', '16000'];
const DEFAULT_PCM_RATE = '16000';
/** Sample rates of encoded formats, their defaults, and the formats' content types. */
const ENCODED_RATES = ['8000', '16000', '22050', '24000', '44100', '48000'];
const DEFAULT_ENCODED_RATE = '22050';
const DEFAULT_NEURAL_RATE = '24000';
const ENCODED: Readonly<Record<EncodedFormat, string>> = { mp3: 'audio/mpeg', ogg_vorbis: 'audio/ogg' };
/** Further formats of Polly, which are not supported here. */
const OTHER_FORMATS = ['ogg_opus', 'mu-law', 'a-law', 'json'];
/** Maximum number of characters in a text, including tags. Developer guide, "Quotas in Amazon Polly". */
const MAX_TEXT = 6000;

export function createPolly({ synthesize, encode, close }: PollyOptions): AwsService {
  return {
    signingNames: ['polly'],
    operations: OPERATIONS,
    questions: (request) => [{ action: `polly:${operationOf(request)}`, resources: ['*'] }],
    async handle(request) {
      try {
        await dispatch(request, synthesize, encode);
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        answerError(request.response, error, request.requestId);
      }
    },
    ...(close ? { close } : {}),
  };
}

const OPERATIONS = ['SynthesizeSpeech'];

const operationOf = ({ method, rawPath }: AwsRequest): string =>
  method === 'POST' && rawPath === '/v1/speech' ? 'SynthesizeSpeech' : `${method} ${rawPath.slice(0, 100)}`;

async function dispatch(request: AwsRequest, synthesize: Synthesize, encode?: EncodeSound): Promise<void> {
  const operation = operationOf(request);
  if (operation === 'SynthesizeSpeech') return speak(request, synthesize, encode);
  throw unservedOperation(request, 'Amazon Polly', OPERATIONS, operation);
}

async function speak(request: AwsRequest, synthesize: Synthesize, encode?: EncodeSound): Promise<void> {
  const { response, requestId, body } = request;
  const { text, textType, voiceId, rate, format } = checked(inputOf(body));
  if (format && !encode) throw withoutEncoder(`OutputFormat ${format} has no encoder here: ask for pcm`);
  const samples = await synthesize({ text, textType, voiceId }, rate).catch((error: Error) => {
    throw error instanceof SpeechError ? asPollySays(error) : error;
  });
  const sound =
    format && encode
      ? await encode(samples, rate, format).catch((error: Error) => {
          throw withoutEncoder(error.message);
        })
      : Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength);
  response.writeHead(200, {
    'content-type': format ? ENCODED[format] : 'audio/pcm',
    'content-length': sound.length,
    'x-amzn-requestcharacters': [...text].length,
    'x-amzn-requestid': requestId,
  });
  response.end(sound);
}

const withoutEncoder = (text: string): ApiError => new ApiError(501, 'NotImplementedException', text);

function asPollySays(error: SpeechError): ApiError {
  if (error.message.includes('voiceId')) return new ApiError(400, 'ValidationException', error.message);
  return new ApiError(400, 'InvalidSsmlException', error.message);
}

function inputOf(body: Buffer | undefined): Record<string, unknown> {
  try {
    const input: unknown = JSON.parse(body?.toString('utf8') ?? '');
    if (typeof input === 'object' && input !== null) return input as Record<string, unknown>;
  } catch {
    // The error is thrown below.
  }
  throw new ApiError(400, 'ValidationException', 'The body is not a JSON object');
}

/** Validates a request. @throws ApiError with the service's error code */
function checked(input: Record<string, unknown>) {
  const text = required(input, 'Text');
  const voiceId = required(input, 'VoiceId');
  const format = required(input, 'OutputFormat');
  if (text.length > MAX_TEXT) {
    throw new ApiError(400, 'TextLengthExceededException', 'Maximum text length has been exceeded');
  }
  if (OTHER_FORMATS.includes(format)) {
    throw new ApiError(
      501,
      'NotImplementedException',
      `OutputFormat ${format} has no encoder on this machine: ask for pcm, which is what WAV files are made of`,
    );
  }
  const encoded = Object.hasOwn(ENCODED, format) ? (format as EncodedFormat) : undefined;
  if (format !== 'pcm' && !encoded) {
    throw new ApiError(
      400,
      'ValidationException',
      `Value '${format.slice(0, 40)}' at 'outputFormat' failed to satisfy constraint: Member must satisfy enum value set`,
    );
  }
  const usual = input.Engine === 'neural' ? DEFAULT_NEURAL_RATE : DEFAULT_ENCODED_RATE;
  const rate = String(input.SampleRate ?? (encoded ? usual : DEFAULT_PCM_RATE));
  if (!(encoded ? ENCODED_RATES : PCM_RATES).includes(rate)) {
    throw new ApiError(400, 'InvalidSampleRateException', `The specified sample rate is not valid: ${rate}`);
  }
  const textType: 'text' | 'ssml' = input.TextType === 'ssml' ? 'ssml' : 'text';
  return { text, textType, voiceId, rate: Number(rate), format: encoded };
}

function required(input: Record<string, unknown>, name: string): string {
  const value = input[name];
  if (typeof value === 'string' && value !== '') return value;
  const member = name.charAt(0).toLowerCase() + name.slice(1);
  throw new ApiError(
    400,
    'ValidationException',
    `Value null at '${member}' failed to satisfy constraint: Member must not be null`,
  );
}
