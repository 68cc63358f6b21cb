import type { ChimeSDKVoiceClient } from '@aws-sdk/client-chime-sdk-voice';
import { describe, expect, it } from 'vitest';
import { type CustomResourceEvent, NEVER_MADE, patience, provision } from './custom-resource.ts';
import { PhoneNumberResource } from './phone-number.ts';
import { SipRuleResource } from './sip-rule.ts';

class ServiceError extends Error {
  constructor(name: string) {
    super(`${name} said no`);
    this.name = name;
  }
}

/** Answers operations by name: a value, an error, or several in turn (the last one for good). */
function service(answers: Record<string, unknown[]>) {
  const asked: string[] = [];
  const inputs: Record<string, unknown>[] = [];
  const client = {
    send: async (command: { constructor: { name: string }; input: Record<string, unknown> }) => {
      const name = command.constructor.name.replace(/Command$/, '');
      asked.push(name);
      inputs.push(command.input);
      const list = answers[name] ?? [];
      const answer = list.length > 1 ? list.shift() : list[0];
      if (answer instanceof Error) throw answer;
      return answer ?? {};
    },
  } as unknown as ChimeSDKVoiceClient;
  return { client, asked, inputs };
}

const waiting = (pauses = 20) =>
  patience(
    () => pauses-- * 10_000,
    async () => undefined,
  );

function event(members: Partial<CustomResourceEvent>): CustomResourceEvent {
  return {
    RequestType: 'Create',
    ResponseURL: 'https://example.com/',
    StackId: 'stack',
    RequestId: 'request-1',
    LogicalResourceId: 'Thing',
    ResourceType: 'Custom::ChimePhoneNumber',
    ResourceProperties: { Name: 'n', Country: 'US', PhoneNumberType: 'Local', ReleaseOnDelete: 'true' },
    ...members,
  };
}

describe('a telephone number', () => {
  const run = (
    made: ReturnType<typeof service>,
    members: Partial<CustomResourceEvent> = {},
    pauses?: number,
  ) =>
    provision(
      event(members),
      { 'Custom::ChimePhoneNumber': new PhoneNumberResource(made.client) },
      waiting(pauses),
    );
  const order = (Status: string) => ({ PhoneNumberOrder: { PhoneNumberOrderId: 'o', Status } });

  it('is searched, ordered, awaited', async () => {
    const made = service({
      SearchAvailablePhoneNumbers: [{ E164PhoneNumbers: ['+12065550100'] }],
      CreatePhoneNumberOrder: [order('Processing')],
      GetPhoneNumberOrder: [order('Processing'), order('Successful')],
      GetPhoneNumber: [new ServiceError('NotFoundException'), { PhoneNumber: { Status: 'Unassigned' } }],
    });
    expect(await run(made)).toMatchObject({
      Status: 'SUCCESS',
      PhysicalResourceId: '+12065550100',
      Data: { E164PhoneNumber: '+12065550100' },
      RequestId: 'request-1',
    });
    expect(made.asked.filter((name) => name === 'CreatePhoneNumberOrder').length).toBe(1);
  });

  it('that the carrier did not deliver is no number', async () => {
    const made = service({
      SearchAvailablePhoneNumbers: [{ E164PhoneNumbers: ['+12065550100'] }],
      CreatePhoneNumberOrder: [order('Successful')],
      GetPhoneNumber: [{ PhoneNumber: { Status: 'AcquireFailed' } }],
    });
    const answer = await run(made);
    expect(answer).toMatchObject({ Status: 'FAILED', PhysicalResourceId: NEVER_MADE });
    expect(answer.Reason).toContain('+12065550100 was not acquired: AcquireFailed');
  });

  it('is not bought twice when the request comes again', async () => {
    const made = service({
      ListPhoneNumbers: [
        { PhoneNumbers: [], NextToken: 'more' },
        { PhoneNumbers: [{ Name: 'n.request-1', E164PhoneNumber: '+12065550100', Status: 'Unassigned' }] },
      ],
      GetPhoneNumber: [{ PhoneNumber: { Status: 'Unassigned' } }],
    });
    expect(await run(made)).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: '+12065550100' });
    expect(made.asked).not.toContain('CreatePhoneNumberOrder');
  });

  it('taken by somebody else makes room for the next one', async () => {
    const made = service({
      SearchAvailablePhoneNumbers: [{ E164PhoneNumbers: ['+12065550100', '+12065550101'] }],
      CreatePhoneNumberOrder: [order('Failed'), order('Successful')],
      GetPhoneNumber: [{ PhoneNumber: { Status: 'Unassigned' } }],
    });
    expect(await run(made)).toMatchObject({ PhysicalResourceId: '+12065550101' });
  });

  it('that never comes fails with a reason, in time', async () => {
    const made = service({
      SearchAvailablePhoneNumbers: [{ E164PhoneNumbers: ['+12065550100'] }],
      CreatePhoneNumberOrder: [order('Processing')],
      GetPhoneNumberOrder: [order('Processing')],
    });
    expect(await run(made, {}, 3)).toMatchObject({
      Status: 'FAILED',
      PhysicalResourceId: NEVER_MADE,
      Reason: expect.stringContaining('Time ran out while waiting for the order of +12065550100'),
    });
  });

  it('stays on an update that does not concern it, and is replaced by another area code', async () => {
    const properties = event({}).ResourceProperties;
    const made = service({ GetPhoneNumber: [{ PhoneNumber: { Status: 'Assigned' } }] });
    const update = { RequestType: 'Update' as const, PhysicalResourceId: '+12065550100' };
    expect(await run(made, { ...update, OldResourceProperties: properties })).toMatchObject({
      PhysicalResourceId: '+12065550100',
    });
    const other = service({
      SearchAvailablePhoneNumbers: [{ E164PhoneNumbers: ['+13125550100'] }],
      CreatePhoneNumberOrder: [order('Successful')],
      GetPhoneNumber: [{ PhoneNumber: { Status: 'Unassigned' } }],
    });
    const before = { ...properties, AreaCode: '206' };
    expect(await run(other, { ...update, OldResourceProperties: before })).toMatchObject({
      PhysicalResourceId: '+13125550100',
    });
  });

  it('is released with the stack, once its rule has let it go; or kept', async () => {
    const remove = { RequestType: 'Delete' as const, PhysicalResourceId: '+12065550100' };
    const made = service({ DeletePhoneNumber: [new ServiceError('ConflictException'), {}] });
    expect(await run(made, remove)).toMatchObject({ Status: 'SUCCESS' });
    expect(made.asked).toEqual(['DeletePhoneNumber', 'DeletePhoneNumber']);
    const gone = service({ DeletePhoneNumber: [new ServiceError('NotFoundException')] });
    expect(await run(gone, remove)).toMatchObject({ Status: 'SUCCESS' });
    const kept = service({});
    const keep = { ...event({}).ResourceProperties, ReleaseOnDelete: 'false' };
    expect(await run(kept, { ...remove, ResourceProperties: keep })).toMatchObject({ Status: 'SUCCESS' });
    const never = await run(kept, { ...remove, PhysicalResourceId: NEVER_MADE });
    expect([never.Status, kept.asked]).toEqual(['SUCCESS', []]);
  });
});

