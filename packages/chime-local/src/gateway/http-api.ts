import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import type { Clock, Ids, Log } from '#platform';
import { answerHeaders, isPreflight, preflightHeaders } from './cors.ts';
import type { HttpApi, HttpApiGateway, KeySetLookup } from './gateway.ts';
import { answerOf, type HttpAnswer, ownAnswer } from './http-api-answer.ts';
import { eventOf } from './http-api-event.ts';
import { answerOrFail, type Integration, integrate, MAX_BODY_BYTES, mayInvoke, send } from './integration.ts';
import { createJwtCheck } from './jwt-authorizer.ts';
import { readBodyWithin } from './request-body.ts';
import { createRouter } from './routes.ts';
import { createThrottle } from './throttle.ts';

const INTEGRATION: Integration = {
  // API Gateway quotas: maximum integration time-out of HTTP APIs, 30 s.
  limitMs: 30_000,
  read: answerOf,
  tooLate: ownAnswer(503, 'Service Unavailable'),
  malformed: ownAnswer(500, 'Internal Server Error'),
  refused(status) {
    if (status === 413) return ownAnswer(413, 'Request Entity Too Large');
    if (status === 429) return ownAnswer(503, 'Service Unavailable');
    return ownAnswer(500, 'Internal Server Error');
  },
};

/** The part of an invocation's result that the gateway reads. */
export interface FunctionResult {
  payload: string;
  functionError?: string;
}

export interface HttpApiOptions {
  /** Rejects with an error whose `statusCode` is 413 or 429 if Lambda refuses the event. */
  invoke(functionArn: string, payload: string): Promise<FunctionResult>;
  /** Whether the function's policy permits an invocation by the gateway for a route; if absent, it does. */
  mayInvoke?(functionArn: string, sourceArn: string): boolean;
  keySet: KeySetLookup;
  clock: Clock;
  ids: Ids;
  log: Log;
}

/** Creates an API Gateway HTTP API as the template describes it. Throws if a route key is malformed. */
export function createHttpApi(api: HttpApi, options: HttpApiOptions): HttpApiGateway {
  const { ids, log } = options;
  const match = createRouter(api.routes);
  const admit = createThrottle(api, options.clock);
  const checkToken = createJwtCheck(options.keySet, options.clock, log);

  async function answer(request: IncomingMessage, path: string, requestId: string): Promise<HttpAnswer> {
    const method = request.method ?? 'GET';
    const question = path.indexOf('?');
    const encodedPath = question < 0 ? path : path.slice(0, question);
    let found: ReturnType<typeof match>;
    let rawPath: string;
    try {
      rawPath = decodeURIComponent(encodedPath);
      found = match(method, encodedPath);
    } catch {
      return ownAnswer(400, 'Bad Request');
    }
    if (!found) return ownAnswer(404, 'Not Found');
    const { route, pathParameters } = found;
    if (!admit(route.routeKey)) return ownAnswer(429, 'Too Many Requests');
    const verdict =
      route.authorizer && (await checkToken(request.headers.authorization, route.authorizer, route.scopes));
    if (verdict && !verdict.allowed) {
      const message = verdict.status === 401 ? 'Unauthorized' : 'Forbidden';
      return ownAnswer(verdict.status, message, { 'www-authenticate': verdict.authenticate });
    }
    const sourceArn = sourceArnOf(api, route.routeKey, method);
    if (!mayInvoke(route.functionArn, sourceArn, options)) return ownAnswer(500, 'Internal Server Error');
    const body = await readBodyWithin(request, MAX_BODY_BYTES);
    if (!body) return ownAnswer(413, 'Request Entity Too Large');
    const rawQueryString = question < 0 ? '' : path.slice(question + 1);
    const now = options.clock.now();
    const facts = { api, route, pathParameters, request, rawPath, rawQueryString, body, requestId, now };
    return integrate(route.functionArn, eventOf({ verdict, ...facts }), options, INTEGRATION);
  }

  return {
    async handle(request, response, path) {
      const requestId = ids.guid();
      const { origin } = request.headers;
      if (api.cors && origin !== undefined && isPreflight(request.method ?? '', request.headers)) {
        request.resume();
        response
          .writeHead(204, { ...preflightHeaders(api.cors, origin), 'apigw-requestid': requestId })
          .end();
        return;
      }
      const result = await answerOrFail(
        request,
        () => answer(request, path, requestId),
        ownAnswer(500, 'Internal Server Error'),
        (error) => log.error('A request to the API failed here', { requestId, error }),
      );
      if (!result) return;
      const cors = api.cors ? answerHeaders(api.cors, origin) : undefined;
      send(response, result, { ...withCors(result.headers, cors), 'apigw-requestid': requestId });
    },
  };
}

/**
 * The source ARN for which the gateway invokes a function. API Gateway developer guide, "Amazon Resource
 * Name".
 */
function sourceArnOf({ region, accountId, apiId }: HttpApi, routeKey: string, method: string): string {
  const path =
    routeKey === '$default' ? '/$default' : `/${method}${routeKey.slice(routeKey.indexOf(' ') + 1)}`;
  return `arn:aws:execute-api:${region}:${accountId}:${apiId}/$default${path}`;
}

/**
 * With CORS configured, the gateway's CORS headers replace the function's own, even if the gateway sends
 * none.
 */
function withCors(
  given: OutgoingHttpHeaders,
  cors: ReturnType<typeof answerHeaders> | undefined,
): OutgoingHttpHeaders {
  if (!cors) return given;
  const own = Object.entries(given).filter(([name]) => !name.startsWith('access-control-'));
  const vary = [given.vary, cors.vary].filter(Boolean).join(', ');
  return { ...Object.fromEntries(own), ...cors, ...(vary ? { vary } : {}) };
}
