import type { IncomingMessage } from 'node:http';
import type { HttpApiGateway, RestApi, RestMethod } from './gateway.ts';
import type { HttpApiOptions } from './http-api.ts';
import { type HttpAnswer, ownAnswer, proxyAnswerOf } from './http-api-answer.ts';
import { answerOrFail, type Integration, integrate, MAX_BODY_BYTES, mayInvoke, send } from './integration.ts';
import { createJwtCheck } from './jwt-authorizer.ts';
import { readBodyWithin } from './request-body.ts';
import { restEventOf } from './rest-api-event.ts';
import { createRouter } from './routes.ts';

const INTEGRATION: Integration = {
  // API Gateway quotas: integration time-out of REST APIs, 29 s.
  limitMs: 29_000,
  read: proxyAnswerOf,
  tooLate: ownAnswer(504, 'Endpoint request timed out'),
  malformed: ownAnswer(502, 'Internal server error'),
  refused: () => ownAnswer(500, 'Internal server error'),
};

const keyOf = ({ method, path }: RestMethod): string => `${method} ${path}`;

/** Creates an API Gateway REST API as the template describes it. */
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
    // The gateway's message for an unknown path or method.
    if (!found || !method) return ownAnswer(403, 'Missing Authentication Token');
    const token = request.headers.authorization;
    const verdict = method.authorizer && (await checkToken(token, method.authorizer, method.scopes));
    if (verdict && !verdict.allowed)
      return ownAnswer(verdict.status, verdict.status === 401 ? 'Unauthorized' : 'Forbidden');
    if (method.mock) return { status: method.mock.status, headers: method.mock.headers, body: '' };
    const { functionArn = '' } = method;
    const sourceArn = `arn:aws:execute-api:${api.region}:${api.accountId}:${api.apiId}/${stage}/${request.method}${method.path}`;
    if (!mayInvoke(functionArn, sourceArn, options)) return ownAnswer(500, 'Internal server error');
    const body = await readBodyWithin(request, MAX_BODY_BYTES);
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
    return integrate(functionArn, event, options, INTEGRATION);
  }

  return {
    async handle(request, response, path) {
      const requestId = ids.guid();
      const result = await answerOrFail(
        request,
        () => answer(request, path, requestId),
        ownAnswer(500, 'Internal server error'),
        (error) => log.error('A request to the API failed here', { requestId, error }),
      );
      if (result) send(response, result, { ...result.headers, 'x-amzn-requestid': requestId });
    },
  };
}

function findRoute(match: ReturnType<typeof createRouter>, method: string, path: string) {
  try {
    // A trailing slash names the same resource.
    return match(method, path.length > 1 ? path.replace(/\/$/, '') : path);
  } catch {
    return 'broken';
  }
}
