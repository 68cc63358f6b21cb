import { physicalName, type ResourceMaker } from './resource.ts';

interface DistributionConfig {
  Origins?: { Id?: string; DomainName?: string }[];
  DefaultCacheBehavior?: { TargetOriginId?: string };
}

/** The bucket behind a distribution: its origin's domain name begins with the bucket's name. */
function originBucket(config: DistributionConfig): string | undefined {
  const target = config.DefaultCacheBehavior?.TargetOriginId;
  const origin = config.Origins?.find((candidate) => candidate.Id === target) ?? config.Origins?.[0];
  return /^(.+?)\.s3[.-]/.exec(origin?.DomainName ?? '')?.[1];
}

const distribution: ResourceMaker = {
  types: ['AWS::CloudFront::Distribution'],
  async make({ logicalId, properties }, workshop) {
    const bucket = originBucket((properties.DistributionConfig ?? {}) as DistributionConfig);
    if (bucket) workshop.servePage(bucket);
    return {
      physicalId: physicalName(workshop, logicalId),
      attributes: {
        Id: physicalName(workshop, logicalId),
        DomainName: workshop.home.consoleOrigin.replace(/^https?:\/\//, ''),
      },
    };
  },
};

/** Parts of a distribution that only its own cloud acts on. */
const distributionParts: ResourceMaker = {
  types: [
    'AWS::CloudFront::OriginAccessControl',
    'AWS::CloudFront::ResponseHeadersPolicy',
    'AWS::CloudFront::CachePolicy',
    'AWS::CloudFront::OriginRequestPolicy',
    'AWS::CloudFront::Function',
  ],
  async make({ logicalId }, workshop) {
    const id = physicalName(workshop, logicalId);
    return { physicalId: id, attributes: { Id: id, FunctionARN: id } };
  },
};

export const webMakers = [distribution, distributionParts];
