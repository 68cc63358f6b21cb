import { describe, expect, it } from 'vitest';
import { openAccount, type TestAccount } from './testing/account.ts';
import { ANY, eventOf, INVENTED, in_, PretendStack } from './testing/cloudformation.ts';
import type { FaultKind } from './testing/faults.ts';

/**
 * Whatever goes wrong with any call, as often as it likes: the account holds the stack's number and no other, or none
 * when there is no stack.
 */
const KINDS: FaultKind[] = [
  'refused',
  'throttled',
  'broken',
  'committedButBroken',
  'cut',
  'committedButCut',
  'slow',
  'silent',
];
const FOR_GOOD = Number.POSITIVE_INFINITY;
/** An answer that never comes is waited for in real time, so it is not tried for good. */
const timesOf = (kind: FaultKind): number[] =>
  kind === 'silent' ? [1] : kind === 'cut' ? [1, 5, FOR_GOOD] : [1, FOR_GOOD];
const table = (operations: string[]) =>
  operations.flatMap((operation) => KINDS.map((kind) => [operation, kind] as const));

const BUYING = [
  'ListPhoneNumberOrders',
  'ListPhoneNumbers',
  'SearchAvailablePhoneNumbers',
  'CreatePhoneNumberOrder',
  'GetPhoneNumberOrder',
  'GetPhoneNumber',
];

async function open(kind: FaultKind): Promise<TestAccount> {
  return openAccount({ functionMs: 100_000, ...(kind === 'silent' ? { oneCallMs: 200 } : {}) });
}

/** A Delete that failed is sent again once the fault has passed, as an operator would: it must succeed then. */
async function afterwards(account: TestAccount, stack: PretendStack): Promise<void> {
  account.door.faults = [];
  const last = stack.answers.at(-1);
  if (last?.Status !== 'FAILED') return;
  const again = await stack.delete(last.PhysicalResourceId);
  expect(again.Reason ?? '').toBe('');
}

describe('a Create, and the Delete that follows when it fails', () => {
  it.each(table(BUYING))('holds one number or none when %s is %s', async (operation, kind) => {
    for (const times of timesOf(kind)) {
      const account = await open(kind);
      const stack = new PretendStack(account);
      account.door.faults = [{ operation, kind, times }];
      const made = await stack.create(ANY);
      if (!made) await afterwards(account, stack);
      expect([times, await account.held()]).toEqual([times, made ? [stack.id] : []]);
      expect((await account.numbers()).length).toBeLessThanOrEqual(1);
    }
  });

  it.each(KINDS)('is found by a Delete with an invented id when its order is %s', async (kind) => {
    const account = await open(kind);
    account.door.faults = [{ operation: 'CreatePhoneNumberOrder', kind, times: 1 }];
    await account.invoke(eventOf('Create', ANY));
    account.door.faults = [];
    const gone = await account.invoke(eventOf('Delete', ANY, { PhysicalResourceId: INVENTED }));
    expect([gone.Status, await account.held()]).toEqual(['SUCCESS', []]);
  });

  it.each(table(BUYING.slice(3)))('is the same once more after %s was %s', async (operation, kind) => {
    const account = await open(kind);
    const event = eventOf('Create', ANY);
    account.door.faults = [{ operation, kind, times: 5 }];
    await account.invoke(event);
    account.door.faults = [];
    const again = await account.invoke(event);
    expect([again.Status, await account.held()]).toEqual(['SUCCESS', [again.PhysicalResourceId]]);
  });
});

describe('an Update that replaces the number, and its rollback', () => {
  it.each(table(BUYING))('holds the old or the new one when %s is %s', async (operation, kind) => {
    for (const thenFails of [false, true]) {
      const account = await open(kind);
      const stack = new PretendStack(account);
      await stack.create(ANY);
      const [first] = await account.held();
      account.door.faults = [{ operation, kind, times: kind === 'silent' ? 2 : 5 }];
      const updated = await stack.update({ ...in_('212'), ReplaceNumber: first }, thenFails);
      account.door.faults = [];
      if (stack.answers.at(-1)?.Status === 'FAILED') {
        // The rollback is continued.
        await stack.send('Update', ANY, {
          PhysicalResourceId: stack.id!,
          OldResourceProperties: { ...in_('212'), ReplaceNumber: first },
        });
      }
      expect(stack.answers.at(-1)?.Status).toBe('SUCCESS');
      expect([thenFails, await account.held()]).toEqual([thenFails, [stack.id]]);
      if (!updated) expect(stack.id).toBe(first);
    }
  });
});

describe('an Update of any property', () => {
  it.each([
    ['AreaCode', { AreaCode: '201' }],
    ['ReleaseOnDelete', { ReleaseOnDelete: 'false' }],
    ['ReplaceNumber', { ReplaceNumber: '+12015550100' }],
    ['Name', { Name: 'another' }],
  ])('an Update of %s keeps the number, and so does its rollback', async (_name, change) => {
    for (const kind of ['refused', 'cut', 'slow'] satisfies FaultKind[]) {
      const account = await open(kind);
      const stack = new PretendStack(account);
      await stack.create(ANY);
      const [first] = await account.held();
      account.door.faults = [{ operation: 'GetPhoneNumber', kind, times: 2 }];
      await stack.update({ ...ANY, ...change }, kind === 'cut');
      expect([kind, stack.id, await account.held()]).toEqual([kind, first, [first]]);
    }
  });
});

describe('a Delete', () => {
  it.each(
    table(['DeletePhoneNumber', 'GetPhoneNumber', 'ListPhoneNumbers', 'ListPhoneNumberOrders']),
  )('releases the number in the end when %s is %s', async (operation, kind) => {
    for (const id of ['its own', INVENTED]) {
      const account = await open(kind);
      const stack = new PretendStack(account);
      await stack.create(ANY);
      account.door.faults = [{ operation, kind, times: kind === 'silent' ? 2 : FOR_GOOD }];
      await stack.delete(id === INVENTED ? INVENTED : stack.id);
      await afterwards(account, stack);
      expect([id, await account.held()]).toEqual([id, []]);
    }
  });

  it.each(
    table(['UpdatePhoneNumber', 'GetPhoneNumber']),
  )('a Delete never releases a kept number when %s is %s', async (operation, kind) => {
    for (const id of ['its own', INVENTED]) {
      const account = await open(kind);
      const stack = new PretendStack(account);
      await stack.create({ ...ANY, ReleaseOnDelete: 'false' });
      account.door.faults = [{ operation, kind, times: kind === 'silent' ? 2 : FOR_GOOD }];
      await stack.delete(id === INVENTED ? INVENTED : stack.id);
      await afterwards(account, stack);
      const next = new PretendStack(account);
      expect(await next.create(ANY)).toBe(true);
      expect(await account.held()).toEqual([stack.id === undefined ? '' : next.id]);
      expect((await account.numbers()).length).toBe(1);
    }
  });
});

describe('a number that was released a moment ago', () => {
  it.each(
    table(['RestorePhoneNumber', 'UpdatePhoneNumber']),
  )('is had back, or not and nothing else, when %s is %s', async (operation, kind) => {
    for (const times of timesOf(kind)) {
      const account = await open(kind);
      const stack = new PretendStack(account);
      await stack.create(ANY);
      await stack.delete();
      account.door.faults = [{ operation, kind, times }];
      const next = new PretendStack(account);
      const made = await next.create(ANY);
      if (!made) await afterwards(account, next);
      expect([times, await account.held()]).toEqual([times, made ? [next.id] : []]);
      expect(account.count('CreatePhoneNumberOrder')).toBe(1);
    }
  });
});
