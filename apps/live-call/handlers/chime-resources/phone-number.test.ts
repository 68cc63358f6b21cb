import { describe, expect, it } from 'vitest';
import { openAccount } from './testing/account.ts';
import { ANY, eventOf, INVENTED, in_, PretendStack } from './testing/cloudformation.ts';

const FIRST_ANY = '+12015550100';

async function deployed(properties: Record<string, unknown> = ANY, options = {}) {
  const account = await openAccount(options);
  const stack = new PretendStack(account);
  expect(await stack.create(properties)).toBe(true);
  const [first] = await account.held();
  return { account, stack, first: first! };
}

describe('a request', () => {
  it('A request is met by searching, ordering and waiting', async () => {
    const { account, stack } = await deployed(in_('206'));
    expect(stack.answers[0]).toMatchObject({
      PhysicalResourceId: '+12065550100',
      Data: { E164PhoneNumber: '+12065550100' },
    });
    expect(account.count('CreatePhoneNumberOrder')).toBe(1);
  });

  it('A request whose area code is later left out changes nothing', async () => {
    const { account, stack, first } = await deployed(in_('206'));
    await stack.update(ANY);
    expect([stack.id, await account.held()]).toEqual([first, [first]]);
  });

  it('A new request that the number happens to fit keeps the number', async () => {
    const { account, stack, first } = await deployed(ANY);
    expect(await stack.update(in_('201'))).toBe(true);
    expect([stack.id, await account.held()]).toEqual([first, [first]]);
  });

  it('A request for another area code is refused, naming the replacement option', async () => {
    const { account, stack, first } = await deployed();
    expect(await stack.update(in_('212'))).toBe(false);
    expect(stack.answers[1]?.Reason).toContain(`--replace-number ${first}`);
    expect([stack.answers[2]?.Status, await account.held()]).toEqual(['SUCCESS', [first]]);
  });

  it.each([
    '12',
    '2066',
    'abc',
  ])('A request for area code %s says what it takes, rolls back', async (AreaCode) => {
    const account = await openAccount();
    const stack = new PretendStack(account);
    await stack.create({ ...ANY, AreaCode });
    expect(stack.answers.map(({ Status }) => Status)).toEqual(['FAILED', 'SUCCESS']);
    expect(stack.answers[0]?.Reason).toContain('three digits');
  });

  it('A request for a toll-free number is met by one', async () => {
    const { stack, account } = await deployed({ ...ANY, PhoneNumberType: 'TollFree', AreaCode: '866' });
    expect(stack.id).toBe('+18665550100');
    await stack.update({ ...ANY, PhoneNumberType: 'TollFree' });
    expect(await account.held()).toEqual(['+18665550100']);
  });
});

describe('a replacement', () => {
  it('A replacement is made when the number to be replaced is named', async () => {
    const { account, stack, first } = await deployed();
    expect(await stack.update({ ...in_('212'), ReplaceNumber: first })).toBe(true);
    expect(await account.held()).toEqual(['+12125550100']);
    await stack.update(in_('212'));
    await stack.update(ANY);
    expect([stack.id, await account.held()]).toEqual(['+12125550100', ['+12125550100']]);
  });

  it('A replacement that is not for sale leaves the first number', async () => {
    const { account, stack, first } = await deployed();
    expect(await stack.update({ ...in_('000'), ReplaceNumber: first })).toBe(false);
    expect([stack.id, await account.held()]).toEqual([first, [first]]);
  });

  it('A replacement is undone when a later resource fails', async () => {
    const { account, stack, first } = await deployed();
    await stack.update({ ...in_('212'), ReplaceNumber: first }, true);
    expect([stack.id, await account.held()]).toEqual([first, [first]]);
    // A second attempt uses the number that the first one bought.
    await stack.update({ ...in_('212'), ReplaceNumber: first });
    expect(await account.held()).toEqual(['+12125550100']);
  });

  it('A replacement that was ordered and failed leaves no stray number', async () => {
    const { account, stack, first } = await deployed();
    account.door.before = (operation) => {
      if (operation !== 'CreatePhoneNumberOrder') return;
      account.door.faults = [
        { operation: 'GetPhoneNumberOrder', kind: 'refused', times: 1 },
        { operation: 'ListPhoneNumberOrders', kind: 'refused', times: 1 },
      ];
    };
    expect(await stack.update({ ...in_('212'), ReplaceNumber: first })).toBe(false);
    expect(account.count('CreatePhoneNumberOrder')).toBe(2);
    expect(stack.answers.map(({ Status }) => Status)).toEqual(['SUCCESS', 'FAILED', 'SUCCESS']);
    expect([stack.id, await account.held()]).toEqual([first, [first]]);
  });

  it('A replaced number is kept on request, and never returned to', async () => {
    const keep = { ReleaseOnDelete: 'false' };
    const { account, stack, first } = await deployed({ ...ANY, ...keep });
    await stack.update({ ...in_('212'), ...keep, ReplaceNumber: first });
    await stack.update({ ...ANY, ...keep });
    expect(stack.id).toBe('+12125550100');
    expect((await account.held()).sort()).toEqual([first, '+12125550100'].sort());
  });
});

