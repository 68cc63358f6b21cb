import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as sdk from '@aws-sdk/client-chime-sdk-voice';
import { describe, expect, it } from 'vitest';
import { openJournal } from '#platform';
import { ScriptedClock } from '#testkit';
import { OPERATOR, startChime } from '../../testing/endpoint.ts';
import { createApplication, FUNCTION, orderNumber, start, type Voice } from './testing/voice.ts';

function createRule(voice: Voice, number: string, application: string, more: object = {}) {
  return voice.createSipRule({
    Name: 'rule',
    TriggerType: 'ToPhoneNumber',
    TriggerValue: number,
    TargetApplications: [{ SipMediaApplicationId: application, Priority: 1, AwsRegion: 'us-east-1' }],
    ...more,
  });
}

describe('SIP media applications', () => {
  it('Applications are created, read, listed, changed and deleted', async () => {
    const { voice } = await start();
    const id = await createApplication(voice, 'first');
    await createApplication(voice, 'second');
    const { SipMediaApplication: read } = await voice.getSipMediaApplication({ SipMediaApplicationId: id });
    expect(read).toMatchObject({
      Name: 'first',
      AwsRegion: 'us-east-1',
      Endpoints: [{ LambdaArn: FUNCTION }],
    });
    expect(read!.SipMediaApplicationArn).toBe(`arn:aws:chime:us-east-1:000000000000:sma/${id}`);
    expect(read!.CreatedTimestamp).toBeInstanceOf(Date);
    const { $metadata, SipMediaApplication: changed } = await voice.updateSipMediaApplication({
      SipMediaApplicationId: id,
      Name: 'renamed',
    });
    expect([$metadata.httpStatusCode, changed!.Name]).toEqual([200, 'renamed']);
    const names: (string | undefined)[] = [];
    for await (const page of sdk.paginateListSipMediaApplications({ client: voice, pageSize: 1 }, {})) {
      names.push(...page.SipMediaApplications!.map((application) => application.Name));
    }
    expect(names.sort()).toEqual(['renamed', 'second']);
    const deleted = await voice.deleteSipMediaApplication({ SipMediaApplicationId: id });
    expect(deleted.$metadata.httpStatusCode).toBe(204);
    await expect(voice.getSipMediaApplication({ SipMediaApplicationId: id })).rejects.toBeInstanceOf(
      sdk.NotFoundException,
    );
  });

  it('T-132 An application has one endpoint, in a Region that supports it', async () => {
    const { voice } = await start();
    const base = { AwsRegion: 'us-east-1', Name: 'app' };
    const two = [{ LambdaArn: FUNCTION }, { LambdaArn: FUNCTION }];
    for (const bad of [
      { ...base, Endpoints: two },
      { ...base, Endpoints: [] },
      { ...base, Endpoints: [{}] },
      { ...base, Endpoints: [{ LambdaArn: FUNCTION.replace('us-east-1', 'us-west-2') }] },
      { ...base, AwsRegion: 'eu-north-1', Endpoints: [{ LambdaArn: FUNCTION }] },
      { ...base, Name: 'no/slash', Endpoints: [{ LambdaArn: FUNCTION }] },
    ]) {
      await expect(voice.createSipMediaApplication(bad)).rejects.toBeInstanceOf(sdk.BadRequestException);
    }
    const { SipMediaApplications } = await voice.listSipMediaApplications({});
    expect(SipMediaApplications).toEqual([]);
    const one = await voice.createSipMediaApplication({ ...base, Endpoints: [{ LambdaArn: FUNCTION }] });
    expect(one.$metadata.httpStatusCode).toBe(201);
    const { SipMediaApplicationArn, SipMediaApplicationId } = one.SipMediaApplication!;
    expect(SipMediaApplicationArn).toMatch(new RegExp(`:sma/${SipMediaApplicationId}$`));
  });

  it('Applications store a logging configuration and tags', async () => {
    const { voice } = await start();
    const id = await createApplication(voice);
    const put = await voice.putSipMediaApplicationLoggingConfiguration({
      SipMediaApplicationId: id,
      SipMediaApplicationLoggingConfiguration: { EnableSipMediaApplicationMessageLogs: true },
    });
    expect(put.SipMediaApplicationLoggingConfiguration!.EnableSipMediaApplicationMessageLogs).toBe(true);
    const got = await voice.getSipMediaApplicationLoggingConfiguration({ SipMediaApplicationId: id });
    expect(got.SipMediaApplicationLoggingConfiguration!.EnableSipMediaApplicationMessageLogs).toBe(true);
    const { SipMediaApplication } = await voice.getSipMediaApplication({ SipMediaApplicationId: id });
    const ResourceARN = SipMediaApplication!.SipMediaApplicationArn!;
    await voice.tagResource({
      ResourceARN,
      Tags: [
        { Key: 'a', Value: '1' },
        { Key: 'b', Value: '2' },
      ],
    });
    await voice.untagResource({ ResourceARN, TagKeys: ['a'] });
    const { Tags } = await voice.listTagsForResource({ ResourceARN });
    expect(Tags).toEqual([{ Key: 'b', Value: '2' }]);
    await expect(voice.listTagsForResource({ ResourceARN: `${ResourceARN}0` })).rejects.toBeInstanceOf(
      sdk.NotFoundException,
    );
  });
});

