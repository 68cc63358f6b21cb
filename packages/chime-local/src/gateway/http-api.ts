import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock, Ids, Log } from '#platform';
import { answerHeaders, isPreflight, preflightHeaders } from './cors.ts';
import type { HttpApi, HttpApiGateway, KeySetLookup } from './gateway.ts';
import { answerOf, type HttpAnswer, ownAnswer } from './http-api-answer.ts';
import { eventOf } from './http-api-event.ts';
import { createJwtCheck } from './jwt-authorizer.ts';
import { readBody } from './request-body.ts';
import { createRouter } from './routes.ts';
import { createThrottle } from './throttle.ts';

/** Bytes of a request's body. API Gateway quotas: 10 MB. */
const MAX_BODY_BYTES = 10 * 1024 * 1024;
/** Milliseconds a function has. API Gateway quotas: maximum integration time-out of HTTP APIs, 30 s. */
const INTEGRATION_LIMIT_MS = 30_000;

/** The part of an invocation's result that the gateway looks at. */
export interface FunctionResult {
  payload: string;
  functionError?: string;
}

export interface HttpApiOptions {
  /** Rejects with an error whose `statusCode` is 413 or 429 when Lambda refuses the event. */
  invoke(functionArn: string, payload: string): Promise<FunctionResult>;
  /** Whether the function's policy lets the gateway in, on behalf of a route; absent: it does. */
  mayInvoke?(functionArn: string, sourceArn: string): boolean;
  keySet: KeySetLookup;
  clock: Clock;
  ids: Ids;
  log: Log;
}

/** One API Gateway HTTP API, as the template describes it. Throws when a route key is not one. */
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
    if (options.mayInvoke && !options.mayInvoke(route.functionArn, sourceArn)) {
      log.warn(
        `The gateway may not invoke ${route.functionArn}: it needs an AWS::Lambda::Permission for apigateway.amazonaws.com with SourceArn ${sourceArn}.`,
      );
      return ownAnswer(500, 'Internal Server Error');
    }
    const body = await readBody(request, MAX_BODY_BYTES);
    if (!body) return ownAnswer(413, 'Request Entity Too Large');
    const rawQueryString = question < 0 ? '' : path.slice(question + 1);
    const now = options.clock.now();
    const facts = { api, route, pathParameters, request, rawPath, rawQueryString, body, requestId, now };
    return integrate(route.functionArn, eventOf({ ...facts, verdict }), options);
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
      let result: HttpAnswer;
      try {
        result = await answer(request, path, requestId);
      } catch (error) {
        if (request.destroyed && !request.complete) return;
        log.error('A request to the API failed here', { requestId, error: String(error) });
        result = ownAnswer(500, 'Internal Server Error');
      }
      request.resume();
      const cors = api.cors ? answerHeaders(api.cors, origin) : undefined;
      send(response, result, requestId, cors);
    },
  };
}

/** On whose behalf the gateway asks. API Gateway developer guide, "Amazon Resource Name". */
function sourceArnOf({ region, accountId, apiId }: HttpApi, routeKey: string, method: string): string {
  const path =
    routeKey === '$default' ? '/$default' : `/${method}${routeKey.slice(routeKey.indexOf(' ') + 1)}`;
  return `arn:aws:execute-api:${region}:${accountId}:${apiId}/$default${path}`;
}

/** Invokes the function and turns what comes of it into an answer. */
async function integrate(
  functionArn: string,
  event: string,
  { invoke, clock, log }: HttpApiOptions,
): Promise<HttpAnswer> {
  let giveUp = (): void => {};
  const tooLate = new Promise<'tooLate'>((resolve) => {
    giveUp = clock.after(INTEGRATION_LIMIT_MS, () => resolve('tooLate'));
  });
  try {
    const result = await Promise.race([invoke(functionArn, event), tooLate]);
    if (result === 'tooLate') {
      log.warn(`The function gave no answer in ${INTEGRATION_LIMIT_MS / 1000} s; the client got 503`, {
        functionArn,
      });
      return ownAnswer(503, 'Service Unavailable');
    }
    const answer = result.functionError ? undefined : answerOf(result.payload);
    if (!answer)
      log.warn('The function failed or its answer is not one; the client got 500', { functionArn });
    return answer ?? ownAnswer(500, 'Internal Server Error');
  } catch (error) {
    const status = error instanceof Error && 'statusCode' in error ? error.statusCode : undefined;
    log.warn('The function could not be invoked', { functionArn, error: String(error) });
    if (status === 413) return ownAnswer(413, 'Request Entity Too Large');
    if (status === 429) return ownAnswer(503, 'Service Unavailable');
    return ownAnswer(500, 'Internal Server Error');
  } finally {
    giveUp();
  }
}

/** With CORS configured, the function's own CORS headers are replaced by the gateway's, also by none. */
function send(
  response: ServerResponse,
  answer: HttpAnswer,
  requestId: string,
  cors: ReturnType<typeof answerHeaders> | undefined,
): void {
  const headers = { ...answer.headers };
  if (cors) {
    for (const name of Object.keys(headers)) {
      if (name.startsWith('access-control-')) delete headers[name];
    }
    const vary = [headers.vary, cors.vary].filter(Boolean).join(', ');
    Object.assign(headers, cors, vary ? { vary } : {});
  }
  headers['apigw-requestid'] = requestId;
  if (answer.status !== 204 && answer.status !== 304)
    headers['content-length'] = Buffer.byteLength(answer.body);
  response.writeHead(answer.status, headers);
  response.end(answer.body);
}
