/**
 * The runtime API of Amazon Lex V2: RecognizeText, RecognizeUtterance and sessions, for the bots on this
 * machine. Lex V2 API reference, "Amazon Lex Runtime V2".
 */
import { gunzipSync, gzipSync } from 'node:zlib';
import type { AwsRequest, AwsService } from '../ports.ts';
import { answerError, answerJson } from '../rest/answer.ts';
import { ApiError } from '../rest/api-error.ts';
import { readJson } from '../rest/json-text.ts';
import { unservedOperation } from '../rest/unserved-operation.ts';
import type {
  LexAnswer,
  LexConversations,
  LexMessage,
  LexSessionKey,
  LexSessionState,
} from './conversations.ts';
import { samplesOf } from './sound-input.ts';

/** Maximum number of characters in a text. API reference, RecognizeText. */
const MAX_TEXT = 1024;
/**
 * Maximum size of a request header after decompression, in bytes. Ours; the service accepts 12 KB of session
 * state.
 */
const MAX_UNPACKED_BYTES = 64 * 1024;
/**
 * Sample rate of a spoken answer with 16-bit samples: 16 kHz. API reference, RecognizeUtterance,
 * responseContentType.
 */
const SPOKEN_HERTZ = 16_000;

const PATH =
  /^\/bots\/([^/]+)\/botAliases\/([^/]+)\/botLocales\/([^/]+)\/sessions\/([^/]+)(?:\/(text|utterance))?$/;

export interface LexOptions {
  conversations: LexConversations;
  accountId: string;
  region: string;
  /** Synthesises a text to mono samples at `rate` hertz. */
  synthesize(
    request: { text: string; textType: 'text' | 'ssml'; voiceId: string },
    rate: number,
  ): Promise<Int16Array>;
}

const OPERATIONS: Readonly<Record<string, string>> = {
  'POST text': 'RecognizeText',
  'POST utterance': 'RecognizeUtterance',
  'GET ': 'GetSession',
  'POST ': 'PutSession',
  'DELETE ': 'DeleteSession',
};

export function createLex(options: LexOptions): AwsService {
  return {
    signingNames: ['lex'],
    operations: Object.values(OPERATIONS).sort(),
    questions(request) {
      const found = routeOf(request);
      if (!found) return [];
      const { botId, botAliasId } = found.key;
      const resource = `arn:aws:lex:${options.region}:${options.accountId}:bot-alias/${botId}/${botAliasId}`;
      return [{ action: `lex:${found.operation}`, resources: [resource] }];
    },
    async handle(request) {
      try {
        await dispatch(request, options);
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        answerError(request.response, error, request.requestId);
      }
    },
  };
}

function routeOf({ method, rawPath }: AwsRequest): { operation: string; key: LexSessionKey } | undefined {
  const match = PATH.exec(rawPath);
  const operation = match && OPERATIONS[`${method} ${match[5] ?? ''}`];
  if (!match || !operation) return undefined;
  const [botId = '', botAliasId = '', localeId = '', sessionId = ''] = match
    .slice(1, 5)
    .map((part) => decodeURIComponent(part));
  return { operation, key: { botId, botAliasId, localeId, sessionId } };
}

async function dispatch(request: AwsRequest, options: LexOptions): Promise<void> {
  const found = routeOf(request);
  if (!found) {
    throw unservedOperation(request, 'Amazon Lex V2', Object.values(OPERATIONS));
  }
  const { operation, key } = found;
  switch (operation) {
    case 'RecognizeText':
      return recognizeText(request, options, key);
    case 'RecognizeUtterance':
      return recognizeUtterance(request, options, key);
    case 'PutSession':
      return putSession(request, options, key);
    case 'GetSession': {
      const answer = options.conversations.get(key);
      if (!answer) throw noSession(key);
      return answerJson(request.response, 200, { sessionId: key.sessionId, ...answer }, idOf(request));
    }
    default: {
      const { botId, botAliasId, localeId, sessionId } = key;
      if (!options.conversations.delete(key)) throw noSession(key);
      return answerJson(request.response, 200, { botId, botAliasId, localeId, sessionId }, idOf(request));
    }
  }
}

const idOf = ({ requestId }: AwsRequest): Record<string, string> => ({ 'x-amzn-requestid': requestId });

const noSession = ({ sessionId }: LexSessionKey): ApiError =>
  new ApiError(404, 'ResourceNotFoundException', `There is no session ${sessionId}.`);

const noBot = ({ botId, botAliasId, localeId }: LexSessionKey): ApiError =>
  new ApiError(
    404,
    'ResourceNotFoundException',
    `There is no bot alias ${botId}/${botAliasId} with the locale ${localeId} here: a template's AWS::Lex::Bot or --bot FILE makes one.`,
  );