describe('a SIP rule', () => {
  const ResourceProperties = {
    Name: 'r',
    TriggerType: 'ToPhoneNumber',
    TriggerValue: '+12065550100',
    Disabled: 'false',
    TargetApplications: [{ SipMediaApplicationId: 's', Priority: '1', AwsRegion: 'us-east-1' }],
  };
  const run = (made: ReturnType<typeof service>, members: Partial<CustomResourceEvent> = {}) =>
    provision(
      event({ ResourceType: 'Custom::ChimeSipRule', ResourceProperties, ...members }),
      { 'Custom::ChimeSipRule': new SipRuleResource(made.client) },
      waiting(),
    );

  it('is created, with numbers and booleans as such', async () => {
    const made = service({ CreateSipRule: [{ SipRule: { SipRuleId: 'rule' } }] });
    expect(await run(made)).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: 'rule' });
    expect(made.inputs.at(-1)).toMatchObject({ Disabled: false, TargetApplications: [{ Priority: 1 }] });
  });

  it('is found when the request comes again', async () => {
    const rule = { SipRuleId: 'rule', Name: 'r', TriggerValue: '+12065550100' };
    const made = service({ ListSipRules: [{ SipRules: [rule] }] });
    expect(await run(made)).toMatchObject({ PhysicalResourceId: 'rule' });
    expect(made.asked).toEqual(['ListSipRules', 'UpdateSipRule']);
  });

  it('is changed in place; another number needs another rule', async () => {
    const update = { RequestType: 'Update' as const, PhysicalResourceId: 'rule' };
    const made = service({});
    await run(made, { ...update, OldResourceProperties: ResourceProperties });
    expect(made.asked).toEqual(['UpdateSipRule']);
    const other = service({ CreateSipRule: [{ SipRule: { SipRuleId: 'rule-2' } }] });
    const before = { ...ResourceProperties, TriggerValue: '+13125550100' };
    expect(await run(other, { ...update, OldResourceProperties: before })).toMatchObject({
      PhysicalResourceId: 'rule-2',
    });
  });

  it('is disabled, then deleted; one that is gone is no error', async () => {
    const remove = { RequestType: 'Delete' as const, PhysicalResourceId: 'rule' };
    const made = service({ DeleteSipRule: [new ServiceError('ConflictException'), {}] });
    expect(await run(made, remove)).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: 'rule' });
    expect(made.asked).toEqual(['UpdateSipRule', 'DeleteSipRule', 'UpdateSipRule', 'DeleteSipRule']);
    expect(made.inputs[0]).toMatchObject({ Disabled: true });
    const gone = service({ UpdateSipRule: [new ServiceError('NotFoundException')] });
    expect(await run(gone, remove)).toMatchObject({ Status: 'SUCCESS' });
    const denied = service({ UpdateSipRule: [new ServiceError('AccessDeniedException')] });
    expect(await run(denied, remove)).toMatchObject({ Status: 'FAILED', PhysicalResourceId: 'rule' });
  });

  it('of an unknown type fails at once', async () => {
    expect(await provision(event({ ResourceType: 'Custom::Other' }), {}, waiting())).toMatchObject({
      Status: 'FAILED',
    });
  });
});
