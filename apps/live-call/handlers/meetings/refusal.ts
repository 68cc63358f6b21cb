import { ChimeSDKMeetingsServiceException } from '@aws-sdk/client-chime-sdk-meetings';
import { apiError, type HttpResponse } from '../http/index.ts';

/** Errors that mean "too many at once". Source: service model of Chime SDK Meetings. */
const THROTTLED = new Set(['ThrottlingException', 'ServiceUnavailableException', 'ConflictException']);

/**
 * The answer to an operator when the meetings service has refused a request. Rethrows errors that are not the
 * service's.
 */
export function meetingsRefusal(error: unknown, warn: (what: string, error: unknown) => void): HttpResponse {
  if (!(error instanceof ChimeSDKMeetingsServiceException)) throw error;
  if (THROTTLED.has(error.name)) {
    return apiError(
      429,
      'TooManyRequests',
      'The meetings service is asked too much at once. Try again in a second.',
    );
  }
  if (error.name === 'LimitExceededException') {
    return apiError(
      409,
      'MeetingFull',
      'The meeting has as many attendees as one may have. Let somebody leave.',
    );
  }
  warn('The meetings service did not do what was asked', new Error(error.name));
  return apiError(
    502,
    'Upstream',
    `The meetings service did not do it (${error.name}). Nothing was changed; try again.`,
  );
}
