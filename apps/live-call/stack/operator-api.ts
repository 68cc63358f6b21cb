import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import {
  CorsHttpMethod,
  HttpApi,
  HttpMethod,
  HttpStage,
  LogGroupLogDestination,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpJwtAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { API_THROTTLE } from '#contract';
import type { Operators } from './operators.ts';

export interface OperatorApiProps {
  /** The only origin whose pages may call the API. */
  readonly pageUrl: string;
  readonly operators: Operators;
  /** Each is served as `POST /<its name>`. */
  readonly functions: Record<string, IFunction>;
}

/** The HTTP API of the page: every route needs a token of an operator. */
export class OperatorApi extends Construct {
  /** Base URL without a slash at the end. */
  readonly url: string;
  readonly accessLog: LogGroup;

  constructor(scope: Construct, id: string, props: OperatorApiProps) {
    super(scope, id);
    const api = new HttpApi(this, 'HttpApi', {
      createDefaultStage: false,
      defaultAuthorizer: new HttpJwtAuthorizer('Operator', props.operators.issuer, {
        jwtAudience: [props.operators.clientId],
      }),
      corsPreflight: {
        allowOrigins: [props.pageUrl],
        allowMethods: [CorsHttpMethod.POST],
        allowHeaders: ['authorization', 'content-type'],
        // The page shows how the time of an update was spent.
        exposeHeaders: ['server-timing'],
        maxAge: Duration.hours(1),
      },
    });
    this.accessLog = new LogGroup(this, 'AccessLog', {
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    new HttpStage(this, 'DefaultStage', {
      httpApi: api,
      stageName: '$default',
      autoDeploy: true,
      throttle: API_THROTTLE,
      accessLogSettings: {
        destination: new LogGroupLogDestination(this.accessLog),
        format: accessLogFormat(),
      },
    });
    for (const [name, target] of Object.entries(props.functions)) {
      api.addRoutes({
        path: `/${name}`,
        methods: [HttpMethod.POST],
        integration: new HttpLambdaIntegration(`${name}Integration`, target),
      });
    }
    this.url = api.apiEndpoint;
  }
}

/** Who requested what, with which result; no header and no body, so no token and no PIN. */
function accessLogFormat(): AccessLogFormat {
  return AccessLogFormat.custom(
    JSON.stringify({
      requestId: '$context.requestId',
      time: '$context.requestTime',
      routeKey: '$context.routeKey',
      status: '$context.status',
      operator: '$context.authorizer.claims.sub',
      authorizerError: '$context.authorizer.error',
      integrationError: '$context.integrationErrorMessage',
      responseLatency: '$context.responseLatency',
    }),
  );
}