describe('a number whose stack is deleted', () => {
  it('The next stack of the name gets the number within seven days', async () => {
    const { account, stack, first } = await deployed();
    expect((await stack.delete()).Status).toBe('SUCCESS');
    expect(await account.held()).toEqual([]);
    account.clock.advance(6 * 86_400_000);
    const next = new PretendStack(account);
    await next.create(ANY);
    expect([next.id, await account.held()]).toEqual([first, [first]]);
    expect(account.count('CreatePhoneNumberOrder')).toBe(1);
  });

  it("An unfitting number, or another stack's, is not taken again", async () => {
    const { account, stack, first } = await deployed();
    await stack.delete();
    const other = new PretendStack(account, {
      StackId: 'arn:aws:cloudformation:us-east-1:1:stack/LiveCall-2/x',
    });
    await other.create(ANY);
    expect(other.id).not.toBe(first);
    const next = new PretendStack(account);
    await next.create(in_('212'));
    expect(next.id).toBe('+12125550100');
  });

  it('The next stack of the same name finds a kept number', async () => {
    const { account, stack, first } = await deployed({ ...ANY, ReleaseOnDelete: 'false' });
    await stack.delete();
    expect(await account.held()).toEqual([first]);
    expect((await account.numbers())[0]?.Name).toMatch(/\.kept$/);
    const next = new PretendStack(account);
    await next.create(ANY);
    expect([next.id, await account.held()]).toEqual([first, [first]]);
    await next.delete();
    expect(await account.held()).toEqual([]);
  });

  it("Releasing waits for the number's rule to go, a minute at most", async () => {
    const { account, stack, first } = await deployed();
    await account.voice.createSipMediaApplication({
      AwsRegion: 'us-east-1',
      Name: 'app',
      Endpoints: [{ LambdaArn: 'arn:aws:lambda:us-east-1:111122223333:function:f' }],
    });
    const { SipMediaApplications } = await account.voice.listSipMediaApplications({});
    const rule = await account.voice.createSipRule({
      Name: 'by-hand',
      TriggerType: 'ToPhoneNumber',
      TriggerValue: first,
      TargetApplications: [
        {
          SipMediaApplicationId: SipMediaApplications![0]!.SipMediaApplicationId!,
          Priority: 1,
          AwsRegion: 'us-east-1',
        },
      ],
    });
    const before = account.clock.now();
    const answer = await stack.delete();
    expect(answer.Status).toBe('FAILED');
    expect(answer.Reason).toContain(rule.SipRule!.SipRuleId!);
    expect(account.clock.now() - before).toBeLessThanOrEqual(61_000);
  });

  it.each([
    'never-made',
    'not-a-number',
    '+1',
    INVENTED,
    'order/none/+12065550100',
  ])('A number with the id %s counts as absent', async (id) => {
    const account = await openAccount();
    const before = account.clock.now();
    const answer = await account.invoke(eventOf('Delete', ANY, { PhysicalResourceId: id }));
    expect([answer.Status, account.clock.now() - before]).toEqual(['SUCCESS', 0]);
  });
});

