import { beforeEach, describe, expect, it } from 'vitest';
import { parseWav } from '#audio';
import { silentLog } from '#platform';
import { ScriptedClock } from '#testkit';
import { type Bot, type Recogniser, readBots } from './bot.ts';
import { BotDirectory } from './bot-directory.ts';
import { type ConversationOutcome, Conversations } from './conversations.ts';
import { sentimentOf } from './documents.ts';
import type { LexTurn } from './lex-endpoint.ts';
import { TextSessions } from './text-sessions.ts';
import { slotValue, understand } from './understanding.ts';

const ARN = 'arn:aws:lex:us-east-1:111122223333:bot-alias/BOT/ALIAS';
const FLOWERS: Bot = {
  botAliasArn: ARN,
  locales: {
    en_US: {
      intents: [
        {
          name: 'OrderFlowers',
          utterances: ['order flowers', 'I want {Count} {Kind}', '1'],
          slots: [
            { name: 'Kind', type: 'FlowerKind', prompt: 'Which flowers?' },
            { name: 'Count', type: 'AMAZON.Number', prompt: 'How many {Kind}?' },
          ],
          confirmation: '{Count} {Kind}, is that right?',
          closing: '{Count} {Kind} are on their way.',
        },
        {
          name: 'Balance',
          utterances: ['balance'],
          slots: [{ name: 'Account', type: 'AMAZON.AlphaNumeric', prompt: 'Which account?' }],
          dialogCodeHook: true,
          fulfillmentCodeHook: true,
        },
      ],
      slotTypes: { FlowerKind: { roses: ['rose', '2'], tulips: ['tulip'] } },
      fallback: 'Pardon?',
      codeHook: 'bank',
    },
  },
};

/** The same bot with a recogniser and words for sentiments. */
const LISTENING: Bot = {
  ...FLOWERS,
  botAliasArn: `${ARN}2`,
  recogniser: { command: ['make-out'] },
  locales: {
    en_US: {
      ...(FLOWERS.locales.en_US ?? expect.fail()),
      sentiment: { angry: 'NEGATIVE', 'thank you': 'POSITIVE' },
    },
  },
};

/** A bot that lives at a Lex endpoint. */
const ELSEWHERE: Bot = { botAliasArn: `${ARN}3`, endpoint: 'http://127.0.0.1:9999', locales: {} };
let asked: Record<string, unknown>[];
let turns: LexTurn[];

let clock: ScriptedClock;
let said: string[];
let outcomes: ConversationOutcome[];
let hooks: Record<string, unknown>[];
let answers: unknown[];
let conversations: Conversations;
let sessions: TextSessions | undefined;
let playing: string | undefined;
/** The id of the bot's current recording, the stopped recordings, the recogniser's input and its results. */
let recording: string;
let stopped: string[];
let given: { recogniser: Recogniser; samples: Int16Array }[];
let recognised: string[];

beforeEach(() => {
  clock = new ScriptedClock();
  said = [];
  outcomes = [];
  hooks = [];
  answers = [];
  playing = undefined;
  sessions = undefined;
  [asked, turns] = [[], []];
  [recording, stopped, given, recognised] = ['', [], [], []];
  conversations = new Conversations({
    bots: new BotDirectory(() => [FLOWERS, LISTENING, ELSEWHERE]),
    sessions: { take: (...of) => sessions?.take(...of) },
    lex: async (session, text, attributes) => {
      asked.push({ ...session, text, attributes });
      const [turn] = turns.splice(0, 1);
      if (!turn) throw new Error('Lex answered 404');
      return turn;
    },
    media: {
      play(_leg, { playId, audioId }) {
        said.push(audioId);
        playing = playId;
      },
      stop: () => {
        playing = undefined;
      },
      record: (_leg, { recordingId }) => {
        recording = recordingId;
      },
      stopRecording: (_leg, id) => {
        stopped.push(id);
        conversations.recorded(id, new Int16Array(0), true);
      },
    },
    speech: async ({ text }) => text,
    async invoke(_name, payload) {
      hooks.push(JSON.parse(payload));
      return JSON.stringify(answers.shift());
    },
    recognise: async (recogniser, wav) => {
      given.push({ recogniser, samples: parseWav(wav).samples });
      const [words] = recognised.splice(0, 1);
      if (words === undefined) throw new Error('it is out of order');
      return words;
    },
    clock,
    log: silentLog,
  });
});

