import * as sdk from '@aws-sdk/client-chime-sdk-voice';
import { describe, expect, it } from 'vitest';
import { createApplication, start, type Voice } from './testing/voice.ts';

async function createConnector(voice: Voice, Name = 'trunk') {
  const { VoiceConnector } = await voice.createVoiceConnector({ Name, RequireEncryption: false });
  const {
    VoiceConnectorId: id = '',
    VoiceConnectorArn: arn = '',
    OutboundHostName: host = '',
  } = VoiceConnector!;
  return { VoiceConnector: VoiceConnector!, id, arn, host };
}

const route = (Host: string, Priority: number) => ({ Host, Priority, Protocol: 'TCP' as const });

describe('Voice Connectors', () => {
  it('Voice Connectors are created, read, renamed, listed and deleted', async () => {
    const { voice } = await start();
    const { VoiceConnector, id, arn, host } = await createConnector(voice);
    expect(id).toMatch(/^[a-z0-9]{22}$/);
    expect([arn, host]).toEqual([
      `arn:aws:chime:us-east-1:000000000000:vc/${id}`,
      `${id}.voiceconnector.chime.aws`,
    ]);
    const read = await voice.getVoiceConnector({ VoiceConnectorId: id });
    expect(read.VoiceConnector).toEqual(VoiceConnector);
    await voice.updateVoiceConnector({ VoiceConnectorId: id, Name: 'other', RequireEncryption: true });
    const { VoiceConnectors } = await voice.listVoiceConnectors({});
    expect(VoiceConnectors).toMatchObject([{ Name: 'other', RequireEncryption: true }]);
    const deleted = await voice.deleteVoiceConnector({ VoiceConnectorId: id });
    expect(deleted.$metadata.httpStatusCode).toBe(204);
    await expect(voice.getVoiceConnector({ VoiceConnectorId: id })).rejects.toBeInstanceOf(
      sdk.NotFoundException,
    );
  });

  it('A connector routes calls to its enabled origination routes by priority', async () => {
    const { voice, directory } = await start();
    const { id: VoiceConnectorId, arn } = await createConnector(voice);
    expect(directory.connector(arn)).toEqual([]);
    expect(directory.connector(`${arn}x`)).toBeUndefined();
    const Routes = [route('10.0.0.2', 2), route('10.0.0.1', 1)];
    await voice.putVoiceConnectorOrigination({ VoiceConnectorId, Origination: { Routes } });
    const tcp = { connectorId: VoiceConnectorId, port: 5060, transport: 'tcp' };
    expect(directory.connector(arn)).toEqual([
      { ...tcp, host: '10.0.0.1', rank: 1, weight: 1 },
      { ...tcp, host: '10.0.0.2', rank: 2, weight: 1 },
    ]);
    await voice.putVoiceConnectorOrigination({ VoiceConnectorId, Origination: { Routes, Disabled: true } });
    expect(directory.connector(arn)).toEqual([]);
    await voice.deleteVoiceConnectorOrigination({ VoiceConnectorId });
    const asked = voice.getVoiceConnectorOrigination({ VoiceConnectorId });
    await expect(asked).rejects.toBeInstanceOf(sdk.NotFoundException);
    const without = voice.putVoiceConnectorOrigination({ VoiceConnectorId, Origination: {} });
    await expect(without).rejects.toThrow('Origination needs Routes or Disabled');
  });

  it('A group tries its connectors in order of priority', async () => {
    const { voice, directory } = await start();
    const [one, two] = [await createConnector(voice, 'one'), await createConnector(voice, 'two')];
    for (const [{ id }, host] of [[one, '10.0.0.1'] as const, [two, '10.0.0.2'] as const]) {
      const Origination = { Routes: [route(host, 1)] };
      await voice.putVoiceConnectorOrigination({ VoiceConnectorId: id, Origination });
    }
    const item = (VoiceConnectorId: string, Priority: number) => ({ VoiceConnectorId, Priority });
    const { VoiceConnectorGroup } = await voice.createVoiceConnectorGroup({
      Name: 'both',
      VoiceConnectorItems: [item(one.id, 2), item(two.id, 1)],
    });
    const { VoiceConnectorGroupId = '', VoiceConnectorGroupArn = '' } = VoiceConnectorGroup!;
    expect(directory.connector(VoiceConnectorGroupArn)?.map(({ host }) => host)).toEqual([
      '10.0.0.2',
      '10.0.0.1',
    ]);
    const inUse = voice.deleteVoiceConnector({ VoiceConnectorId: one.id });
    await expect(inUse).rejects.toBeInstanceOf(sdk.ConflictException);
    await voice.updateVoiceConnectorGroup({ VoiceConnectorGroupId, Name: 'none', VoiceConnectorItems: [] });
    expect(directory.connector(VoiceConnectorGroupArn)).toEqual([]);
    const { VoiceConnectorGroups } = await voice.listVoiceConnectorGroups({});
    expect(VoiceConnectorGroups).toMatchObject([{ Name: 'none', VoiceConnectorItems: [] }]);
    await voice.deleteVoiceConnectorGroup({ VoiceConnectorGroupId });
    const gone = voice.getVoiceConnectorGroup({ VoiceConnectorGroupId });
    await expect(gone).rejects.toBeInstanceOf(sdk.NotFoundException);
  });

  it("A connector's host name triggers a SIP rule", async () => {
    const { voice, directory } = await start();
    const { id: VoiceConnectorId, host } = await createConnector(voice);
    const TargetApplications = [
      { SipMediaApplicationId: await createApplication(voice), Priority: 1, AwsRegion: 'us-east-1' },
    ];
    const rule = { Name: 'by host', TriggerType: 'RequestUriHostname' as const, TargetApplications };
    const nowhere = voice.createSipRule({ ...rule, TriggerValue: `x${host}` });
    await expect(nowhere).rejects.toThrow('There is no Voice Connector with the host name');
    const { SipRule } = await voice.createSipRule({ ...rule, TriggerValue: host });
    expect(directory.routeForHost(host.toUpperCase())).toMatchObject({ sipRuleId: SipRule!.SipRuleId });
    expect(directory.routeForHost('example.com')).toBeUndefined();
    await expect(voice.createSipRule({ ...rule, TriggerValue: host })).rejects.toThrow(
      'is taken by SIP rule',
    );
    const inUse = voice.deleteVoiceConnector({ VoiceConnectorId });
    await expect(inUse).rejects.toBeInstanceOf(sdk.ConflictException);
  });
});