describe('SIP rules', () => {
  it('A rule permits the service to invoke its function, even after updates', async () => {
    const { voice, permitted } = await start();
    const id = await createApplication(voice);
    const { SipMediaApplication } = await voice.getSipMediaApplication({ SipMediaApplicationId: id });
    const arn = SipMediaApplication?.SipMediaApplicationArn;
    await voice.updateSipMediaApplication({ SipMediaApplicationId: id, Name: 'renamed' });
    const Endpoints = [{ LambdaArn: `${FUNCTION}-2` }];
    await voice.updateSipMediaApplication({ SipMediaApplicationId: id, Endpoints });
    expect(permitted).toEqual([`${FUNCTION} for ${arn}`, `${FUNCTION}-2 for ${arn}`]);
  });

  it('T-006, T-133, T-135, T-138 A rule takes, routes and releases its number', async () => {
    const { voice, directory } = await start();
    const east = await createApplication(voice, 'east');
    const west = await createApplication(voice, 'west', 'us-west-2');
    const number = await orderNumber(voice);
    const { SipRule, $metadata } = await createRule(voice, number, east, {
      TargetApplications: [
        { SipMediaApplicationId: east, Priority: 2, AwsRegion: 'us-east-1' },
        { SipMediaApplicationId: west, Priority: 1, AwsRegion: 'us-west-2' },
      ],
    });
    expect($metadata.httpStatusCode).toBe(201);
    const rule = SipRule!.SipRuleId!;
    expect(directory.routeForNumber(number)).toEqual({
      sipRuleId: rule,
      targets: [
        {
          sipMediaApplicationId: west,
          awsRegion: 'us-west-2',
          functionArn: FUNCTION.replace('us-east-1', 'us-west-2'),
        },
        { sipMediaApplicationId: east, awsRegion: 'us-east-1', functionArn: FUNCTION },
      ],
    });
    expect(directory.routedNumbers()).toEqual([number]);
    const { PhoneNumber } = await voice.getPhoneNumber({ PhoneNumberId: number });
    expect(PhoneNumber!.Status).toBe('Assigned');
    expect(PhoneNumber!.Associations).toMatchObject([{ Name: 'SipRuleId', Value: rule }]);
    await expect(voice.deletePhoneNumber({ PhoneNumberId: number })).rejects.toThrow(rule);
    await expect(voice.deleteSipRule({ SipRuleId: rule })).rejects.toBeInstanceOf(sdk.ConflictException);
    const disabled = await voice.updateSipRule({ SipRuleId: rule, Name: 'rule', Disabled: true });
    expect(disabled.$metadata.httpStatusCode).toBe(202);
    expect(directory.routeForNumber(number)).toBeUndefined();
    const after = await voice.getPhoneNumber({ PhoneNumberId: number });
    expect(after.PhoneNumber).toMatchObject({ Status: 'Unassigned', Associations: [] });
    const stillATarget = voice.deleteSipMediaApplication({ SipMediaApplicationId: east });
    await expect(stillATarget).rejects.toBeInstanceOf(sdk.ConflictException);
    expect((await voice.deleteSipRule({ SipRuleId: rule })).$metadata.httpStatusCode).toBe(204);
    await voice.deleteSipMediaApplication({ SipMediaApplicationId: east });
  });

  it('A rule refuses numbers and targets that it cannot use', async () => {
    const { voice } = await start();
    const application = await createApplication(voice);
    const number = await orderNumber(voice);
    const refused = async (trigger: string, more: object, error: new (...args: never[]) => Error) =>
      expect(createRule(voice, trigger, application, more)).rejects.toBeInstanceOf(error);
    const target = { SipMediaApplicationId: application, Priority: 1, AwsRegion: 'us-east-1' };
    await refused('+12065550199', {}, sdk.BadRequestException);
    await refused(number, { TargetApplications: [target, target] }, sdk.BadRequestException);
    const elsewhere = { ...target, AwsRegion: 'us-west-2' };
    await refused(number, { TargetApplications: [elsewhere] }, sdk.BadRequestException);
    const unknown = { ...target, SipMediaApplicationId: 'nobody' };
    await refused(number, { TargetApplications: [unknown] }, sdk.BadRequestException);
    await refused('host.example', { TriggerType: 'RequestUriHostname' }, sdk.BadRequestException);
    const { SipRule: first } = await createRule(voice, number, application);
    await refused(number, {}, sdk.ConflictException);
    const { SipRule: second } = await createRule(voice, number, application, { Disabled: true });
    const enable = { SipRuleId: second!.SipRuleId, Name: 'rule', Disabled: false };
    await expect(voice.updateSipRule(enable)).rejects.toBeInstanceOf(sdk.ConflictException);
    await voice.updateSipRule({ SipRuleId: first!.SipRuleId, Name: 'rule', Disabled: true });
    await voice.updateSipRule(enable);
  });

  it("T-134, T-136 A rule's update needs a name; rules are listed by application", async () => {
    const { voice } = await start();
    const application = await createApplication(voice);
    const other = await createApplication(voice, 'other');
    const { SipRule } = await createRule(voice, await orderNumber(voice), application);
    const nameless = { SipRuleId: SipRule!.SipRuleId } as sdk.UpdateSipRuleRequest;
    await expect(voice.updateSipRule(nameless)).rejects.toThrow('Name is missing');
    await expect(voice.updateSipRule(nameless)).rejects.toBeInstanceOf(sdk.BadRequestException);
    const named = await voice.updateSipRule({ ...nameless, Name: 'named' });
    expect(named.$metadata.httpStatusCode).toBe(202);
    const mine = await voice.listSipRules({ SipMediaApplicationId: application });
    expect(mine.SipRules!.map((rule) => rule.SipRuleId)).toEqual([SipRule!.SipRuleId]);
    const others = await voice.listSipRules({ SipMediaApplicationId: other });
    expect(others.SipRules).toEqual([]);
  });
});