async function recognizeText(request: AwsRequest, options: LexOptions, key: LexSessionKey): Promise<void> {
  const { text, sessionState, requestAttributes } = bodyOf(request);
  if (typeof text !== 'string' || text.length < 1 || text.length > MAX_TEXT) {
    throw new ApiError(400, 'ValidationException', `text must have 1 to ${MAX_TEXT} characters`);
  }
  const answer = await options.conversations.text(key, text, sessionState as LexSessionState | undefined);
  if (!answer) throw noBot(key);
  const { inputTranscript: _said, ...rest } = answer;
  answerJson(
    request.response,
    200,
    { sessionId: key.sessionId, ...rest, ...(requestAttributes ? { requestAttributes } : {}) },
    idOf(request),
  );
}

async function recognizeUtterance(
  request: AwsRequest,
  options: LexOptions,
  key: LexSessionKey,
): Promise<void> {
  const type = request.headers['content-type'] ?? '';
  const state = unpacked(headerOf(request, 'x-amz-lex-session-state')) as LexSessionState | undefined;
  const body = request.body ?? Buffer.alloc(0);
  const answer = type.startsWith('text/')
    ? await options.conversations.text(key, body.toString('utf8').slice(0, MAX_TEXT), state)
    : await heard(body, type, options, key, state);
  if (!answer) throw noBot(key);
  await answerUtterance(request, options, key, answer);
}

function heard(
  body: Buffer,
  type: string,
  { conversations }: LexOptions,
  key: LexSessionKey,
  state: LexSessionState | undefined,
): Promise<LexAnswer | undefined> {
  const { samples, rate } = samplesOf(body, type);
  return conversations.sound(key, samples, rate, state);
}

/**
 * Answers RecognizeUtterance: headers contain the compressed documents, the body the audio for the caller.
 */
async function answerUtterance(
  request: AwsRequest,
  { synthesize, conversations }: LexOptions,
  key: LexSessionKey,
  { messages, sessionState, interpretations, inputTranscript = '' }: LexAnswer,
): Promise<void> {
  const wanted = headerOf(request, 'response-content-type') ?? 'audio/pcm';
  const text = messages.map(({ content }) => content).join(' ');
  const spoken = wanted.startsWith('text/') || text === '' ? undefined : text;
  if (spoken !== undefined && !/^audio\/(pcm|\*)/.test(wanted)) {
    throw new ApiError(
      501,
      'NotImplementedException',
      `responseContentType ${wanted}: ask for audio/pcm or text`,
    );
  }
  const voice = { textType: 'text', voiceId: conversations.voiceOf(key) } as const;
  const samples =
    spoken === undefined ? undefined : await synthesize({ text: spoken, ...voice }, SPOKEN_HERTZ);
  const sound = samples && Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength);
  request.response.writeHead(200, {
    'content-type': sound ? 'audio/pcm' : 'text/plain; charset=utf-8',
    'content-length': sound?.length ?? 0,
    'x-amz-lex-input-mode': (request.headers['content-type'] ?? '').startsWith('text/') ? 'Text' : 'Speech',
    'x-amz-lex-messages': packed(messages),
    'x-amz-lex-interpretations': packed(interpretations),
    'x-amz-lex-session-state': packed(sessionState),
    'x-amz-lex-session-id': key.sessionId,
    'x-amz-lex-input-transcript': packed(inputTranscript),
    ...idOf(request),
  });
  request.response.end(sound);
}

async function putSession(request: AwsRequest, options: LexOptions, key: LexSessionKey): Promise<void> {
  const { sessionState, messages = [] } = bodyOf(request);
  if (typeof sessionState !== 'object' || sessionState === null) {
    throw new ApiError(400, 'ValidationException', 'sessionState must be an object');
  }
  const said = (Array.isArray(messages) ? messages : []) as LexMessage[];
  const answer = await options.conversations.put(key, sessionState as LexSessionState, said);
  if (!answer) throw noBot(key);
  await answerUtterance(request, options, key, answer);
}

function bodyOf({ body }: AwsRequest): Record<string, unknown> {
  try {
    const input: unknown = JSON.parse(body?.toString('utf8') || '{}');
    if (typeof input === 'object' && input !== null) return input as Record<string, unknown>;
  } catch {
    // The error is thrown below.
  }
  throw new ApiError(400, 'ValidationException', 'The body is not a JSON object');
}

function headerOf({ headers }: AwsRequest, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
}

/** Packs JSON with gzip and Base64, as Lex does for documents in headers. */
const packed = (value: unknown): string => gzipSync(JSON.stringify(value)).toString('base64');

/** Unpacks a client's header. The client may omit gzip and send only Base64 of JSON. @throws ApiError */
function unpacked(header: string | undefined): unknown {
  if (header === undefined || header === '') return undefined;
  try {
    const bytes = Buffer.from(header, 'base64');
    const gzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
    const text = gzip ? gunzipSync(bytes, { maxOutputLength: MAX_UNPACKED_BYTES }) : bytes;
    return readJson(text.toString('utf8'));
  } catch {
    throw new ApiError(400, 'ValidationException', 'sessionState is neither JSON in base64 nor packed so');
  }
}
