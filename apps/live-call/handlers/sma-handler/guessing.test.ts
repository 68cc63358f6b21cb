/** Attackers against the PIN for an hour of pretended time, through the handler and the real budget. */
import type { DynamoDBDocumentClient, UpdateCommandInput } from '@aws-sdk/lib-dynamodb';
import type { FunctionResponse } from 'pstn-audio';
import { expect, it } from 'vitest';
import { GuessBudget } from '../tables/index.ts';
import { PIN, PretendCloud, recorded, shown } from './testing/pretend.ts';

const START = 1_700_000_030_000;
const HOUR_S = 3_600;

/** As much of DynamoDB as the budget uses; that it counts right when many ask at once is held by the tables' test. */
function inMemory(): DynamoDBDocumentClient {
  const items = new Map<string, { count?: number }>();
  const send = async ({ input }: { input: UpdateCommandInput & { Item?: { pk: string; sk: string } } }) => {
    const { pk, sk } = (input.Item ?? input.Key) as { pk: string; sk: string };
    const key = `${pk} ${sk}`;
    if (input.Item) return void items.set(key, {});
    if (!input.UpdateExpression) return { Item: items.get(key) };
    const { count = 0 } = items.get(key) ?? {};
    const { ':by': by, ':most': most } = input.ExpressionAttributeValues as Record<string, number>;
    const holds = by === 1 ? count < (most ?? 0) : count <= (most ?? 0);
    if (!holds) throw Object.assign(new Error('no'), { name: 'ConditionalCheckFailedException' });
    items.set(key, { count: count + (by ?? 0) });
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

  /** A call from that number keys a PIN. */
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

it('looks at fewer than 1,000 PINs an hour of strangers', async () => {
  const attack = new Attack();
  const joinedBefore = Array.from({ length: 60 }, (_, at) => `+1206555${String(1000 + at)}`);
  for (const number of joinedBefore) await attack.cloud.ports.guessBudget.noteJoined(number, START);
  // Every five seconds for an hour: a stranger's first try, further tries of one call, one of a number that has joined.
  let call: FunctionResponse | undefined;
  for (let second = 0; second < HOUR_S; second += 5) {
    attack.now = START + second * 1_000;
    await attack.key(`+1415${String(5_550_000 + second)}`, '00000000');
    call = await attack.key('anonymous', '11111111', call);
    await attack.key(joinedBefore[0] as string, '22222222');
    if (second % 60 === 0) {
      const honest = await attack.key(joinedBefore[1 + ((second / 60) % 59)] as string, PIN);
      expect(shown(honest), `in minute ${second / 60}`).toContain('JoinChimeMeeting');
    }
  }
  expect(attack.looked).toBeGreaterThan(500);
  expect(attack.looked).toBeLessThan(1_000);
  expect(attack.cloud.warnings.join()).toContain('wrong PINs');
});

it('lets strangers in at once again in the minute after the attack', async () => {
  const attack = new Attack();
  for (let guess = 0; guess < 300; guess += 1)
    await attack.key(`+1415555${String(1000 + guess)}`, '00000000');
  expect(attack.looked).toBe(10);
  expect(shown(await attack.key('+14155550199', PIN))).toContain('PlayAudio hold-on.wav');
  attack.now += 60_000;
  expect(shown(await attack.key('+14155550199', PIN))).toContain('JoinChimeMeeting');
});
