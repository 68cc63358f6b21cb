import { STREAM_LABEL } from '#aws';
import type { ResourceProvider, ResourceRequest } from '#cloudformation';
import { notificationTargets, warnOfOtherTargets } from './bucket-notifications.ts';
import type { ProviderServices } from './services.ts';

/** S3's limit for the length of a bucket's name, in characters. */
const MAX_BUCKET_NAME = 63;
/** DynamoDB's limit for the length of a table's name, in characters. */
const MAX_TABLE_NAME = 255;

type Named = Pick<ResourceRequest, 'logicalId' | 'properties'>;

function bucketProvider({ s3, home, notifications, log }: ProviderServices): ResourceProvider {
  const notify = (name: string, { logicalId, properties }: Named, before?: Record<string, unknown>): void => {
    const wanted = properties.NotificationConfiguration;
    // A bucket that never had any may have those of a resource of its own.
    if (wanted === undefined && before?.NotificationConfiguration === undefined) return;
    notifications.set(name, notificationTargets(wanted));
    warnOfOtherTargets(logicalId, wanted, log);
  };
  const describe = (name: string) => ({
    physicalId: name,
    attributes: {
      Arn: `arn:aws:s3:::${name}`,
      DomainName: `${name}.s3.amazonaws.com`,
      DualStackDomainName: `${name}.s3.dualstack.${home.region}.amazonaws.com`,
      RegionalDomainName: `${name}.s3.${home.region}.amazonaws.com`,
      WebsiteURL: `http://${name}.s3-website-${home.region}.amazonaws.com`,
    },
  });
  return {
    types: ['AWS::S3::Bucket'],
    replacedBy: ['BucketName'],
    nameProperty: 'BucketName',
    async create(request) {
      const { properties, newName } = request;
      const given = properties.BucketName;
      const name = given === undefined ? newName(MAX_BUCKET_NAME).toLowerCase() : String(given);
      if (s3.bucketNames().includes(name)) throw new Error(`${name} already exists`);
      await s3.createBucket(name);
      notify(name, request);
      return describe(name);
    },
    async update(request, { physicalId, properties }) {
      notify(physicalId, request, properties);
      return describe(physicalId);
    },
    async restore(existing) {
      notify(existing.physicalId, existing);
      return existing;
    },
    async delete({ physicalId }) {
      if (!s3.bucketNames().includes(physicalId)) return;
      await s3.deleteBucket(physicalId);
    },
  };
}

function bucketPolicyProvider({ s3 }: ProviderServices): ResourceProvider {
  const put = ({ properties }: ResourceRequest): Promise<void> =>
    s3.setBucketPolicy(String(properties.Bucket), JSON.stringify(properties.PolicyDocument));
  return {
    types: ['AWS::S3::BucketPolicy'],
    replacedBy: ['Bucket'],
    async create(request) {
      await put(request);
      return { physicalId: String(request.properties.Bucket), attributes: {} };
    },
    async update(request, { physicalId, attributes }) {
      await put(request);
      return { physicalId, attributes };
    },
    async delete({ properties }) {
      const bucket = String(properties.Bucket);
      if (s3.bucketNames().includes(bucket)) await s3.setBucketPolicy(bucket, undefined);
    },
  };
}

/** Properties of the template that CreateTable accepts under the same name. */
const CREATE_TABLE_MEMBERS = [
  'AttributeDefinitions',
  'KeySchema',
  'GlobalSecondaryIndexes',
  'LocalSecondaryIndexes',
  'BillingMode',
  'ProvisionedThroughput',
];

type Index = { IndexName: string };

/** Numbers that templates may write as strings; CloudFormation converts them for the API. */
const CAPACITIES = ['ReadCapacityUnits', 'WriteCapacityUnits'];

/** The value with all its capacities converted to numbers. */
function withNumbers(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withNumbers);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      CAPACITIES.includes(key) ? Number(inner) : withNumbers(inner),
    ]),
  );
}

const isMissing = (error: unknown): boolean => (error as Error).name === 'ResourceNotFoundException';

class Tables {
  readonly #services: ProviderServices;

  constructor(services: ProviderServices) {
    this.#services = services;
  }

  describe(name: string) {
    const { region, accountId } = this.#services.home;
    const Arn = `arn:aws:dynamodb:${region}:${accountId}:table/${name}`;
    return {
      physicalId: name,
      attributes: { Arn, TableId: name, StreamArn: `${Arn}/stream/${STREAM_LABEL}` },
    };
  }

  async create(name: string, properties: Record<string, unknown>): Promise<void> {
    const input: Record<string, unknown> = { TableName: name };
    for (const member of CREATE_TABLE_MEMBERS)
      if (properties[member]) input[member] = withNumbers(properties[member]);
    if (!input.ProvisionedThroughput) input.BillingMode = 'PAY_PER_REQUEST';
    if (properties.StreamSpecification) input.StreamSpecification = properties.StreamSpecification;
    await this.#services.tables.call('CreateTable', input);
    await this.#setTimeToLive(name, properties);
  }

  async update(name: string, before: Record<string, unknown>, after: Record<string, unknown>): Promise<void> {
    await this.#changeIndexes(name, before, after);
    if (JSON.stringify(before.StreamSpecification) !== JSON.stringify(after.StreamSpecification)) {
      const StreamSpecification = after.StreamSpecification ?? { StreamEnabled: false };
      await this.#services.tables.call('UpdateTable', { TableName: name, StreamSpecification });
    }
    if (JSON.stringify(before.TimeToLiveSpecification) !== JSON.stringify(after.TimeToLiveSpecification)) {
      await this.#setTimeToLive(name, after);
    }
  }

