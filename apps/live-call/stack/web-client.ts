import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Annotations, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import {
  AllowedMethods,
  type BehaviorOptions,
  CachePolicy,
  Distribution,
  HeadersFrameOption,
  HeadersReferrerPolicy,
  HttpVersion,
  PriceClass,
  ResponseHeadersPolicy,
  ViewerProtocolPolicy,
} from 'aws-cdk-lib/aws-cloudfront';
import { S3BucketOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import { BlockPublicAccess, Bucket, BucketEncryption, type IBucket } from 'aws-cdk-lib/aws-s3';
import { BucketDeployment, Source } from 'aws-cdk-lib/aws-s3-deployment';
import { Construct } from 'constructs';
import type { ConsoleConfig } from '#contract';
import { signInDomainPrefix } from './operators.ts';

const CONSOLE_BUILD = join(dirname(fileURLToPath(import.meta.url)), '..', 'console', 'dist');

/** Shown when the web client was not built before the synthesis. */
const PLACEHOLDER_PAGE = `<!doctype html>
<html lang="en">
  <meta charset="utf-8">
  <title>Live call: page not built</title>
  <p>The web client was not built. Run <code>npx vite build apps/live-call/console</code>, then deploy again.</p>
</html>
`;

/** The operators' page at its own address: a private bucket behind CloudFront. */
export class WebClient extends Construct {
  /** The page's origin, without a slash at the end. */
  readonly url: string;
  private readonly bucket: IBucket;
  private readonly distribution: Distribution;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    // The library's interface is stricter than its class (`isWebsite`).
    this.bucket = new Bucket(this, 'Bucket', {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      removalPolicy: RemovalPolicy.DESTROY,
      autoDeleteObjects: true,
    }) as IBucket;
    const behavior: BehaviorOptions = {
      origin: S3BucketOrigin.withOriginAccessControl(this.bucket),
      allowedMethods: AllowedMethods.ALLOW_GET_HEAD,
      viewerProtocolPolicy: ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
      compress: true,
    };
    this.distribution = new Distribution(this, 'Distribution', {
      comment: 'Live call: operator console',
      defaultRootObject: 'index.html',
      httpVersion: HttpVersion.HTTP2_AND_3,
      priceClass: PriceClass.PRICE_CLASS_100,
      // `index.html` (also with the sign-in's answer in its query) and `config.json` are always fetched
      // fresh.
      defaultBehavior: {
        ...behavior,
        cachePolicy: CachePolicy.CACHING_DISABLED,
        responseHeadersPolicy: this.headers('SecurityHeaders', 'no-cache'),
      },
      // These files have a hash of their content in their names, so they never change.
      additionalBehaviors: {
        'assets/*': {
          ...behavior,
          cachePolicy: CachePolicy.CACHING_OPTIMIZED,
          responseHeadersPolicy: this.headers('AssetHeaders', 'public, max-age=31536000, immutable'),
        },
      },
    });
    this.url = `https://${this.distribution.distributionDomainName}`;
  }

  /** Puts the built page into the bucket, with `config.json` beside it. */
  deploy(config: ConsoleConfig): BucketDeployment {
    const built = existsSync(join(CONSOLE_BUILD, 'index.html'));
    if (!built) {
      Annotations.of(this).addWarningV2(
        'live-call:page-not-built',
        'console/dist is missing: a placeholder page is deployed. Build it with `npx vite build apps/live-call/console`.',
      );
    }
    return new BucketDeployment(this, 'Deployment', {
      destinationBucket: this.bucket,
      sources: [
        built ? Source.asset(CONSOLE_BUILD) : Source.data('index.html', PLACEHOLDER_PAGE),
        Source.jsonData('config.json', config),
      ],
      distribution: this.distribution,
      distributionPaths: ['/*'],
      memoryLimit: 512,
    });
  }

  private headers(id: string, cacheControl: string): ResponseHeadersPolicy {
    return new ResponseHeadersPolicy(this, id, {
      customHeadersBehavior: {
        customHeaders: [
          { header: 'cache-control', value: cacheControl, override: true },
          { header: 'cross-origin-opener-policy', value: 'same-origin', override: true },
        ],
      },
      securityHeadersBehavior: {
        contentSecurityPolicy: { contentSecurityPolicy: this.contentSecurityPolicy(), override: true },
        contentTypeOptions: { override: true },
        frameOptions: { frameOption: HeadersFrameOption.DENY, override: true },
        referrerPolicy: { referrerPolicy: HeadersReferrerPolicy.NO_REFERRER, override: true },
        strictTransportSecurity: {
          accessControlMaxAge: Duration.days(365),
          includeSubdomains: true,
          override: true,
        },
      },
    });
  }

  /**
   * The page talks to itself, the API, the issuer, the sign-in domain and, in a meeting, the meeting's
   * signalling. The API's own host cannot be named here: its CORS rule names this distribution, and
   * CloudFormation allows no circular dependency; so any API of the Region is admitted. A meeting's host is
   * created with the meeting. The other two are exact. Workers from `blob:` run the client library's
   * redundant audio. Source of the last two: amazon-chime-sdk-js, Content Security Policy (its `https:` hosts
   * serve features that this page does not use).
   */
  private contentSecurityPolicy(): string {
    const stack = Stack.of(this);
    const { region } = stack;
    const connect = [
      "'self'",
      `https://*.execute-api.${region}.amazonaws.com`,
      `https://cognito-idp.${region}.amazonaws.com`,
      `https://${signInDomainPrefix(stack)}.auth.${region}.amazoncognito.com`,
      'wss://*.chime.aws',
    ];
    return [
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "img-src 'self' data:",
      "font-src 'self'",
      `connect-src ${connect.join(' ')}`,
      'worker-src blob:',
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
    ].join('; ');
  }
}