describe('global settings', () => {
  it('The bucket of call detail records is kept until it is cleared', async () => {
    const { voice, directory } = await start();
    expect((await voice.getGlobalSettings({})).VoiceConnector).toEqual({});
    await voice.updateGlobalSettings({ VoiceConnector: { CdrBucket: 'records' } });
    expect((await voice.getGlobalSettings({})).VoiceConnector).toEqual({ CdrBucket: 'records' });
    expect(directory.cdrBucket()).toBe('records');
    await voice.updateGlobalSettings({ VoiceConnector: {} });
    expect(directory.cdrBucket()).toBeUndefined();
  });
});

describe('settings of a Voice Connector', () => {
  it('A setting is not found until it has been put', async () => {
    const { voice } = await start();
    const { id: VoiceConnectorId } = await createConnector(voice);
    const Termination = { CpsLimit: 1, CallingRegions: ['US'], CidrAllowedList: ['192.0.2.0/24'] };
    await voice.putVoiceConnectorTermination({ VoiceConnectorId, Termination });
    const kept = await voice.getVoiceConnectorTermination({ VoiceConnectorId });
    expect(kept.Termination).toEqual(Termination);
    await voice.deleteVoiceConnectorTermination({ VoiceConnectorId });
    await expect(voice.getVoiceConnectorTermination({ VoiceConnectorId })).rejects.toThrow(
      sdk.NotFoundException,
    );
    const { LoggingConfiguration } = await voice.getVoiceConnectorLoggingConfiguration({ VoiceConnectorId });
    expect(LoggingConfiguration).toEqual({ EnableSIPLogs: false, EnableMediaMetricLogs: false });
    const asked = { DefaultSessionExpiryMinutes: 60, PhoneNumberPoolCountries: ['US'] };
    await voice.putVoiceConnectorProxy({ VoiceConnectorId, ...asked });
    const { Proxy: proxy } = await voice.getVoiceConnectorProxy({ VoiceConnectorId });
    expect(proxy).toEqual({ DefaultSessionExpiryMinutes: 60, PhoneNumberCountries: ['US'] });
  });

  it('Termination user names are listed, but passwords are not stored', async () => {
    const { voice, journal } = await start();
    const { id: VoiceConnectorId } = await createConnector(voice);
    const Credentials = ['ann', 'bob'].map((Username) => ({ Username, Password: 'hidden' }));
    await voice.putVoiceConnectorTerminationCredentials({ VoiceConnectorId, Credentials });
    await voice.deleteVoiceConnectorTerminationCredentials({ VoiceConnectorId, Usernames: ['ann'] });
    const { Usernames } = await voice.listVoiceConnectorTerminationCredentials({ VoiceConnectorId });
    expect(Usernames).toEqual(['bob']);
    expect(JSON.stringify(journal.collection('voice.connectors').values())).not.toContain('hidden');
  });

  it('Neither a connector with assigned numbers nor its numbers can be deleted', async () => {
    const { voice } = await start();
    const { id: VoiceConnectorId } = await createConnector(voice);
    const { E164PhoneNumbers } = await voice.searchAvailablePhoneNumbers({ AreaCode: '206', MaxResults: 1 });
    await voice.createPhoneNumberOrder({ ProductType: 'VoiceConnector', E164PhoneNumbers });
    const number = E164PhoneNumbers![0]!;
    const given = { VoiceConnectorId, E164PhoneNumbers: [number, '+12065550199'] };
    const { PhoneNumberErrors } = await voice.associatePhoneNumbersWithVoiceConnector(given);
    expect(PhoneNumberErrors).toMatchObject([{ PhoneNumberId: '+12065550199', ErrorCode: 'NotFound' }]);
    const { PhoneNumber } = await voice.getPhoneNumber({ PhoneNumberId: number });
    const Associations = [{ Name: 'VoiceConnectorId', Value: VoiceConnectorId }];
    expect(PhoneNumber).toMatchObject({ Status: 'Assigned', Associations });
    await expect(voice.deleteVoiceConnector({ VoiceConnectorId })).rejects.toThrow(sdk.ConflictException);
    const failed = await voice.batchDeletePhoneNumber({ PhoneNumberIds: [number] });
    expect(failed.PhoneNumberErrors).toMatchObject([{ PhoneNumberId: number, ErrorCode: 'BadRequest' }]);
    await voice.disassociatePhoneNumbersFromVoiceConnector({ VoiceConnectorId, E164PhoneNumbers: [number] });
    await voice.deleteVoiceConnector({ VoiceConnectorId });
    const gone = await voice.batchDeletePhoneNumber({ PhoneNumberIds: [number] });
    expect(gone.PhoneNumberErrors).toEqual([]);
  });
});

describe('settings', () => {
  it('The account’s calling name and an application’s Alexa skill are kept', async () => {
    const { voice } = await start();
    await voice.updatePhoneNumberSettings({ CallingName: 'Example' });
    expect(await voice.getPhoneNumberSettings({})).toMatchObject({ CallingName: 'Example' });
    const SipMediaApplicationId = await createApplication(voice);
    const SipMediaApplicationAlexaSkillConfiguration = {
      AlexaSkillStatus: 'ACTIVE' as const,
      AlexaSkillIds: ['amzn1.application-oa2-client.0123456789abcdef0123456789abcdef'],
    };
    await voice.putSipMediaApplicationAlexaSkillConfiguration({
      SipMediaApplicationId,
      SipMediaApplicationAlexaSkillConfiguration,
    });
    const kept = await voice.getSipMediaApplicationAlexaSkillConfiguration({ SipMediaApplicationId });
    expect(kept).toMatchObject({ SipMediaApplicationAlexaSkillConfiguration });
  });
});
