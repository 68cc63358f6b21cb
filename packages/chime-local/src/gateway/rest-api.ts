import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import type { HttpApiGateway, RestApi, RestMethod } from './gateway.ts';
import type { HttpApiOptions } from './http-api.ts';
import { type HttpAnswer, ownAnswer, proxyAnswerOf } from './http-api-answer.ts';
import { createJwtCheck } from './jwt-authorizer.ts';
import { readBody } from './request-body.ts';
import { restEventOf } from './rest-api-event.ts';
import { createRouter } from './routes.ts';

/** Bytes of a request's body. API Gateway quotas: 10 MB. */
const MAX_BODY_BYTES = 10 * 1024 * 1024;
/** Milliseconds a function has. API Gateway quotas: integration time-out of REST APIs, 29 s. */
const INTEGRATION_LIMIT_MS = 29_000;

const keyOf = ({ method, path }: RestMethod): string => `${method} ${path}`;

/** One API Gateway REST API, as the template describes it. */
export function createRestApi(api: RestApi, options: HttpApiOptions): HttpApiGateway {
  const { ids, log } = options;
  const methods = new Map(api.methods.map((method) => [keyOf(method), method]));
  const match = createRouter(api.methods.map((method) => ({ routeKey: keyOf(method), functionArn: '' })));
  const checkToken = createJwtCheck(options.keySet, options.clock, log);

  async function answer(request: IncomingMessage, whole: string, requestId: string): Promise<HttpAnswer> {
    const [withStage = '', rawQueryString = ''] = whole.split(/\?(.*)/s);
    const [, stage = '', rest = ''] = /^\/([^/]*)(.*)$/.exec(withStage) ?? [];
    if (!api.stages.includes(stage)) return ownAnswer(403, 'Forbidden');
    const encodedPath = rest || '/';
    const found = findRoute(match, request.method ?? 'GET', encodedPath);
    if (found === 'broken') return ownAnswer(400, 'Bad Request');
    const method = found && methods.get(found.route.routeKey);
    // The gateway's own words for a path or method that it does not have.
    if (!found || !method) return ownAnswer(403, 'Missing Authentication Token');
    const token = request.headers.authorization;
    const verdict = method.authorizer && (await checkToken(token, method.authorizer, method.scopes));
    if (verdict && !verdict.allowed)
      return ownAnswer(verdict.status, verdict.status === 401 ? 'Unauthorized' : 'Forbidden');
    if (method.mock) return { status: method.mock.status, headers: method.mock.headers, body: '' };
    const { functionArn = '' } = method;
    const sourceArn = `arn:aws:execute-api:${api.region}:${api.accountId}:${api.apiId}/${stage}/${request.method}${method.path}`;
    if (options.mayInvoke && !options.mayInvoke(functionArn, sourceArn)) {
      log.warn(
        `The gateway may not invoke ${functionArn}: it needs an AWS::Lambda::Permission for apigateway.amazonaws.com with SourceArn ${sourceArn}.`,
      );
      return ownAnswer(500, 'Internal server error');
    }
    const body = await readBody(request, MAX_BODY_BYTES);
    if (!body) return ownAnswer(413, 'Request Too Long');
    const event = restEventOf({
      api,
      stage,
      method,
      pathParameters: found.pathParameters,
      request,
      path: decodeURIComponent(encodedPath),
      rawQueryString,
      body,
      claims: verdict?.claims,
      requestId,
      now: options.clock.now(),
    });
    return integrate(functionArn, event, options);
  }

  return {
    async handle(request, response, path) {
      const requestId = ids.guid();
      let result: HttpAnswer;
      try {
        result = await answer(request, path, requestId);
      } catch (error) {
        if (request.destroyed && !request.complete) return;
        log.error('A request to the API failed here', { requestId, error: String(error) });
        result = ownAnswer(500, 'Internal server error');
      }
      request.resume();
      const headers: OutgoingHttpHeaders = { ...result.headers, 'x-amzn-requestid': requestId };
      if (result.status !== 204 && result.status !== 304)
        headers['content-length'] = Buffer.byteLength(result.body);
      response.writeHead(result.status, headers).end(result.body);
    },
  };
}

function findRoute(match: ReturnType<typeof createRouter>, method: string, path: string) {
  try {
    // A slash at the end is the same resource.
    return match(method, path.length > 1 ? path.replace(/\/$/, '') : path);
  } catch {
    return 'broken';
  }
}

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
    if (result === 'tooLate') return ownAnswer(504, 'Endpoint request timed out');
    const answer = result.functionError ? undefined : proxyAnswerOf(result.payload);
    if (!answer)
      log.warn('The function failed or its answer is not one; the client got 502', { functionArn });
    return answer ?? ownAnswer(502, 'Internal server error');
  } catch (error) {
    log.warn('The function could not be invoked', { functionArn, error: String(error) });
    return ownAnswer(500, 'Internal server error');
  } finally {
    giveUp();
  }
}
