import { createHash } from 'node:crypto';
import { physicalName, type ResourceMaker } from './resource.ts';

/** Characters of a Cognito app client id. */
const CLIENT_ID_LENGTH = 26;

const userPool: ResourceMaker = {
  types: ['AWS::Cognito::UserPool'],
  async make({ logicalId }, { home }) {
    const id = `${home.region}_${logicalId}`;
    return {
      physicalId: id,
      attributes: {
        Arn: `arn:aws:cognito-idp:${home.region}:${home.accountId}:userpool/${id}`,
        ProviderName: `cognito-idp.${home.region}.amazonaws.com/${id}`,
        ProviderURL: home.issuerUrl,
        UserPoolId: id,
      },
    };
  },
};

const userPoolClient: ResourceMaker = {
  types: ['AWS::Cognito::UserPoolClient'],
  async make({ logicalId, properties }, workshop) {
    const digest = createHash('sha256').update(physicalName(workshop, logicalId)).digest('hex');
    const clientId = digest.slice(0, CLIENT_ID_LENGTH);
    workshop.addIssuerClient({
      clientId,
      callbackUrls: (properties.CallbackURLs ?? []) as string[],
      logoutUrls: (properties.LogoutURLs ?? []) as string[],
      scopes: (properties.AllowedOAuthScopes ?? []) as string[],
    });
    return {
      physicalId: clientId,
      attributes: { ClientId: clientId, Name: String(properties.ClientName ?? logicalId) },
    };
  },
};

const userPoolDomain: ResourceMaker = {
  types: ['AWS::Cognito::UserPoolDomain'],
  async make({ properties }) {
    return { physicalId: String(properties.Domain), attributes: { CloudFrontDistribution: '' } };
  },
};

export const signInMakers = [userPool, userPoolClient, userPoolDomain];
