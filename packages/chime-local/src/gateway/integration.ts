/** What HTTP and REST APIs share: invoking a function for a request and turning its result into an answer. */
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { endAfterRequest } from '#platform';
import type { HttpApiOptions } from './http-api.ts';
import type { HttpAnswer } from './http-api-answer.ts';

/** Bytes of a request's body. API Gateway quotas: 10 MB. */
export const MAX_BODY_BYTES: number = 10 * 1024 * 1024;

/** How one kind of API treats its functions. */
export interface Integration {
  /** Milliseconds within which a function must answer. */
  limitMs: number;
  /** Reads the function's answer; undefined if it is malformed. */
  read(payload: string): HttpAnswer | undefined;
  tooLate: HttpAnswer;
  malformed: HttpAnswer;
  /** The answer if Lambda refused the event with this status. */
  refused(status: unknown): HttpAnswer;
}

/** Invokes the function and turns its result into an answer. */
export async function integrate(
  functionArn: string,
  event: string,
  { invoke, clock, log }: HttpApiOptions,
  { limitMs, read, tooLate, malformed, refused }: Integration,
): Promise<HttpAnswer> {
  let giveUp = (): void => {};
  const timeUp = new Promise<'tooLate'>((resolve) => {
    giveUp = clock.after(limitMs, () => resolve('tooLate'));
  });
  try {
    const result = await Promise.race([invoke(functionArn, event), timeUp]);
    if (result === 'tooLate') {
      const seconds = limitMs / 1000;
      log.warn(`The function gave no answer in ${seconds} s; the client got ${tooLate.status}`, {
        functionArn,
      });
      return tooLate;
    }
    const answer = result.functionError ? undefined : read(result.payload);
    if (!answer) {
      log.warn(`The function failed or its answer is not one; the client got ${malformed.status}`, {
        functionArn,
      });
    }
    return answer ?? malformed;
  } catch (error) {
    log.warn('The function could not be invoked', { functionArn, error: String(error) });
    return refused(error instanceof Error && 'statusCode' in error ? error.statusCode : undefined);
  } finally {
    giveUp();
  }
}

/** Whether the function's policy permits the gateway; if not, a warning tells which permission is missing. */
export function mayInvoke(functionArn: string, sourceArn: string, options: HttpApiOptions): boolean {
  if (!options.mayInvoke || options.mayInvoke(functionArn, sourceArn)) return true;
  options.log.warn(
    `The gateway may not invoke ${functionArn}: it needs an AWS::Lambda::Permission for apigateway.amazonaws.com with SourceArn ${sourceArn}.`,
  );
  return false;
}

/**
 * The answer to a request, or `failed` if making it fails; undefined if the client has disconnected
 * meanwhile.
 */
export async function answerOrFail(
  request: IncomingMessage,
  answer: () => Promise<HttpAnswer>,
  failed: HttpAnswer,
  tell: (error: string) => void,
): Promise<HttpAnswer | undefined> {
  try {
    return await answer();
  } catch (error) {
    if (request.destroyed && !request.complete) return undefined;
    tell(String(error));
    return failed;
  } finally {
    request.resume();
  }
}

export function send(
  response: ServerResponse,
  { status, body }: HttpAnswer,
  given: OutgoingHttpHeaders,
): void {
  const headers = { ...given };
  if (status !== 204 && status !== 304) headers['content-length'] = Buffer.byteLength(body);
  endAfterRequest(response.writeHead(status, headers), response.req.method === 'HEAD' ? undefined : body);
}
