import * as sdk from '@aws-sdk/client-chime-sdk-voice';
import { onTestFinished } from 'vitest';
import { startChime, type TestChimeOptions } from '../../../testing/endpoint.ts';

/** The Lambda function that the applications of these tests invoke. */
export const FUNCTION = 'arn:aws:lambda:us-east-1:000000000000:function:sma-handler';

/** Starts both Chime APIs and a client of the voice API. They are closed after the test. */
export async function start(options: TestChimeOptions = {}) {
  const chime = await startChime(options);
  const client = new sdk.ChimeSDKVoice(chime.client);
  onTestFinished(async () => {
    client.destroy();
    await chime.close();
  });
  return { ...chime, voice: client, directory: chime.voice };
}

export type Voice = sdk.ChimeSDKVoice;

export async function createApplication(voice: Voice, name = 'app', region = 'us-east-1'): Promise<string> {
  const { SipMediaApplication } = await voice.createSipMediaApplication({
    AwsRegion: region,
    Name: name,
    Endpoints: [{ LambdaArn: FUNCTION.replace('us-east-1', region) }],
  });
  return SipMediaApplication!.SipMediaApplicationId!;
}

/** Orders a number for SIP media applications. */
export async function orderNumber(voice: Voice): Promise<string> {
  const { E164PhoneNumbers } = await voice.searchAvailablePhoneNumbers({ AreaCode: '206', MaxResults: 1 });
  await voice.createPhoneNumberOrder({ ProductType: 'SipMediaApplicationDialIn', E164PhoneNumbers });
  return E164PhoneNumbers![0]!;
}
