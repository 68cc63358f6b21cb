/** Attackers guess PINs for an hour of pretended time, through the handler and the real budget. */
import type { DynamoDBDocumentClient, UpdateCommandInput } from '@aws-sdk/lib-dynamodb';
import type { FunctionResponse } from 'pstn-audio';
import { expect, it } from 'vitest';
import { GuessBudget } from '../tables/index.ts';
import { NO_TRIES_LEFT_MS } from './limits.ts';
import { PIN, PretendCloud, recorded, shown } from './testing/pretend.ts';

const START = 1_700_000_030_000;

/** The part of DynamoDB that the budget uses. Its counting under concurrent requests is covered by the tables' test. */
function inMemory(): DynamoDBDocumentClient {
  const items = new Map<string, { nextFree?: number }>();
  const send = async ({ input }: { input: UpdateCommandInput & { Item?: { pk: string; sk: string } } }) => {
    const { pk, sk } = (input.Item ?? input.Key) as { pk: string; sk: string };
    const key = `${pk} ${sk}`;
    if (input.Item) return void items.set(key, {});
    if (!input.UpdateExpression) return { Item: items.get(key) };
    const { nextFree } = items.get(key) ?? {};
    const values = input.ExpressionAttributeValues as Record<string, number>;
    const { ':now': now = 0, ':first': first, ':every': every = 0, ':most': most = Infinity } = values;
    const [free, sign] = [
      nextFree === undefined || nextFree < now,
      input.UpdateExpression.includes(' - ') ? -1 : 1,
    ];
    if (first !== undefined ? !free : free || (nextFree ?? 0) > most) {
      throw Object.assign(new Error('no'), { name: 'ConditionalCheckFailedException' });
    }
    items.set(key, { nextFree: first ?? (nextFree ?? 0) + sign * every });
    return { Attributes: items.get(key) };
  };
  return { send } as unknown as DynamoDBDocumentClient;
}

class Attack {
  readonly cloud = new PretendCloud();
  now = START;
  looked = 0;
  readonly #wrongBy = new Map<string, number>();
  #calls = 0;

  constructor() {
    const { ports } = this.cloud;
    ports.guessBudget = new GuessBudget(inMemory(), 'meetingAccess');
    ports.now = () => this.now;
    const { findByPin } = ports.meetingAccess;
    ports.meetingAccess.findByPin = async (pin) => {
      if (pin !== PIN) this.looked += 1;
      return findByPin(pin);
    };
    ports.meetingAccess.guessCount = async (number) => this.#wrongBy.get(number) ?? 0;
    ports.meetingAccess.countWrongGuess = async (number) => {
      this.#wrongBy.set(number, (this.#wrongBy.get(number) ?? 0) + 1);
    };
  }

  /** A call from that number enters a PIN. */
  async key(from: string, pin: string, before?: FunctionResponse): Promise<FunctionResponse> {
    const event = recorded('pin-entered');
    this.#calls += 1;
    event.CallDetails.TransactionId = `transaction-${this.#calls}`;
    if (before?.TransactionAttributes) event.CallDetails.TransactionAttributes = before.TransactionAttributes;
    for (const leg of event.CallDetails.Participants) if (leg.ParticipantTag === 'LEG-A') leg.From = from;
    Object.assign(event.ActionData ?? {}, { ReceivedDigits: pin });
    return this.cloud.answer(event);
  }
}

const HOLD_ON = 'PlayAudio hold-on.wav';

/**
 * An attack with that many calls a minute for an hour, each from its own number and with three tries; honest
 * callers in between.
 */
async function attackFor(callsIn: (minute: number) => number) {
  const attack = new Attack();
  const joinedBefore = Array.from({ length: 60 }, (_, at) => `+1206555${String(1000 + at)}`);
  for (const number of joinedBefore) await attack.cloud.ports.guessBudget.noteJoined(number, START);
  const waited = { known: 0, stranger: 0 };
  let stranger = 0;
  for (let minute = 0; minute < 60; minute += 1) {
    attack.now = START + minute * 60_000;
    for (let call = callsIn(minute); call > 0; call -= 1) {
      let answer: FunctionResponse | undefined;
      const from = `+1415${String(5_550_000 + stranger++)}`;
      for (let tries = 0; tries < 3; tries += 1) answer = await attack.key(from, '00000000', answer);
    }
    // One of the numbers that have joined before is used to guess, too.
    await attack.key(joinedBefore[0] as string, '22222222');
    const known = shown(await attack.key(joinedBefore[1 + (minute % 59)] as string, PIN));
    if (!known.includes('JoinChimeMeeting')) waited.known += 1;
    const honest = shown(await attack.key(`+1503555${String(2000 + minute)}`, PIN));
    if (!honest.includes('JoinChimeMeeting')) waited.stranger += 1;
  }
  return { attack, waited };
}