  async delete(name: string): Promise<void> {
    try {
      await this.#services.tables.call('DeleteTable', { TableName: name });
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
  }

  async #setTimeToLive(
    TableName: string,
    { TimeToLiveSpecification }: Record<string, unknown>,
  ): Promise<void> {
    const specification = TimeToLiveSpecification as
      | { AttributeName?: string; Enabled?: unknown }
      | undefined;
    const current = (await this.#services.tables.call('DescribeTimeToLive', { TableName })) as {
      TimeToLiveDescription?: { TimeToLiveStatus?: string; AttributeName?: string };
    };
    const enabled = current.TimeToLiveDescription?.TimeToLiveStatus === 'ENABLED';
    const wanted = specification?.AttributeName !== undefined && String(specification.Enabled) !== 'false';
    if (!wanted && !enabled) return;
    const AttributeName = wanted ? specification.AttributeName : current.TimeToLiveDescription?.AttributeName;
    await this.#services.tables.call('UpdateTimeToLive', {
      TableName,
      TimeToLiveSpecification: { AttributeName, Enabled: wanted },
    });
  }

  async #changeIndexes(
    TableName: string,
    before: Record<string, unknown>,
    after: Record<string, unknown>,
  ): Promise<void> {
    const names = (of: Record<string, unknown>): Index[] => (of.GlobalSecondaryIndexes ?? []) as Index[];
    const missing = (some: Index[], others: Index[]): Index[] =>
      some.filter(({ IndexName }) => !others.some((other) => other.IndexName === IndexName));
    const changes = [
      ...missing(names(before), names(after)).map(({ IndexName }) => ({ Delete: { IndexName } })),
      ...missing(names(after), names(before)).map((Create) => ({ Create: withNumbers(Create) })),
    ];
    for (const change of changes) {
      await this.#services.tables.call('UpdateTable', {
        TableName,
        AttributeDefinitions: after.AttributeDefinitions,
        GlobalSecondaryIndexUpdates: [change],
      });
    }
  }
}

function tableProvider(services: ProviderServices): ResourceProvider {
  const tables = new Tables(services);
  return {
    types: ['AWS::DynamoDB::Table', 'AWS::DynamoDB::GlobalTable'],
    replacedBy: ['TableName', 'KeySchema', 'LocalSecondaryIndexes'],
    nameProperty: 'TableName',
    async create({ properties, newName }) {
      const name = String(properties.TableName ?? newName(MAX_TABLE_NAME));
      await tables.create(name, properties);
      return tables.describe(name);
    },
    async update({ properties }, existing) {
      await tables.update(existing.physicalId, existing.properties, properties);
      return tables.describe(existing.physicalId);
    },
    async delete({ physicalId, properties }) {
      if (String(properties.DeletionProtectionEnabled) === 'true') {
        throw new Error(
          `Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first. (Table ${physicalId})`,
        );
      }
      await tables.delete(physicalId);
    },
  };
}

function parameterProvider({ parameters }: ProviderServices): ResourceProvider {
  const put = (name: string, properties: Record<string, unknown>, overwrite: boolean): void => {
    parameters.put({
      name,
      value: String(properties.Value),
      type: String(properties.Type ?? 'String'),
      overwrite,
      description: properties.Description as string | undefined,
    });
  };
  const describe = (name: string, { Type = 'String', Value }: Record<string, unknown>) => ({
    physicalId: name,
    attributes: { Type, Value },
  });
  return {
    types: ['AWS::SSM::Parameter'],
    replacedBy: ['Name'],
    nameProperty: 'Name',
    async create({ properties, newName }) {
      const name = String(properties.Name ?? newName());
      put(name, properties, false);
      return describe(name, properties);
    },
    async update({ properties }, { physicalId }) {
      put(physicalId, properties, true);
      return describe(physicalId, properties);
    },
    async delete({ physicalId }) {
      parameters.delete(physicalId);
    },
  };
}

function repositoryProvider({ repositories, home }: ProviderServices): ResourceProvider {
  const describe = (name: string) => {
    repositories.add(name);
    const host = `${home.accountId}.dkr.ecr.${home.region}.amazonaws.com`;
    return {
      physicalId: name,
      attributes: {
        Arn: `arn:aws:ecr:${home.region}:${home.accountId}:repository/${name}`,
        RepositoryUri: `${host}/${name}`,
      },
    };
  };
  return {
    types: ['AWS::ECR::Repository'],
    replacedBy: ['RepositoryName'],
    nameProperty: 'RepositoryName',
    async create({ properties, newName }) {
      const name = String(properties.RepositoryName ?? newName().toLowerCase());
      if (repositories.has(name)) throw new Error(`The repository ${name} already exists`);
      return describe(name);
    },
    update: async (_request, { physicalId }) => describe(physicalId),
    delete: async ({ physicalId }) => repositories.delete(physicalId),
    restore: async ({ physicalId }) => describe(physicalId),
  };
}

export const storageProviders = (services: ProviderServices): ResourceProvider[] => [
  bucketProvider(services),
  bucketPolicyProvider(services),
  tableProvider(services),
  parameterProvider(services),
  repositoryProvider(services),
];
