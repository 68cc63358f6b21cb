/**
 * Creates SIP media applications, phone numbers and SIP rules through the API with the SDK, for
 * CloudFormation and custom resources.
 */
import type { AccessKey } from '#aws';

type Sdk = typeof import('@aws-sdk/client-chime-sdk-voice');
type Client = InstanceType<Sdk['ChimeSDKVoiceClient']>;

/** Milliseconds between checks for ordered numbers, and the longest wait for them. Our choice. */
const LOOK_AGAIN_MS = 50;
const ORDER_MS = 10_000;

export interface SipMediaApplication {
  name: string;
  functionArn: string;
  awsRegion: string;
}

export interface SipRule {
  name: string;
  /** The phone number in E.164 format. */
  number: string;
  sipMediaApplicationId: string;
  disabled: boolean;
}

/** The name of the rules and numbers that this machine assigns to applications without a number. */
const OWN_NAME = 'given by chime-local';

export class VoiceResources {
  readonly #endpoint: string;
  readonly #credentials: AccessKey;
  readonly #region: string;
  #giving: Promise<void> = Promise.resolve();

  /** `endpoint`: URL of the emulated APIs. */
  constructor(endpoint: string, credentials: AccessKey, region: string) {
    this.#endpoint = endpoint;
    this.#credentials = credentials;
    this.#region = region;
  }

  createApplication(request: SipMediaApplication): Promise<string> {
    return this.#using(async (client, sdk) => {
      const input = { AwsRegion: request.awsRegion, Name: request.name, Endpoints: endpointsOf(request) };
      const made = await client.send(new sdk.CreateSipMediaApplicationCommand(input));
      return String(made.SipMediaApplication?.SipMediaApplicationId);
    });
  }

  updateApplication(SipMediaApplicationId: string, request: SipMediaApplication): Promise<void> {
    return this.#using(async (client, sdk) => {
      const input = { SipMediaApplicationId, Name: request.name, Endpoints: endpointsOf(request) };
      await client.send(new sdk.UpdateSipMediaApplicationCommand(input));
    });
  }

  /**
   * Deletes an application and the rules that `giveNumbers` has made for it. A missing one is not an error.
   */
  deleteApplication(SipMediaApplicationId: string): Promise<void> {
    return this.#using(async (client, sdk) => {
      const given = (await rules(client, sdk)).filter(
        (rule) => rule.Name === OWN_NAME && leadsTo(rule, SipMediaApplicationId),
      );
      for (const { SipRuleId = '' } of given) await dropRule(client, sdk, SipRuleId);
      await unlessGone(sdk, () =>
        client.send(new sdk.DeleteSipMediaApplicationCommand({ SipMediaApplicationId })),
      );
    });
  }

  /** Orders a number and waits for it. A number that the account has, or had recently, is used as it is. */
  acquireNumber(number: string): Promise<void> {
    return this.#using((client, sdk) => acquire(client, sdk, number));
  }

  releaseNumber(PhoneNumberId: string): Promise<void> {
    return this.#using((client, sdk) =>
      unlessGone(sdk, () => client.send(new sdk.DeletePhoneNumberCommand({ PhoneNumberId }))),
    );
  }

  createRule(rule: SipRule): Promise<string> {
    return this.#using((client, sdk) => makeRule(client, sdk, this.#region, rule));
  }

  deleteRule(SipRuleId: string): Promise<void> {
    return this.#using((client, sdk) => dropRule(client, sdk, SipRuleId));
  }

  /**
   * Gives a number to every application to which no enabled rule with a number leads. Otherwise it could not
   * be dialled: the host name of a Voice Connector is not a number.
   */
  giveNumbers(): Promise<void> {
    // Runs are serialised: two at once would assign two numbers.
    this.#giving = this.#giving.catch(() => {}).then(() => this.#giveNumbers());
    return this.#giving;
  }

  #giveNumbers(): Promise<void> {
    return this.#using(async (client, sdk) => {
      const enabled = (await rules(client, sdk)).filter(
        ({ Disabled, TriggerType }) => !Disabled && TriggerType === 'ToPhoneNumber',
      );
      const { SipMediaApplications = [] } = await client.send(new sdk.ListSipMediaApplicationsCommand({}));
      for (const { SipMediaApplicationId: id = '' } of SipMediaApplications) {
        if (enabled.some((rule) => leadsTo(rule, id))) continue;
        const number = await freeNumber(client, sdk);
        const rule = { name: OWN_NAME, number, sipMediaApplicationId: id, disabled: false };
        await makeRule(client, sdk, this.#region, rule);
      }
    });
  }

  async #using<T>(work: (client: Client, sdk: Sdk) => Promise<T>): Promise<T> {
    // Imported only when needed, because most starts create nothing.
    const sdk = await import('@aws-sdk/client-chime-sdk-voice');
    const client = new sdk.ChimeSDKVoiceClient({
      endpoint: this.#endpoint,
      region: this.#region,
      credentials: this.#credentials,
    });
    try {
      return await work(client, sdk);
    } finally {
      client.destroy();
    }
  }
}

