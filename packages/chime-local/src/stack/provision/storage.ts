import { physicalName, type ResourceMaker } from './resource.ts';

/** S3's limit for a bucket's name, characters. */
const MAX_BUCKET_NAME = 63;

const bucket: ResourceMaker = {
  types: ['AWS::S3::Bucket'],
  async make({ logicalId, properties }, workshop) {
    const name = String(properties.BucketName ?? physicalName(workshop, logicalId))
      .toLowerCase()
      .slice(0, MAX_BUCKET_NAME);
    await workshop.buckets.create(name);
    const domain = `${name}.s3.amazonaws.com`;
    return {
      physicalId: name,
      attributes: {
        Arn: `arn:aws:s3:::${name}`,
        DomainName: domain,
        RegionalDomainName: `${name}.s3.${workshop.home.region}.amazonaws.com`,
      },
    };
  },
};

const bucketPolicy: ResourceMaker = {
  types: ['AWS::S3::BucketPolicy'],
  async make({ logicalId, properties, unchanged }, workshop) {
    const name = String(properties.Bucket);
    if (!unchanged) await workshop.buckets.setPolicy(name, properties.PolicyDocument);
    return { physicalId: `${name}-${logicalId}`, attributes: {} };
  },
};

/** Properties of the template that CreateTable takes under the same name. */
const CREATE_TABLE_MEMBERS = [
  'AttributeDefinitions',
  'KeySchema',
  'GlobalSecondaryIndexes',
  'LocalSecondaryIndexes',
  'BillingMode',
  'ProvisionedThroughput',
];

const table: ResourceMaker = {
  types: ['AWS::DynamoDB::Table', 'AWS::DynamoDB::GlobalTable'],
  async make({ logicalId, properties }, workshop) {
    const name = String(properties.TableName ?? physicalName(workshop, logicalId));
    const input: Record<string, unknown> = { TableName: name };
    for (const member of CREATE_TABLE_MEMBERS) if (properties[member]) input[member] = properties[member];
    if (!input.ProvisionedThroughput) input.BillingMode = 'PAY_PER_REQUEST';
    const timeToLive = properties.TimeToLiveSpecification as { AttributeName?: string; Enabled?: boolean };
    await workshop.tables.ensure(input, timeToLive?.Enabled ? timeToLive.AttributeName : undefined);
    const { region, accountId } = workshop.home;
    return {
      physicalId: name,
      attributes: { Arn: `arn:aws:dynamodb:${region}:${accountId}:table/${name}`, TableId: name },
    };
  },
};

export const storageMakers = [bucket, bucketPolicy, table];