describe('phone numbers', () => {
  it('The same search by area code, state, city or type is repeatable', async () => {
    const { voice } = await start();
    const search = async (input: sdk.SearchAvailablePhoneNumbersRequest) =>
      (await voice.searchAvailablePhoneNumbers({ MaxResults: 2, ...input })).E164PhoneNumbers;
    expect(await search({ AreaCode: '206' })).toEqual(['+12065550100', '+12065550101']);
    expect(await search({ City: 'Seattle', State: 'WA', Country: 'US' })).toEqual(
      await search({ AreaCode: '206' }),
    );
    expect(await search({ TollFreePrefix: '866' })).toEqual(['+18665550100', '+18665550101']);
    expect(await search({ AreaCode: '000' })).toEqual([]);
    await expect(search({ Country: 'FR' })).rejects.toBeInstanceOf(sdk.BadRequestException);
    const all = new Set<string>();
    let NextToken: string | undefined;
    do {
      const page = await voice.searchAvailablePhoneNumbers({ AreaCode: '206', MaxResults: 30, NextToken });
      for (const number of page.E164PhoneNumbers!) all.add(number);
      NextToken = page.NextToken;
    } while (NextToken);
    expect(all.size).toBe(100);
    const { PhoneNumberCountries } = await voice.listSupportedPhoneNumberCountries({
      ProductType: 'SipMediaApplicationDialIn',
    });
    expect(PhoneNumberCountries!.map((country) => country.CountryCode)).toEqual(['US']);
  });

  it('T-137 An order takes time to supply its numbers', async () => {
    const clock = new ScriptedClock();
    const { voice } = await start({ clock, orderMs: 200 });
    const wanted = ['+12065550107', '+12125550107'];
    const { PhoneNumberOrder, $metadata } = await voice.createPhoneNumberOrder({
      ProductType: 'SipMediaApplicationDialIn',
      E164PhoneNumbers: wanted,
    });
    expect([$metadata.httpStatusCode, PhoneNumberOrder!.Status]).toEqual([201, 'Processing']);
    const early = await voice.getPhoneNumber({ PhoneNumberId: wanted[0] });
    expect(early.PhoneNumber!.Status).toBe('AcquireInProgress');
    // GetPhoneNumberOrder answers only when the order is done.
    const asked = voice.getPhoneNumberOrder(PhoneNumberOrder as { PhoneNumberOrderId: string });
    await expect.poll(() => clock.pending).toBe(1);
    clock.advance(200);
    const { PhoneNumberOrder: done } = await asked;
    expect(done!.Status).toBe('Successful');
    expect(done!.OrderedPhoneNumbers!.map(({ Status }) => Status)).toEqual(['Acquired', 'Acquired']);
    const { PhoneNumbers } = await voice.listPhoneNumbers({ Status: 'Unassigned' });
    expect(PhoneNumbers!.map(({ E164PhoneNumber }) => E164PhoneNumber)).toEqual(wanted);
    const found = await voice.searchAvailablePhoneNumbers({ AreaCode: '206', MaxResults: 500 });
    expect(found.E164PhoneNumbers).not.toContain(wanted[0]);
    const again = await voice.createPhoneNumberOrder({
      ProductType: 'SipMediaApplicationDialIn',
      E164PhoneNumbers: [wanted[0]!, '+4930123456', '+12065550108'],
    });
    clock.advance(200);
    const { PhoneNumberOrder: partial } = await voice.getPhoneNumberOrder({
      PhoneNumberOrderId: again.PhoneNumberOrder!.PhoneNumberOrderId,
    });
    expect(partial!.Status).toBe('Partial');
    expect(partial!.OrderedPhoneNumbers!.map(({ Status }) => Status)).toEqual([
      'Failed',
      'Failed',
      'Acquired',
    ]);
  });

  it('AWS quotas limit an account to five numbers', async () => {
    const { voice } = await start({ quotas: 'aws' });
    const { E164PhoneNumbers } = await voice.searchAvailablePhoneNumbers({ AreaCode: '206', MaxResults: 6 });
    const order = (count: number) =>
      voice.createPhoneNumberOrder({
        ProductType: 'SipMediaApplicationDialIn',
        E164PhoneNumbers: E164PhoneNumbers!.slice(0, count),
      });
    await expect(order(6)).rejects.toBeInstanceOf(sdk.ResourceLimitExceededException);
    await order(5);
  });

  it('T-139 A deleted number is gone for good after seven days', async () => {
    const clock = new ScriptedClock();
    const { voice } = await start({ clock });
    const PhoneNumberId = await orderNumber(voice);
    const renamed = await voice.updatePhoneNumber({ PhoneNumberId, Name: 'front desk' });
    expect(renamed.PhoneNumber!.Name).toBe('front desk');
    const two = voice.updatePhoneNumber({ PhoneNumberId, Name: 'x', CallingName: 'Shop' });
    await expect(two).rejects.toBeInstanceOf(sdk.BadRequestException);
    expect((await voice.deletePhoneNumber({ PhoneNumberId })).$metadata.httpStatusCode).toBe(204);
    const queued = await voice.getPhoneNumber({ PhoneNumberId });
    expect(queued.PhoneNumber!.DeletionTimestamp!.getTime()).toBe(clock.now() + 7 * 86_400_000);
    const application = await createApplication(voice);
    await expect(createRule(voice, PhoneNumberId, application)).rejects.toBeInstanceOf(
      sdk.BadRequestException,
    );
    const restored = await voice.restorePhoneNumber({ PhoneNumberId });
    expect(restored.PhoneNumber).toMatchObject({ Status: 'Unassigned', Name: 'front desk' });
    await voice.deletePhoneNumber({ PhoneNumberId });
    clock.advance(7 * 86_400_000);
    await expect(voice.getPhoneNumber({ PhoneNumberId })).rejects.toBeInstanceOf(sdk.NotFoundException);
  });
});