it('300 simultaneous calls keep no honest caller waiting', async () => {
  const { attack, waited } = await attackFor((minute) => (minute === 0 ? 300 : 0));
  expect(waited).toEqual({ known: 0, stranger: 0 });
  expect(attack.looked).toBeLessThan(1_000);
});

it('An hour of calls from one address keeps no honest caller waiting', async () => {
  // The local runtime's `strangerCallBurst` and `strangerCallsPerMinute`.
  const { attack, waited } = await attackFor((minute) => (minute === 0 ? 60 : 6));
  expect(waited).toEqual({ known: 0, stranger: 0 });
  expect(attack.looked).toBeGreaterThan(400);
  expect(attack.looked).toBeLessThan(1_000);
});

it.each([
  ['calls of one known number', (_: number) => '+12065551000'],
  ['forty known numbers', (guess: number) => `+1206555${String(1000 + (guess % 40))}`],
])('Simultaneous guesses by %s keep no known caller waiting', async (_, numberOf) => {
  const attack = new Attack();
  const honest = '+12065552000';
  const numbers = Array.from({ length: 40 }, (_, at) => numberOf(at));
  for (const number of [honest, ...numbers]) await attack.cloud.ports.guessBudget.noteJoined(number, START);
  // Simultaneous calls: none of them has been counted when the others are asked for.
  attack.cloud.ports.meetingAccess.guessCount = async () => 0;
  for (let guess = 0; guess < 300; guess += 1) await attack.key(numberOf(guess), '00000000');
  expect(shown(await attack.key(honest, PIN))).toContain('JoinChimeMeeting');
  for (let guess = 0; guess < 2_000; guess += 1) await attack.key(numberOf(guess), '00000000');
  expect(attack.looked).toBeLessThan(500);
});

it('Strangers try fewer than 1,000 PINs an hour; known callers never wait', async () => {
  const { attack, waited } = await attackFor(() => 100);
  expect(attack.looked).toBeGreaterThan(700);
  expect(attack.looked).toBeLessThan(1_000);
  expect(waited.known).toBe(0);
  expect(attack.cloud.warnings.join()).toContain('wrong PINs');
});

it('A flood that does not wait makes honest callers wait once', async () => {
  const attack = new Attack();
  let stranger = 0;
  const waits: number[] = [];
  for (let second = 0; second < 3_600; second += 1) {
    attack.now = START + second * 1_000;
    // More than 6,000 numbers an hour: fifteen times as many as are checked.
    await attack.key(`+1415${String(5_550_000 + stranger++)}`, '00000000');
    if (second % 2 === 0) await attack.key(`+1415${String(5_550_000 + stranger++)}`, '00000000');
    if (second % 120 !== 60) continue;
    const number = `+1503555${String(2000 + second)}`;
    let answer = await attack.key(number, PIN);
    let waited = 0;
    for (; shown(answer).includes(HOLD_ON); waited += 1) {
      attack.now += NO_TRIES_LEFT_MS;
      answer = await attack.key(number, PIN, answer);
    }
    expect(shown(answer)).toContain('JoinChimeMeeting');
    waits.push(waited);
  }
  expect(attack.looked).toBeLessThan(1_000);
  expect(Math.max(...waits)).toBe(1);
});

it('Strangers get in at once in the minute after the attack', async () => {
  const attack = new Attack();
  for (let guess = 0; guess < 500; guess += 1)
    await attack.key(`+1415555${String(1000 + guess)}`, '00000000');
  expect(attack.looked).toBe(400);
  expect(shown(await attack.key('+14155550199', PIN))).toContain(HOLD_ON);
  attack.now += 60_000;
  expect(shown(await attack.key('+14155550199', PIN))).toContain('JoinChimeMeeting');
});