async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
}
/** Plays everything that the bot says to its end. */
async function spoken(): Promise<void> {
  await settle();
  while (playing !== undefined) {
    const playId = playing;
    playing = undefined;
    conversations.playbackFinished('leg', playId);
    await settle();
  }
}
async function start(changes: object = {}): Promise<void> {
  const request = { botAliasArn: ARN, localeId: 'en_US', sessionAttributes: { a: '1' }, welcome: [] };
  conversations.start(
    { kind: 'StartConversation', legId: 'leg', conversationId: 'c', ...request, ...changes },
    (outcome) => outcomes.push(outcome),
  );
  await spoken();
}
async function words(text: string): Promise<void> {
  conversations.words('leg', text);
  await spoken();
}
async function keys(text: string): Promise<void> {
  for (const key of text) conversations.key('leg', key);
  await spoken();
}

describe('a conversation with a bot', () => {
  it('A bot asks for each slot, confirms them, and reports the result', async () => {
    await start({ welcome: [{ content: 'Hello', contentType: 'PlainText' }] });
    await words('Order flowers!');
    await keys('2#');
    await words('twelve');
    await keys('12#');
    await words('yes');
    expect(said).toEqual([
      'Hello',
      'Which flowers?',
      'How many roses?',
      'How many {Kind}?',
      '12 roses, is that right?',
      '12 roses are on their way.',
    ]);
    expect(outcomes).toMatchObject([
      {
        intentResult: {
          SessionState: {
            SessionAttributes: { a: '1' },
            Intent: {
              Name: 'OrderFlowers',
              State: 'Fulfilled',
              ConfirmationState: 'Confirmed',
              Slots: {
                Kind: { Value: { ResolvedValues: ['roses'] } },
                Count: { Value: { InterpretedValue: '12' } },
              },
            },
          },
          Interpretations: [{ NluConfidence: { Score: 1 } }],
        },
      },
    ]);
  });

  it('Slots are taken from an utterance; a denial fails the intent', async () => {
    await start();
    await words('I want 3 tulips');
    await words('no');
    expect(said).toEqual(['3 tulips, is that right?']);
    expect(outcomes).toMatchObject([
      { intentResult: { SessionState: { Intent: { State: 'Failed', ConfirmationState: 'Denied' } } } },
    ]);
  });

  it('A pause after a key ends the input; a star clears it', async () => {
    await start();
    await keys('9*1');
    clock.advance(4_999);
    expect(said).toEqual([]);
    clock.advance(1);
    await spoken();
    expect(said).toEqual(['Which flowers?']);
  });

  it('A bot gives up after three turns without a match', async () => {
    await start();
    await words('what?');
    clock.advance(10_000);
    await spoken();
    await words('eh');
    expect(said).toEqual(['Pardon?', 'Pardon?']);
    const [outcome] = outcomes;
    expect(outcome).toMatchObject({
      intentResult: { SessionState: { Intent: { Name: 'FallbackIntent', State: 'Failed' } } },
    });
    expect(JSON.stringify(outcome)).not.toContain('NluConfidence');
  });

  it('A bot follows the answers of its code hook function', async () => {
    answers = [
      { sessionState: { dialogAction: { type: 'Delegate' } } },
      {
        sessionState: { dialogAction: { type: 'ElicitSlot', slotToElicit: 'Account' } },
        messages: [{ content: 'No such account. Which one?' }],
      },
      { sessionState: { dialogAction: { type: 'Delegate' }, sessionAttributes: { tries: '2' } } },
      {
        sessionState: { dialogAction: { type: 'Close' }, intent: { state: 'Fulfilled' } },
        messages: [{ content: 'You have nothing.' }],
      },
    ];
    await start();
    await words('balance');
    await keys('77#');
    await keys('88#');
    expect(said).toEqual(['Which account?', 'No such account. Which one?', 'You have nothing.']);
    expect(hooks.map(({ invocationSource, inputMode }) => [invocationSource, inputMode])).toEqual([
      ['DialogCodeHook', 'Text'],
      ['DialogCodeHook', 'DTMF'],
      ['DialogCodeHook', 'DTMF'],
      ['FulfillmentCodeHook', 'DTMF'],
    ]);
    expect(hooks[3]).toMatchObject({
      sessionId: 'leg',
      bot: { id: 'BOT', aliasId: 'ALIAS', localeId: 'en_US' },
      sessionState: {
        sessionAttributes: { tries: '2' },
        intent: { slots: { Account: { value: { interpretedValue: '88' } } } },
      },
    });
    expect(outcomes).toMatchObject([
      { intentResult: { SessionState: { SessionAttributes: { tries: '2' } } } },
    ]);
  });

  it('A conversation fails if its function fails or the bot is unknown', async () => {
    await start();
    await words('balance');
    expect(outcomes).toMatchObject([{ intentResult: { SessionState: { Intent: { State: 'Failed' } } } }]);
    await start({ botAliasArn: `${ARN}X` });
    await start({ localeId: 'de_DE' });
    expect(outcomes.slice(1)).toMatchObject([
      { errorType: 'ResourceNotFound' },
      { errorType: 'ResourceNotFound' },
    ]);
  });

  it('The conversations of a leg share attributes and end with it', async () => {
    await start();
    await words('I want 3 tulips');
    await words('yes');
    await start({ sessionAttributes: { b: '2' } });
    await words('I want 3 tulips');
    await words('yes');
    expect(outcomes[1]).toMatchObject({
      intentResult: { SessionState: { SessionAttributes: { a: '1', b: '2' } } },
    });
    await start();
    conversations.legEnded('leg');
    clock.advance(60_000);
    await settle();
    expect(outcomes).toHaveLength(2);
  });
});