describe('an id that the service calls malformed', () => {
  it.each(['+999999999999999', '+1', 'x'])('An id such as %s is no number of ours', async (id) => {
    const account = await openAccount();
    account.door.faults = [
      { operation: 'DeletePhoneNumber', kind: 'malformed' },
      { operation: 'GetPhoneNumber', kind: 'malformed' },
    ];
    const before = account.clock.now();
    const answer = await account.invoke(eventOf('Delete', ANY, { PhysicalResourceId: id }));
    expect([answer.Status, account.clock.now() - before]).toEqual(['SUCCESS', 0]);
  });
});

describe('a number that the account already has', () => {
  async function withOwn() {
    const account = await openAccount({ orderMs: 0 });
    await account.voice.createPhoneNumberOrder({
      ProductType: 'SipMediaApplicationDialIn',
      E164PhoneNumbers: ['+13125550142'],
      Name: 'letterhead',
    });
    return { account, stack: new PretendStack(account), own: { ...ANY, Number: '+13125550142' } };
  }

  it("The account's own number keeps its name and is never released", async () => {
    const { account, stack, own } = await withOwn();
    await stack.create(own);
    expect(stack.answers[0]?.Data).toMatchObject({ E164PhoneNumber: '+13125550142' });
    await stack.update(ANY);
    await stack.delete();
    expect(stack.answers.map(({ Status }) => Status)).toEqual(['SUCCESS', 'SUCCESS', 'SUCCESS']);
    expect(await account.held()).toEqual(['+13125550142']);
    expect((await account.numbers())[0]?.Name).toBe('letterhead');
    expect(account.count('CreatePhoneNumberOrder')).toBe(0);
  });

  it("The account's own number is taken out of the deletion queue", async () => {
    const { account, stack, own } = await withOwn();
    await account.voice.deletePhoneNumber({ PhoneNumberId: own.Number });
    await stack.create(own);
    expect(await account.held()).toEqual([own.Number]);
  });

  it('A Create with a number outside the inventory fails with the reason', async () => {
    const { account, stack } = await withOwn();
    expect(await stack.create({ ...ANY, Number: '+13125550199' })).toBe(false);
    expect(stack.answers[0]?.Reason).toContain('not in the inventory');
    expect(await account.held()).toEqual(['+13125550142']);
  });

  it("The account's own number replaces a bought one that is named", async () => {
    const { account, stack, own } = await withOwn();
    await stack.create(in_('206'));
    expect(await stack.update(own)).toBe(false);
    expect(await stack.update({ ...own, ReplaceNumber: '+12065550100' }, true)).toBe(false);
    expect((await account.held()).sort()).toEqual(['+12065550100', '+13125550142']);
    expect(stack.id).toBe('+12065550100');
    expect(await stack.update({ ...own, ReplaceNumber: '+12065550100' })).toBe(true);
    expect(await account.held()).toEqual(['+13125550142']);
  });
});

