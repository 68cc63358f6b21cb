import type { Made, ResourceProvider } from '../cloudformation/provider.ts';
import { type ProviderServices, textOf } from './services.ts';

interface DistributionConfig {
  Origins?: { Id?: string; DomainName?: string }[];
  DefaultCacheBehavior?: { TargetOriginId?: string };
}

/** Random bytes of an id. */
const ID_BYTES = 7;

/** The bucket behind a distribution: its origin's domain name begins with the bucket's name. */
function originBucket(config: DistributionConfig): string | undefined {
  const target = config.DefaultCacheBehavior?.TargetOriginId;
  const origin = config.Origins?.find((candidate) => candidate.Id === target) ?? config.Origins?.[0];
  return /^(.+?)\.s3[.-]/.exec(origin?.DomainName ?? '')?.[1];
}

export function webProviders({ hosted, home, ids }: ProviderServices): ResourceProvider[] {
  const serve = (id: string, properties: Record<string, unknown>): Made => {
    const bucket = originBucket((properties.DistributionConfig ?? {}) as DistributionConfig);
    if (bucket) hosted.putPage(id, bucket);
    else hosted.removePage(id);
    return {
      physicalId: id,
      attributes: { Id: id, DomainName: home.consoleOrigin.replace(/^https?:\/\//, '') },
    };
  };
  const distribution: ResourceProvider = {
    types: ['AWS::CloudFront::Distribution'],
    replacedBy: [],
    create: async ({ properties }) => serve(`E${ids.hex(ID_BYTES).toUpperCase()}`, properties),
    update: async ({ properties }, { physicalId }) => serve(physicalId, properties),
    restore: async ({ physicalId, properties }) => serve(physicalId, properties),
    delete: async ({ physicalId }) => hosted.removePage(physicalId),
  };
  /** Parts of a distribution that only its own cloud acts on. */
  const parts: ResourceProvider = {
    types: [
      'AWS::CloudFront::OriginAccessControl',
      'AWS::CloudFront::CloudFrontOriginAccessIdentity',
      'AWS::CloudFront::ResponseHeadersPolicy',
      'AWS::CloudFront::CachePolicy',
      'AWS::CloudFront::OriginRequestPolicy',
      'AWS::CloudFront::Function',
    ],
    replacedBy: [],
    async create({ newName, properties }) {
      const id = newName();
      const name = textOf(properties.Name, id);
      return { physicalId: id, attributes: { Id: id, FunctionARN: name, S3CanonicalUserId: id } };
    },
    update: async (_request, existing) => existing,
  };
  return [distribution, parts];
}