describe('a session that a function has started', () => {
  it('A conversation continues the session that PutSession began', async () => {
    const bots = new BotDirectory(() => [FLOWERS]);
    sessions = new TextSessions({ bots, invoke: async () => '{}', clock, log: silentLog });
    const key = { botId: 'BOT', botAliasId: 'ALIAS', localeId: 'en_US', sessionId: 'leg' };
    const intent = { name: 'OrderFlowers' };
    const dialogAction = { type: 'ElicitSlot', slotToElicit: 'Kind' };
    await sessions.put(key, { dialogAction, intent, sessionAttributes: { phone: '1' } }, []);
    await start();
    expect(said).toEqual(['Which flowers?']);
    await words('rose');
    expect(said.at(-1)).toBe('How many roses?');
    expect(sessions.get(key)).toBeUndefined();
    await words('3');
    await words('yes');
    expect(outcomes).toMatchObject([
      { intentResult: { SessionState: { SessionAttributes: { a: '1', phone: '1' } } } },
    ]);
  });
});

describe('a bot that has a recogniser', () => {
  const loud = new Int16Array(1600).fill(5000);
  const quiet = new Int16Array(1600);

  it('A bot answers the words that the recogniser returns', async () => {
    recognised = ['I want three tulips', 'yes'];
    await start({ botAliasArn: LISTENING.botAliasArn });
    conversations.recorded(recording, quiet, false);
    conversations.recorded(recording, loud, false);
    conversations.silence(recording);
    await spoken();
    expect(given[0]?.recogniser.command).toEqual(['make-out']);
    expect(given[0]?.samples).toEqual(Int16Array.from([...quiet, ...loud]));
    expect(said).toEqual(['3 tulips, is that right?']);
    conversations.recorded(recording, loud, false);
    conversations.silence(recording);
    await spoken();
    expect(outcomes).toMatchObject([
      { intentResult: { SessionState: { Intent: { ConfirmationState: 'Confirmed' } } } },
    ]);
  });

  it('Silence alone is not recognised, and the bot listens again', async () => {
    await start({ botAliasArn: LISTENING.botAliasArn });
    const first = recording;
    conversations.recorded(first, quiet, false);
    conversations.silence(first);
    await spoken();
    expect([given, stopped]).toEqual([[], [first]]);
    expect(recording).not.toBe(first);
  });

  it("A key stops the recogniser's recording", async () => {
    await start({ botAliasArn: LISTENING.botAliasArn });
    const heard = recording;
    conversations.recorded(heard, loud, false);
    await keys('1#');
    expect(stopped[0]).toBe(heard);
    expect(said).toEqual(['Which flowers?']);
    expect(given).toEqual([]);
  });

  it('A failing recogniser counts as input that was not understood', async () => {
    await start({ botAliasArn: LISTENING.botAliasArn });
    conversations.recorded(recording, loud, false);
    conversations.silence(recording);
    await spoken();
    expect(said).toEqual(['Pardon?']);
  });

  it("Sentiment follows from the words listed in the bot's file", async () => {
    answers = [{ sessionState: { dialogAction: { type: 'Close' }, intent: { state: 'Fulfilled' } } }];
    recognised = ['balance'];
    await start({ botAliasArn: LISTENING.botAliasArn });
    await words('I am ANGRY, thank you');
    conversations.recorded(recording, loud, false);
    conversations.silence(recording);
    await spoken();
    const neutral = {
      sentiment: 'NEUTRAL',
      sentimentScore: { positive: 0, negative: 0, neutral: 1, mixed: 0 },
    };
    expect(hooks[0]).toMatchObject({ interpretations: [{ sentimentResponse: neutral }] });
    const SentimentScore = { Positive: 0, Negative: 0, Neutral: 1, Mixed: 0 };
    expect(outcomes[0]).toMatchObject({
      intentResult: { Interpretations: [{ SentimentResponse: { Sentiment: 'NEUTRAL', SentimentScore } }] },
    });
    const feelings = LISTENING.locales.en_US?.sentiment;
    expect(
      ['angry', 'Thank you!', 'angry, thank you', 'well'].map((text) => sentimentOf(text, feelings)),
    ).toEqual(['NEGATIVE', 'POSITIVE', 'MIXED', 'NEUTRAL']);
  });
});

