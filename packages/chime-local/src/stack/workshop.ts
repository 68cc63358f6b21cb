import type { DynamoDb } from '#aws';
import type { IssuerClient } from '#gateway';
import type { LambdaRunner } from '#lambda-runner';
import type { Log } from '#platform';
import type { Credentials } from '../runtime/credentials.ts';
import type { EmulatedCloud } from '../runtime/emulated-cloud.ts';
import type { ApiRegistry } from '../web/api-registry.ts';
import type { Home, Workshop } from './provision/resource.ts';
import type { SynthesisedStack } from './template/template.ts';

/** What provisioning leaves behind beside the services' own state. */
export interface Findings {
  issuerClients: IssuerClient[];
  pageBucket?: string;
  /** Function names that Chime's service principal may invoke. */
  chimeMayInvoke: Set<string>;
  /** Applications of the template. */
  sipMediaApplicationIds: string[];
}

/** The principal that invokes functions and reads prompts for SIP media applications. */
export const CHIME_PRINCIPAL = 'voiceconnector.chime.amazonaws.com';

async function ensureTable(
  tables: DynamoDb,
  input: Record<string, unknown>,
  timeToLive?: string,
): Promise<void> {
  const TableName = String(input.TableName);
  try {
    await tables.call('CreateTable', input);
  } catch (error) {
    if ((error as Error).name !== 'ResourceInUseException') throw error;
    return;
  }
  if (!timeToLive) return;
  await tables.call('UpdateTimeToLive', {
    TableName,
    TimeToLiveSpecification: { AttributeName: timeToLive, Enabled: true },
  });
}

/** The name in a function's ARN, or the name itself. */
const functionNameOf = (nameOrArn: string): string =>
  nameOrArn.split(':function:')[1]?.split(':')[0] ?? nameOrArn;

/** The SMA is made through the API, by the SDK, as CloudFormation makes it. */
async function applySipMediaApplication(
  cloud: EmulatedCloud,
  credentials: Credentials,
  request: { name: string; functionArn: string; awsRegion: string },
  previousId: string | undefined,
): Promise<string> {
  const sdk = await import('@aws-sdk/client-chime-sdk-voice');
  const client = new sdk.ChimeSDKVoiceClient({
    endpoint: cloud.endpoint,
    region: request.awsRegion,
    credentials: credentials.operator,
  });
  const Endpoints = [{ LambdaArn: request.functionArn }];
  try {
    if (previousId) {
      try {
        await client.send(
          new sdk.UpdateSipMediaApplicationCommand({
            SipMediaApplicationId: previousId,
            Name: request.name,
            Endpoints,
          }),
        );
        return previousId;
      } catch (error) {
        if (!(error instanceof sdk.NotFoundException)) throw error;
      }
    }
    const made = await client.send(
      new sdk.CreateSipMediaApplicationCommand({
        AwsRegion: request.awsRegion,
        Name: request.name,
        Endpoints,
      }),
    );
    return String(made.SipMediaApplication?.SipMediaApplicationId);
  } finally {
    client.destroy();
  }
}

function functionsOf(
  functions: LambdaRunner,
  credentials: Credentials,
  findings: Findings,
): Workshop['functions'] {
  return {
    define: (spec) => functions.define({ ...spec, credentials: credentials.issue(spec.functionName) }),
    allow({ functionName, principal }) {
      if (principal !== CHIME_PRINCIPAL) return;
      findings.chimeMayInvoke.add(functionNameOf(functionName));
      // Its process starts while the rest of the stack is built: a first call waits for it.
      void functions.warm(functionName);
    },
    invoke: (arn, payload) => functions.invoke(arn, payload),
  };
}

/** Where resources are made: the services of the emulated cloud, in the words of provisioning. */
export function makeWorkshop(parts: {
  home: Home;
  stack: SynthesisedStack;
  cloud: EmulatedCloud;
  credentials: Credentials;
  api: ApiRegistry;
  log: Log;
}): { workshop: Workshop; findings: Findings } {
  const { cloud, credentials } = parts;
  const findings: Findings = { issuerClients: [], chimeMayInvoke: new Set(), sipMediaApplicationIds: [] };
  const workshop: Workshop = {
    home: parts.home,
    log: parts.log,
    asset: (key) => parts.stack.assets.get(key),
    buckets: {
      create: (name) => cloud.s3.createBucket(name),
      setPolicy: (name, policy) => cloud.s3.setBucketPolicy(name, JSON.stringify(policy)),
      put: async (bucket, key, body, contentType) =>
        void (await cloud.s3.put(bucket, key, body, { contentType })),
    },
    tables: { ensure: (input, timeToLive) => ensureTable(cloud.tables, input, timeToLive) },
    functions: functionsOf(cloud.functions, credentials, findings),
    async sipMediaApplication(request, previous) {
      const id = previous?.unchanged
        ? previous.id
        : await applySipMediaApplication(cloud, credentials, request, previous?.id);
      findings.sipMediaApplicationIds.push(id);
      return id;
    },
    api: parts.api,
    addIssuerClient: (client) => void findings.issuerClients.push(client),
    servePage(bucket) {
      findings.pageBucket = bucket;
    },
  };
  return { workshop, findings };
}