describe('an order', () => {
  it('A Delete finishes an order that does not end in time', async () => {
    const account = await openAccount({ orderMs: 900_000 });
    const stack = new PretendStack(account);
    expect(await stack.create(ANY)).toBe(false);
    expect(stack.answers[0]?.PhysicalResourceId).toMatch(/^order\/[0-9a-f-]{36}\/\+1/);
    expect(stack.answers[0]?.Reason).toContain(`Time ran out while waiting for the order of ${FIRST_ANY}`);
    expect([stack.answers[1]?.Status, await account.held()]).toEqual(['SUCCESS', []]);
  });

  it.each([
    'Partial',
    'PendingDocuments',
    'Exception',
    'ChangeRequested',
    'Whatever',
  ])('An order that is %s does not lead to another', async (Status) => {
    for (const orderMs of [0, 10_000_000]) {
      const account = await openAccount({ orderMs });
      account.door.rewrite = (operation, answer) => {
        if (!operation.includes('Order') || !answer.PhoneNumberOrder) return answer;
        return { PhoneNumberOrder: { ...(answer.PhoneNumberOrder as object), Status } };
      };
      const stack = new PretendStack(account);
      const made = await stack.create(ANY);
      expect(account.count('CreatePhoneNumberOrder')).toBe(1);
      if (orderMs === 0) expect([made, await account.held()]).toEqual([true, [FIRST_ANY]]);
      else expect(stack.answers[0]?.PhysicalResourceId).toMatch(/^order\//);
    }
  });

  it.each([
    'Partial',
    'PendingDocuments',
    'Whatever',
  ])('An order that is %s without its number leads to no other', async (Status) => {
    const account = await openAccount({ orderMs: 0 });
    account.door.faults = [{ operation: 'GetPhoneNumber', kind: 'missing' }];
    account.door.rewrite = (operation, answer) => {
      if (!operation.includes('Order') || !answer.PhoneNumberOrder) return answer;
      return { PhoneNumberOrder: { ...(answer.PhoneNumberOrder as object), Status } };
    };
    const created = await account.invoke(eventOf('Create', ANY));
    expect([created.Status, account.count('CreatePhoneNumberOrder')]).toEqual(['FAILED', 1]);
    expect(created.PhysicalResourceId).toMatch(/^order\//);
    account.door.faults = [];
    await account.invoke(eventOf('Delete', ANY, { PhysicalResourceId: created.PhysicalResourceId }));
    expect(await account.held()).toEqual([]);
  });

  it('An order lost to somebody else leads to the next number', async () => {
    const account = await openAccount({ orderMs: 0 });
    account.door.before = async (operation) => {
      if (operation !== 'CreatePhoneNumberOrder' || account.count(operation) > 1) return;
      await account.voice.createPhoneNumberOrder({
        ProductType: 'SipMediaApplicationDialIn',
        E164PhoneNumbers: [FIRST_ANY],
        Name: 'of somebody else',
      });
    };
    const stack = new PretendStack(account);
    expect(await stack.create(ANY)).toBe(true);
    expect(stack.id).toBe('+12015550101');
    expect((await account.held()).length).toBe(2);
  });

  it('An order under way leaves nothing when an invented id is deleted', async () => {
    const account = await openAccount({ orderMs: 60_000 });
    let deleting: ReturnType<typeof account.invoke> | undefined;
    account.door.before = (operation) => {
      if (operation !== 'GetPhoneNumberOrder' || deleting) return;
      deleting = account.invoke(eventOf('Delete', ANY, { PhysicalResourceId: INVENTED }));
    };
    const created = await account.invoke(eventOf('Create', ANY));
    expect((await deleting)?.Status).toBe('SUCCESS');
    if (created.Status === 'SUCCESS' || created.PhysicalResourceId.startsWith('order/')) {
      await account.invoke(eventOf('Delete', ANY, { PhysicalResourceId: created.PhysicalResourceId }));
    }
    expect(await account.held()).toEqual([]);
    expect(account.count('CreatePhoneNumberOrder')).toBe(1);
  });

  it('A Delete by invented id releases a number whose answer was lost', async () => {
    const { account } = await deployed();
    const answer = await account.invoke(eventOf('Delete', ANY, { PhysicalResourceId: INVENTED }));
    expect([answer.Status, await account.held()]).toEqual(['SUCCESS', []]);
  });

  it('A request that arrives three times, twice at once, orders one number', async () => {
    const account = await openAccount();
    const event = eventOf('Create', ANY);
    const [one, two] = await Promise.all([account.invoke(event), account.invoke(event)]);
    const three = await account.invoke(event);
    expect([one.Status, two.Status, three.Status]).toEqual(['SUCCESS', 'SUCCESS', 'SUCCESS']);
    expect(new Set([one, two, three].map(({ PhysicalResourceId }) => PhysicalResourceId)).size).toBe(1);
    expect(await account.held()).toEqual([one.PhysicalResourceId]);
  });

  it('A client with retries of its own sends one order', async () => {
    const account = await openAccount({ maxAttempts: 5, orderMs: 0 });
    account.door.faults = [{ operation: 'CreatePhoneNumberOrder', kind: 'committedButCut', times: 1 }];
    const stack = new PretendStack(account);
    expect(await stack.create(ANY)).toBe(true);
    expect([account.count('CreatePhoneNumberOrder'), await account.held()]).toEqual([1, [stack.id]]);
  });
});
