import type { PhysicalResource, ResourceProvider } from '#cloudformation';
import type { HostedPage } from './hosted-parts.ts';
import { headersOfPolicy } from './response-headers.ts';
import { type ProviderServices, textOf } from './services.ts';

interface CacheBehavior {
  PathPattern?: string;
  TargetOriginId?: string;
  ResponseHeadersPolicyId?: string;
}

interface DistributionConfig {
  Origins?: { Id?: string; DomainName?: string }[];
  DefaultCacheBehavior?: CacheBehavior;
  CacheBehaviors?: CacheBehavior[];
}

/** Random bytes of an id. */
const ID_BYTES = 7;

/** The bucket behind a distribution: its origin's domain name begins with the bucket's name. */
function originBucket(config: DistributionConfig): string | undefined {
  const target = config.DefaultCacheBehavior?.TargetOriginId;
  const origin = config.Origins?.find((candidate) => candidate.Id === target) ?? config.Origins?.[0];
  return /^(.+?)\.s3[.-]/.exec(origin?.DomainName ?? '')?.[1];
}

/** The behaviours of a distribution in the order in which the page's server tries them. */
function behavioursOf(config: DistributionConfig): HostedPage['behaviours'] {
  const all = [...(config.CacheBehaviors ?? []), { ...config.DefaultCacheBehavior, PathPattern: undefined }];
  return all.map(({ PathPattern, ResponseHeadersPolicyId }) => ({
    ...(PathPattern === undefined ? {} : { pathPattern: PathPattern }),
    ...(ResponseHeadersPolicyId === undefined ? {} : { headersPolicyId: ResponseHeadersPolicyId }),
  }));
}

export function webProviders({ hosted, home, ids }: ProviderServices): ResourceProvider[] {
  const serve = (id: string, properties: Record<string, unknown>): PhysicalResource => {
    const config = (properties.DistributionConfig ?? {}) as DistributionConfig;
    const bucket = originBucket(config);
    if (bucket) hosted.putPage(id, { bucket, behaviours: behavioursOf(config) });
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
  const policy = (id: string, properties: Record<string, unknown>): PhysicalResource => {
    hosted.putHeadersPolicy(id, headersOfPolicy((properties.ResponseHeadersPolicyConfig ?? {}) as object));
    return { physicalId: id, attributes: { Id: id } };
  };
  const headersPolicy: ResourceProvider = {
    types: ['AWS::CloudFront::ResponseHeadersPolicy'],
    replacedBy: [],
    create: async ({ newName, properties }) => policy(newName(), properties),
    update: async ({ properties }, { physicalId }) => policy(physicalId, properties),
    restore: async ({ physicalId, properties }) => policy(physicalId, properties),
    delete: async ({ physicalId }) => hosted.removeHeadersPolicy(physicalId),
  };
  /** Parts of a distribution that have an effect only in the cloud. */
  const parts: ResourceProvider = {
    types: [
      'AWS::CloudFront::OriginAccessControl',
      'AWS::CloudFront::CloudFrontOriginAccessIdentity',
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
  return [distribution, headersPolicy, parts];
}
