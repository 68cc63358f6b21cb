/**
 * Chime SDK Voice and Chime SDK Meetings share one signing name; requests are told apart by path and, for
 * tags, by ARN.
 */
import { MalformedUri, parseQuery } from '../front/query-string.ts';
import type { AwsRequest, AwsService } from '../ports.ts';
import { answerError } from '../rest/answer.ts';
import { ApiError } from '../rest/api-error.ts';
import type { RestApi } from '../rest/rest-api.ts';
import { tellUnserved } from '../rest/unserved-operation.ts';
import { chimeQuestions } from './access.ts';
import { badRequest } from './errors.ts';
import type { RequestOutcome } from './usage-metrics.ts';

/** Status of a request that exceeds its rate. */
const THROTTLED = 429;

export interface ChimeService extends AwsService {
  /** Initialises the operation on the hot path, so that the first update is as fast as later ones. */
  warm(): Promise<void>;
}

/** The two APIs as one service. `onRequest` is called with each requested operation and its outcome. */
export function createChimeService(
  voice: RestApi,
  meetings: RestApi,
  accountId: string,
  onRequest: (operation: string, outcome: RequestOutcome) => void = () => {},
): ChimeService {
  const apiOf = (request: AwsRequest, query: ReadonlyMap<string, string>): RestApi =>
    isForMeetings(request, query) ? meetings : voice;
  return {
    signingNames: ['chime'],
    questions(request) {
      const query = readQuery(request);
      return chimeQuestions(findRoute(apiOf(request, query), request, query), {
        accountId,
        region: request.region,
      });
    },
    async handle(request) {
      let operation: string | undefined;
      try {
        const query = readQuery(request);
        const api = apiOf(request, query);
        const match = findRoute(api, request, query);
        operation = match.operation;
        await api.run(match, request, query);
        onRequest(operation, 'served');
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        if (operation) onRequest(operation, error.status === THROTTLED ? 'throttled' : 'failed');
        answerError(request.response, error, request.requestId);
      }
    },
    async warm() {
      await voice.warm(['UpdateSipMediaApplicationCall']);
      await meetings.warm(['CreateMeeting', 'CreateAttendee']);
    },
  };
}

function readQuery(request: AwsRequest): Map<string, string> {
  try {
    return parseQuery(request.rawQuery);
  } catch (error) {
    throw error instanceof MalformedUri ? badRequest(error.message) : error;
  }
}

function findRoute(api: RestApi, request: AwsRequest, query: ReadonlyMap<string, string>) {
  try {
    const match = api.find(request.method, request.rawPath, query);
    if (match) return match;
  } catch (error) {
    throw error instanceof MalformedUri ? badRequest(error.message) : error;
  }
  // The operation may belong to the older namespace, which shares the signing name; the path alone does not
  // tell.
  const message = tellUnserved(request, 'Amazon Chime', Object.keys(api.model.operations));
  throw new ApiError(404, 'UnknownOperationException', message);
}

/** A meeting's ARN ends with `:meeting/ID`. */
const MEETING_ARN = /:meeting\//;

function isForMeetings(request: AwsRequest, query: ReadonlyMap<string, string>): boolean {
  if (request.rawPath === '/meetings' || request.rawPath.startsWith('/meetings/')) return true;
  if (request.rawPath !== '/tags') return false;
  if (request.method === 'GET') return MEETING_ARN.test(query.get('arn') ?? '');
  return MEETING_ARN.test(request.body?.toString('utf8') ?? '');
}
