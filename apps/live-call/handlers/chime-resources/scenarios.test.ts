import { describe, expect, it } from 'vitest';
import { openAccount, type TestAccount } from './testing/account.ts';
import { ANY, eventOf, INVENTED, in_, PretendStack } from './testing/cloudformation.ts';
import type { FaultKind } from './testing/faults.ts';

/**
 * Whatever goes wrong with any call, however often: the account ends up with the stack's number and no other,
 * or with none when there is no stack.
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
const timesOf = (kind: FaultKind): number[] => (kind === 'cut' ? [1, 5, FOR_GOOD] : [1, FOR_GOOD]);
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

const open = (): Promise<TestAccount> => openAccount({ functionMs: 100_000 });

/** A Delete that failed is sent again once the fault has passed, as an operator would do: it must then succeed. */
async function afterwards(account: TestAccount, stack: PretendStack): Promise<void> {
  account.door.faults = [];
  const last = stack.answers.at(-1);
  if (last?.Status !== 'FAILED') return;
  const again = await stack.delete(last.PhysicalResourceId);
  expect(again.Reason ?? '').toBe('');
}

describe('a Create, and the Delete that follows when it fails', () => {
  it.each(table(BUYING))('One number or none is left when %s is %s', async (operation, kind) => {
    for (const times of timesOf(kind)) {
      const account = await open();
      const stack = new PretendStack(account);
      account.door.faults = [{ operation, kind, times }];
      const made = await stack.create(ANY);
      if (!made) await afterwards(account, stack);
      expect([times, await account.held()]).toEqual([times, made ? [stack.id] : []]);
      expect((await account.numbers()).length).toBeLessThanOrEqual(1);
    }
  });

  it.each(KINDS)('A Delete with an invented id finds an order that is %s', async (kind) => {
    const account = await open();
    account.door.faults = [{ operation: 'CreatePhoneNumberOrder', kind, times: 1 }];
    await account.invoke(eventOf('Create', ANY));
    account.door.faults = [];
    const gone = await account.invoke(eventOf('Delete', ANY, { PhysicalResourceId: INVENTED }));
    expect([gone.Status, await account.held()]).toEqual(['SUCCESS', []]);
  });

  it.each(table(BUYING.slice(3)))('A repeat leaves one number after %s was %s', async (operation, kind) => {
    const account = await open();
    const event = eventOf('Create', ANY);
    account.door.faults = [{ operation, kind, times: 5 }];
    await account.invoke(event);
    account.door.faults = [];
    const again = await account.invoke(event);
    expect([again.Status, await account.held()]).toEqual(['SUCCESS', [again.PhysicalResourceId]]);
  });
});

/**
 * Just before a request's first call of that operation, its stack is rolled back, and the event that
 * CloudFormation then sends is completed.
 */
function overtake(
  account: TestAccount,
  operation: string,
  status: string,
  sent: () => Promise<unknown>,
): void {
  let isOvertaken = false;
  account.door.before = async (asked) => {
    if (asked !== operation || isOvertaken) return;
    isOvertaken = true;
    account.stacks.status = status;
    await sent();
  };
}

describe('the same Create twice at once', () => {
  it.each(BUYING)('One number is left when the second is done before %s', async (operation) => {
    const account = await open();
    const event = eventOf('Create', ANY);
    const answers: unknown[] = [];
    overtake(account, operation, 'CREATE_IN_PROGRESS', async () => {
      answers.push((await account.invoke(event)).PhysicalResourceId);
    });
    answers.push((await account.invoke(event)).PhysicalResourceId);
    const held = await account.held();
    expect([held.length, answers]).toEqual([1, [held[0], held[0]]]);
  });
});