const endpointsOf = ({ functionArn }: SipMediaApplication) => [{ LambdaArn: functionArn }];

type Rule = import('@aws-sdk/client-chime-sdk-voice').SipRule;

const leadsTo = (rule: Rule, id: string): boolean =>
  Boolean(rule.TargetApplications?.some(({ SipMediaApplicationId }) => SipMediaApplicationId === id));

async function rules(client: Client, sdk: Sdk): Promise<Rule[]> {
  const found: Rule[] = [];
  for await (const page of sdk.paginateListSipRules({ client }, {})) found.push(...(page.SipRules ?? []));
  return found;
}

async function makeRule(client: Client, sdk: Sdk, region: string, rule: SipRule): Promise<string> {
  const { SipRule } = await client.send(
    new sdk.CreateSipRuleCommand({
      Name: rule.name,
      TriggerType: 'ToPhoneNumber',
      TriggerValue: rule.number,
      Disabled: rule.disabled,
      TargetApplications: [
        { SipMediaApplicationId: rule.sipMediaApplicationId, Priority: 1, AwsRegion: region },
      ],
    }),
  );
  return String(SipRule?.SipRuleId);
}

async function dropRule(client: Client, sdk: Sdk, SipRuleId: string): Promise<void> {
  await unlessGone(sdk, async () => {
    const { SipRule } = await client.send(new sdk.GetSipRuleCommand({ SipRuleId }));
    await client.send(
      new sdk.UpdateSipRuleCommand({ SipRuleId, Name: SipRule?.Name ?? OWN_NAME, Disabled: true }),
    );
    await client.send(new sdk.DeleteSipRuleCommand({ SipRuleId }));
  });
}

async function unlessGone(sdk: Sdk, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof sdk.NotFoundException)) throw error;
  }
}

async function acquire(client: Client, sdk: Sdk, number: string): Promise<void> {
  const owned = await statusOf(client, sdk, number);
  if (owned === 'ReleaseInProgress') {
    await client.send(new sdk.RestorePhoneNumberCommand({ PhoneNumberId: number }));
    return;
  }
  if (owned === undefined) {
    const { PhoneNumberOrder } = await client.send(
      new sdk.CreatePhoneNumberOrderCommand({
        ProductType: 'SipMediaApplicationDialIn',
        E164PhoneNumbers: [number],
        Name: OWN_NAME,
      }),
    );
    await delivered(client, sdk, String(PhoneNumberOrder?.PhoneNumberOrderId), number);
  }
}

/** The number's status; undefined if the account does not have it. */
async function statusOf(client: Client, sdk: Sdk, PhoneNumberId: string): Promise<string | undefined> {
  try {
    const { PhoneNumber } = await client.send(new sdk.GetPhoneNumberCommand({ PhoneNumberId }));
    return PhoneNumber?.Status;
  } catch (error) {
    if (error instanceof sdk.NotFoundException) return undefined;
    throw error;
  }
}

async function delivered(
  client: Client,
  sdk: Sdk,
  PhoneNumberOrderId: string,
  number: string,
): Promise<void> {
  for (let waited = 0; waited < ORDER_MS; waited += LOOK_AGAIN_MS) {
    const order = await client.send(new sdk.GetPhoneNumberOrderCommand({ PhoneNumberOrderId }));
    const status = order.PhoneNumberOrder?.Status;
    if (status === 'Successful') return;
    if (status !== 'Processing') break;
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
  }
  throw new Error(
    `The number ${number} cannot be had here: choose one like +12015550100, area code of the United States and 555-0100 to 555-0199.`,
  );
}

/** An unused number that this machine assigned before, or else a new one. */
async function freeNumber(client: Client, sdk: Sdk): Promise<string> {
  const taken = (await rules(client, sdk)).map(({ TriggerValue }) => TriggerValue);
  for await (const page of sdk.paginateListPhoneNumbers({ client }, {})) {
    const free = page.PhoneNumbers?.find(
      ({ Name, E164PhoneNumber, Status }) =>
        Name === OWN_NAME && Status === 'Unassigned' && !taken.includes(E164PhoneNumber),
    );
    if (free?.E164PhoneNumber) return free.E164PhoneNumber;
  }
  const offered = await client.send(new sdk.SearchAvailablePhoneNumbersCommand({ MaxResults: 1 }));
  const number = String(offered.E164PhoneNumbers?.[0]);
  await acquire(client, sdk, number);
  return number;
}
