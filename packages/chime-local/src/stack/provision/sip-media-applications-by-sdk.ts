/** SIP media applications are made through the API, by the SDK, as CloudFormation makes them. */
import type { AccessKey } from '#aws';
import type { ProviderServices, SipMediaApplication } from './services.ts';

type Sdk = typeof import('@aws-sdk/client-chime-sdk-voice');
type Client = InstanceType<Sdk['ChimeSDKVoiceClient']>;

/** `endpoint`: of the emulated APIs, asked when it is needed. */
export function sipMediaApplicationsBySdk(
  endpoint: () => string,
  credentials: AccessKey,
  region: string,
): ProviderServices['sipMediaApplications'] {
  const using = async <T>(work: (client: Client, sdk: Sdk) => Promise<T>): Promise<T> => {
    // Loaded when it is needed: most starts make nothing anew.
    const sdk = await import('@aws-sdk/client-chime-sdk-voice');
    const client = new sdk.ChimeSDKVoiceClient({ endpoint: endpoint(), region, credentials });
    try {
      return await work(client, sdk);
    } finally {
      client.destroy();
    }
  };
  const endpoints = ({ functionArn }: SipMediaApplication) => [{ LambdaArn: functionArn }];
  return {
    create: (request) =>
      using(async (client, sdk) => {
        const input = { AwsRegion: request.awsRegion, Name: request.name, Endpoints: endpoints(request) };
        const made = await client.send(new sdk.CreateSipMediaApplicationCommand(input));
        return String(made.SipMediaApplication?.SipMediaApplicationId);
      }),
    update: (SipMediaApplicationId, request) =>
      using(async (client, sdk) => {
        const input = { SipMediaApplicationId, Name: request.name, Endpoints: endpoints(request) };
        await client.send(new sdk.UpdateSipMediaApplicationCommand(input));
      }),
    delete: (SipMediaApplicationId) =>
      using(async (client, sdk) => {
        try {
          await client.send(new sdk.DeleteSipMediaApplicationCommand({ SipMediaApplicationId }));
        } catch (error) {
          if (!(error instanceof sdk.NotFoundException)) throw error;
        }
      }),
  };
}
