import { createHash, createHmac } from 'node:crypto';
import type { IntentResult } from 'pstn-audio';

/** Milliseconds within which the endpoint must answer a turn. Ours. */
const TURN_MS = 15_000;
/** The name under which requests to Lex are signed. Service authorization reference, Amazon Lex V2. */
const SIGNING_NAME = 'lex';

/** The session that a turn belongs to. */
export interface LexSession {
  endpoint: string;
  botAliasArn: string;
  localeId: string;
  /** The CallId of the leg (pstn-audio 4.16). */
  sessionId: string;
}

/** Credentials for the AWS account that has the bot. */
export interface LexCredentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string | undefined;
}

/** The outcome of a turn. */
export interface LexTurn {
  say: string[];
  attributes: Record<string, string>;
  /** Set if this turn closes the conversation. */
  result?: Omit<IntentResult, 'SessionId'>;
}

type Intent = IntentResult['SessionState']['Intent'];
type Interpretation = IntentResult['Interpretations'][number];

interface WrittenIntent {
  name?: string;
  state?: string;
  confirmationState?: string;
  slots?: Record<string, WrittenSlot | null>;
}
interface WrittenSlot {
  value?: { originalValue?: string; interpretedValue?: string; resolvedValues?: string[] };
}
/** Lex V2 API, RecognizeText. */
interface RecognizeTextAnswer {
  messages?: { content?: string }[];
  sessionState?: {
    sessionAttributes?: Record<string, string>;
    dialogAction?: { type?: string };
    intent?: WrittenIntent;
  };
  interpretations?: {
    intent?: WrittenIntent;
    nluConfidence?: { score?: number } | number;
    sentimentResponse?: { sentiment?: string; sentimentScore?: Record<string, number> };
  }[];
}

/**
 * Sends one turn of a conversation to a bot at a Lex endpoint, with RecognizeText of the Lex V2 runtime.
 * Without credentials the request is not signed.
 * @throws Error with the status if the request is refused
 */
export async function recognizeText(
  session: LexSession,
  text: string,
  attributes: Readonly<Record<string, string>>,
  credentials: LexCredentials | undefined,
  now = new Date(),
): Promise<LexTurn> {
  const [botId = '', aliasId = ''] = session.botAliasArn.split('/').slice(-2);
  const parts = [
    'bots',
    botId,
    'botAliases',
    aliasId,
    'botLocales',
    session.localeId,
    'sessions',
    session.sessionId,
  ];
  const url = new URL(`/${[...parts, 'text'].map(encodeURIComponent).join('/')}`, session.endpoint);
  const body = JSON.stringify({ text, sessionState: { sessionAttributes: attributes } });
  const region = session.botAliasArn.split(':')[3] ?? 'us-east-1';
  const signed = credentials ? signature({ url, body, region, credentials, now }) : {};
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...signed },
    body,
    redirect: 'error',
    signal: AbortSignal.timeout(TURN_MS),
  });
  if (!response.ok) throw new Error(`Lex at ${url.host} answered ${response.status}`);
  return turnOf((await response.json()) as RecognizeTextAnswer);
}

function turnOf({ messages = [], sessionState = {}, interpretations = [] }: RecognizeTextAnswer): LexTurn {
  const { sessionAttributes = {}, dialogAction, intent } = sessionState;
  const say = messages.flatMap(({ content }) => (content ? [content] : []));
  const turn: LexTurn = { say, attributes: sessionAttributes };
  if (dialogAction?.type !== 'Close') return turn;
  const Intent = intentOf(intent);
  const Interpretations = interpretations.map((each): Interpretation => {
    const score = typeof each.nluConfidence === 'object' ? each.nluConfidence.score : each.nluConfidence;
    const { sentiment, sentimentScore = {} } = each.sentimentResponse ?? {};
    const scoreOf = (name: string): number => sentimentScore[name] ?? 0;
    return {
      Intent: intentOf(each.intent),
      ...(score === undefined ? {} : { NluConfidence: { Score: score } }),
      ...(sentiment
        ? {
            SentimentResponse: {
              Sentiment: sentiment as 'NEUTRAL',
              SentimentScore: {
                Positive: scoreOf('positive'),
                Negative: scoreOf('negative'),
                Neutral: scoreOf('neutral'),
                Mixed: scoreOf('mixed'),
              },
            },
          }
        : {}),
    };
  });
  const SessionState = { SessionAttributes: sessionAttributes, Intent };
  return {
    ...turn,
    result: { SessionState, Interpretations: Interpretations.length > 0 ? Interpretations : [{ Intent }] },
  };
}

/** The intent with the capitalised keys of an action's result (pstn-audio 4.16). */
function intentOf({
  name = 'FallbackIntent',
  state,
  confirmationState,
  slots = {},
}: WrittenIntent = {}): Intent {
  const Slots = Object.fromEntries(
    Object.entries(slots).map(([slot, written]) => {
      const { originalValue = '', interpretedValue = '', resolvedValues = [] } = written?.value ?? {};
      const Value = {
        OriginalValue: originalValue,
        InterpretedValue: interpretedValue,
        ResolvedValues: resolvedValues,
      };
      return [slot, written?.value ? { Value, Values: [] } : null];
    }),
  );
  return {
    Name: name,
    Slots,
    ...(state ? { State: state } : {}),
    ...(confirmationState ? { ConfirmationState: confirmationState } : {}),
  } as Intent;
}

interface ToSign {
  url: URL;
  body: string;
  region: string;
  credentials: LexCredentials;
  now: Date;
}

/** AWS Signature Version 4 of a POST with JSON. IAM User Guide, "Create a signed AWS API request". */
export function signature({ url, body, region, credentials, now }: ToSign): Record<string, string> {
  const time = now.toISOString().replace(/[-:]|\.\d{3}/g, '');
  const scope = `${time.slice(0, 8)}/${region}/${SIGNING_NAME}/aws4_request`;
  const { accessKeyId, secretAccessKey, sessionToken } = credentials;
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    host: url.host,
    'x-amz-date': time,
    ...(sessionToken ? { 'x-amz-security-token': sessionToken } : {}),
  };
  const names = Object.keys(headers).sort();
  const path = url.pathname.split('/').map(encodeURIComponent).join('/');
  const canonical = [
    ...['POST', path, ''],
    ...names.map((name) => `${name}:${headers[name]}`),
    ...['', names.join(';'), hash(body)],
  ].join('\n');
  const toSign = ['AWS4-HMAC-SHA256', time, scope, hash(canonical)].join('\n');
  const key = scope
    .split('/')
    .reduce<string | Buffer>((last, part) => hmac(last, part), `AWS4${secretAccessKey}`);
  const Signature = hmac(key, toSign).toString('hex');
  const { host: _host, 'content-type': _type, ...sent } = headers;
  return {
    ...sent,
    authorization: `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${names.join(';')}, Signature=${Signature}`,
  };
}

const hash = (text: string): string => createHash('sha256').update(text).digest('hex');
const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();