describe('a bot at a Lex endpoint', () => {
  it('Turns go to the Lex endpoint until it closes the conversation', async () => {
    const Intent = { Name: 'Order', Slots: {}, State: 'Fulfilled', ConfirmationState: 'None' } as const;
    const SessionState = { SessionAttributes: { n: '2' }, Intent };
    const result = { SessionState, Interpretations: [{ Intent }] };
    turns = [
      { say: ['What?'], attributes: { n: '1' } },
      { say: ['Done.'], attributes: { n: '2' }, result },
    ];
    await start({ botAliasArn: ELSEWHERE.botAliasArn });
    await words('order');
    await keys('7#');
    expect(said).toEqual(['What?', 'Done.']);
    const session = { botAliasArn: ELSEWHERE.botAliasArn, endpoint: ELSEWHERE.endpoint };
    expect(asked).toEqual([
      { ...session, localeId: 'en_US', sessionId: 'leg', text: 'order', attributes: { a: '1' } },
      { ...session, localeId: 'en_US', sessionId: 'leg', text: '7', attributes: { n: '1' } },
    ]);
    expect(outcomes).toEqual([{ intentResult: result }]);
  });

  it('An error of the Lex endpoint fails the action', async () => {
    await start({ botAliasArn: ELSEWHERE.botAliasArn });
    await words('order');
    expect(outcomes).toEqual([
      { errorType: 'SystemException', message: 'System error while running action.' },
    ]);
  });
});

describe('the understanding of what a caller says', () => {
  const locale = FLOWERS.locales.en_US ?? expect.fail();

  it.each([
    ['ORDER, flowers', 'OrderFlowers', {}],
    ['I want two roses', 'OrderFlowers', { Count: '2', Kind: 'roses' }],
    ['balance', 'Balance', {}],
  ])('A text is understood as an intent with its slots: %s', (text, name, slots) => {
    const meant = understand(text, locale);
    expect([meant?.intent.name, meant?.slots]).toEqual([name, slots]);
  });

  it.each([
    '',
    'order',
    'I want many roses',
    'flowers order',
  ])('What a caller says matches no intent: %j', (text) => {
    expect(understand(text, locale)).toBeUndefined();
  });

  it('A number is understood in digits or in words', () => {
    expect(slotValue('one 2 three', 'AMAZON.Number', locale)).toBe('123');
    expect(slotValue('a 1 b', 'AMAZON.AlphaNumeric', locale)).toBe('a1b');
  });
});

describe("a bot's file", () => {
  it("A bot's file may hold one bot or several", () => {
    expect(readBots(JSON.stringify(FLOWERS))).toEqual([FLOWERS]);
    expect(readBots(JSON.stringify([FLOWERS, FLOWERS]))).toHaveLength(2);
  });

  it.each([
    ['{}', /botAliasArn must be/],
    [JSON.stringify({ botAliasArn: ARN, endpoint: 'nowhere' }), /endpoint must be the address/],
    [JSON.stringify({ ...FLOWERS, endpoint: 'http://x' }), /locales must be left out/],
    [JSON.stringify({ ...FLOWERS, recogniser: { command: 'x' } }), /recogniser.command must be a list/],
    [
      JSON.stringify({ ...FLOWERS, locales: { en_US: { intents: [], sentiment: { a: 'GOOD' } } } }),
      /sentiment.a must be one of/,
    ],
    ['[1]', /\[0\] must be an object/],
    [JSON.stringify({ ...FLOWERS, locales: { en_US: {} } }), /locales.en_US.intents must be a list/],
    [
      JSON.stringify({ ...FLOWERS, locales: { en_US: { intents: [{ name: 'A' }] } } }),
      /intents\[0\].utterances/,
    ],
  ])("A bot's file is refused with the place of the mistake: %s", (text, why) => {
    expect(() => readBots(text)).toThrow(why);
  });
});