describe('a Create that goes on after its Delete', () => {
  const deleted = (account: TestAccount) => () =>
    account.invoke(eventOf('Delete', ANY, { PhysicalResourceId: INVENTED }));

  it.each(BUYING)('No number is left when the stack goes back before %s', async (operation) => {
    for (const status of ['ROLLBACK_IN_PROGRESS', 'DELETE_IN_PROGRESS', 'DELETE_COMPLETE', undefined]) {
      const account = await open();
      overtake(account, operation, status as string, deleted(account));
      const created = await account.invoke(eventOf('Create', ANY));
      expect([status, created.Status, await account.held()]).toEqual([status, 'FAILED', []]);
    }
  });

  it.each([
    'AccessDenied',
    'InternalFailure',
  ])('No number is left when CloudFormation answers %s after the order', async (code) => {
    const account = await open();
    overtake(account, 'CreatePhoneNumberOrder', 'ROLLBACK_IN_PROGRESS', () => {
      account.stacks.refusals = [code];
      return deleted(account)();
    });
    const created = await account.invoke(eventOf('Create', ANY));
    expect([created.Status, await account.held()]).toEqual(['FAILED', []]);
  });

  it('A Create after the end of its stack orders nothing', async () => {
    const account = await open();
    account.stacks.status = undefined;
    const created = await account.invoke(eventOf('Create', ANY));
    expect(created.Reason).toContain('not there any more: the Create of TelephonyPhoneNumber3C2E7F4A came');
    expect(account.count('CreatePhoneNumberOrder')).toBe(0);
  });

  it.each([
    ['RestorePhoneNumber', 'true', []],
    ['UpdatePhoneNumber', 'false', ['+12015550100']],
  ])('Released and kept numbers stay as they were before %s', async (operation, release, held) => {
    const account = await open();
    const before = new PretendStack(account);
    await before.create({ ...ANY, ReleaseOnDelete: release });
    await before.delete();
    const names = (await account.numbers()).map(({ Name }) => Name);
    account.stacks.status = 'CREATE_IN_PROGRESS';
    overtake(account, operation, 'ROLLBACK_IN_PROGRESS', deleted(account));
    const created = await account.invoke(eventOf('Create', ANY));
    expect([created.Status, await account.held()]).toEqual(['FAILED', held]);
    expect((await account.numbers()).map(({ Name }) => Name)).toEqual(names);
  });

  it('A throttled query of CloudFormation is repeated', async () => {
    const account = await open();
    account.stacks.refusals = ['Throttling', 'Throttling'];
    expect(await new PretendStack(account).create(ANY)).toBe(true);
    expect((await account.held()).length).toBe(1);
  });
});

describe('an Update that goes on after its rollback', () => {
  it.each(BUYING)('The first number stays when the stack goes back before %s', async (operation) => {
    const account = await open();
    const stack = new PretendStack(account);
    await stack.create(ANY);
    const [first] = await account.held();
    const replacing = { ...in_('212'), ReplaceNumber: first };
    overtake(account, operation, 'UPDATE_ROLLBACK_IN_PROGRESS', () =>
      stack.goBack(ANY, stack.id!, replacing),
    );
    await stack.send('Update', replacing, { PhysicalResourceId: stack.id!, OldResourceProperties: ANY });
    expect([stack.answers.at(-2)?.Status, await account.held()]).toEqual(['SUCCESS', [first]]);
  });
});

describe('an Update that replaces the number, and its rollback', () => {
  it.each(table(BUYING))('The old or the new number is left when %s is %s', async (operation, kind) => {
    for (const thenFails of [false, true]) {
      const account = await open();
      const stack = new PretendStack(account);
      await stack.create(ANY);
      const [first] = await account.held();
      account.door.faults = [{ operation, kind, times: 5 }];
      const updated = await stack.update({ ...in_('212'), ReplaceNumber: first }, thenFails);
      account.door.faults = [];
      if (stack.answers.at(-1)?.Status === 'FAILED') {
        // The rollback is continued.
        await stack.goBack(ANY, stack.id!, { ...in_('212'), ReplaceNumber: first });
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
  ])('An Update of %s keeps the number, and so does its rollback', async (_name, change) => {
    for (const kind of ['refused', 'cut', 'slow'] satisfies FaultKind[]) {
      const account = await open();
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
  )('The number is released in the end when %s is %s', async (operation, kind) => {
    for (const id of ['its own', INVENTED]) {
      const account = await open();
      const stack = new PretendStack(account);
      await stack.create(ANY);
      account.door.faults = [{ operation, kind, times: FOR_GOOD }];
      await stack.delete(id === INVENTED ? INVENTED : stack.id);
      await afterwards(account, stack);
      expect([id, await account.held()]).toEqual([id, []]);
    }
  });

  it.each(
    table(['UpdatePhoneNumber', 'GetPhoneNumber']),
  )('A Delete never releases a kept number when %s is %s', async (operation, kind) => {
    for (const id of ['its own', INVENTED]) {
      const account = await open();
      const stack = new PretendStack(account);
      await stack.create({ ...ANY, ReleaseOnDelete: 'false' });
      account.door.faults = [{ operation, kind, times: FOR_GOOD }];
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
  )('A number just released is restored or left: %s is %s', async (operation, kind) => {
    for (const times of timesOf(kind)) {
      const account = await open();
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