describe('the API', () => {
  it('An operation that is not served is named in the error', async () => {
    const { voice } = await start();
    const asked = voice.createProxySession({
      VoiceConnectorId: 'a'.repeat(22),
      ParticipantPhoneNumbers: ['+12065550100', '+12065550101'],
      Capabilities: ['Voice'],
    });
    await expect(asked).rejects.toThrow(/CreateProxySession is not served here/);
    await expect(asked).rejects.toMatchObject({ $metadata: { httpStatusCode: 501 } });
  });

  it('T-140 A header names the type of the error', async () => {
    const { voice } = await start();
    const error = await voice.getSipRule({ SipRuleId: 'nowhere' }).catch((reason: unknown) => reason);
    const { $response } = error as { $response: { statusCode: number; headers: Record<string, string> } };
    expect([$response.statusCode, $response.headers['x-amzn-errortype']]).toEqual([404, 'NotFoundException']);
  });

  it('The answer to a malformed request says what is missing', async () => {
    const { front } = await start();
    const voice = new sdk.ChimeSDKVoice({
      endpoint: front.endpoint,
      region: 'us-east-1',
      credentials: OPERATOR,
      maxAttempts: 1,
    });
    voice.middlewareStack.add(
      (next) => (args) => {
        const request = args.request as { body: string; headers: Record<string, string> };
        request.body = '{"Name": ';
        request.headers['content-length'] = String(request.body.length);
        return next(args);
      },
      { step: 'build', priority: 'low' },
    );
    const asked = voice.createSipMediaApplication({ AwsRegion: 'us-east-1', Name: 'x', Endpoints: [] });
    await expect(asked).rejects.toThrow(/not JSON/);
    await expect(asked).rejects.toBeInstanceOf(sdk.BadRequestException);
    voice.destroy();
  });

  it('All records survive a restart', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'voice-'));
    const path = join(folder, 'chime.jsonl');
    try {
      const first = await startChime({ journal: openJournal(path) });
      const before = new sdk.ChimeSDKVoice(first.client);
      const application = await createApplication(before);
      const number = await orderNumber(before);
      const { SipRule } = await createRule(before, number, application);
      const route = first.voice.routeForNumber(number);
      await before.tagResource({
        ResourceARN: `arn:aws:chime:us-east-1:000000000000:sma/${application}`,
        Tags: [{ Key: 'kept', Value: 'yes' }],
      });
      before.destroy();
      await first.close();
      const { voice, directory } = await start({ journal: openJournal(path) });
      expect(directory.routeForNumber(number)).toEqual(route);
      const { SipRules } = await voice.listSipRules({});
      expect(SipRules).toEqual([SipRule]);
      const { PhoneNumberOrders } = await voice.listPhoneNumberOrders({});
      expect(PhoneNumberOrders!.map((order) => order.Status)).toEqual(['Successful']);
      const arn = `arn:aws:chime:us-east-1:000000000000:sma/${application}`;
      const { Tags } = await voice.listTagsForResource({ ResourceARN: arn });
      expect(Tags).toEqual([{ Key: 'kept', Value: 'yes' }]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
