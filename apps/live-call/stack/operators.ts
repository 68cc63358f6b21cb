import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import {
  AccountRecovery,
  FeaturePlan,
  Mfa,
  OAuthScope,
  UserPool,
  type UserPoolClient,
} from 'aws-cdk-lib/aws-cognito';
import { Construct } from 'constructs';

export interface OperatorsProps {
  /** Origin of the page that operators sign in to. */
  readonly pageUrl: string;
}

/** The operators who may change calls: users of a pool that nobody can sign up to. */
export class Operators extends Construct {
  readonly userPool: UserPool;
  readonly client: UserPoolClient;
  readonly userPoolId: string;
  readonly clientId: string;
  /** OpenID Connect issuer. */
  readonly issuer: string;

  constructor(scope: Construct, id: string, props: OperatorsProps) {
    super(scope, id);
    this.userPool = new UserPool(this, 'UserPool', {
      selfSignUpEnabled: false,
      signInAliases: { email: true },
      autoVerify: { email: true },
      accountRecovery: AccountRecovery.EMAIL_ONLY,
      mfa: Mfa.OPTIONAL,
      mfaSecondFactor: { otp: true, sms: false },
      featurePlan: FeaturePlan.ESSENTIALS,
      passwordPolicy: {
        minLength: 12,
        requireDigits: true,
        requireLowercase: true,
        requireUppercase: true,
        requireSymbols: true,
        tempPasswordValidity: Duration.days(3),
      },
      removalPolicy: RemovalPolicy.DESTROY,
    });
    // Globally unique, known before anything is created, and not secret.
    const stack = Stack.of(this);
    this.userPool.addDomain('Domain', {
      cognitoDomain: { domainPrefix: signInDomainPrefix(stack) },
    });
    this.client = this.userPool.addClient('Page', {
      generateSecret: false,
      preventUserExistenceErrors: true,
      authFlows: {},
      oAuth: {
        flows: { authorizationCodeGrant: true },
        scopes: [OAuthScope.OPENID, OAuthScope.EMAIL],
        callbackUrls: [`${props.pageUrl}/`],
        logoutUrls: [`${props.pageUrl}/`],
      },
      accessTokenValidity: Duration.hours(1),
      idTokenValidity: Duration.hours(1),
      refreshTokenValidity: Duration.hours(12),
    });
    this.userPoolId = this.userPool.userPoolId;
    this.clientId = this.client.userPoolClientId;
    this.issuer = this.userPool.userPoolProviderUrl;
  }
}

/** First label of the host name where operators sign in. */
export function signInDomainPrefix(stack: Stack): string {
  return `${stack.stackName.toLowerCase()}-${stack.account}`;
}
