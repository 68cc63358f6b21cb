import type { ResourceProvider, ResourceRequest } from '#cloudformation';
import { type ProviderServices, textOf } from './services.ts';

/** Characters in a Cognito app client id. */
const CLIENT_ID_LENGTH = 26;
/** Random bytes of a user pool's id. */
const POOL_ID_BYTES = 5;

export function signInProviders({ home, ids, hosted, userPools }: ProviderServices): ResourceProvider[] {
  const pool = (id: string, { logicalId, properties }: Pick<ResourceRequest, 'logicalId' | 'properties'>) => {
    userPools.put({
      id,
      name: textOf(properties.UserPoolName, logicalId),
      usernameAttributes: ((properties.UsernameAttributes ?? []) as unknown[]).map(String),
    });
    return described(id);
  };
  const described = (id: string) => ({
    physicalId: id,
    attributes: {
      Arn: `arn:aws:cognito-idp:${home.region}:${home.accountId}:userpool/${id}`,
      ProviderName: `cognito-idp.${home.region}.amazonaws.com/${id}`,
      ProviderURL: home.issuerUrl,
      UserPoolId: id,
    },
  });
  const userPool: ResourceProvider = {
    types: ['AWS::Cognito::UserPool'],
    replacedBy: ['AliasAttributes', 'UsernameAttributes', 'UsernameConfiguration'],
    create: async (request) => pool(`${home.region}_${ids.hex(POOL_ID_BYTES)}`, request),
    update: async (request, { physicalId }) => pool(physicalId, request),
    restore: async ({ physicalId }, request) => pool(physicalId, request),
    delete: async ({ physicalId }) => userPools.remove(physicalId),
  };
  const client = (
    clientId: string,
    { logicalId, properties }: Pick<ResourceRequest, 'logicalId' | 'properties'>,
  ) => {
    hosted.putIssuerClient({
      clientId,
      callbackUrls: (properties.CallbackURLs ?? []) as string[],
      logoutUrls: (properties.LogoutURLs ?? []) as string[],
      scopes: (properties.AllowedOAuthScopes ?? []) as string[],
    });
    return {
      physicalId: clientId,
      attributes: { ClientId: clientId, Name: textOf(properties.ClientName, logicalId) },
    };
  };
  const userPoolClient: ResourceProvider = {
    types: ['AWS::Cognito::UserPoolClient'],
    replacedBy: ['UserPoolId', 'GenerateSecret'],
    create: async (request) => client(ids.hex(CLIENT_ID_LENGTH / 2), request),
    update: async (request, { physicalId }) => client(physicalId, request),
    restore: async (existing) => client(existing.physicalId, existing),
    delete: async ({ physicalId }) => hosted.removeIssuerClient(physicalId),
  };
  const userPoolDomain: ResourceProvider = {
    types: ['AWS::Cognito::UserPoolDomain'],
    replacedBy: ['UserPoolId', 'Domain'],
    create: async ({ properties }) => ({
      physicalId: textOf(properties.Domain),
      attributes: { CloudFrontDistribution: '' },
    }),
    update: async (_request, existing) => existing,
  };
  return [userPool, userPoolClient, userPoolDomain];
}
