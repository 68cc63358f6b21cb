import type { Clock } from 'page-ui/clock.ts';
import { ApiFailure, failureFrom } from './failure.ts';
import { readServerTiming, type ServerStage } from './server-timing.ts';

/** Milliseconds that the page waits for an answer; the API's own limit is 30 s, but a person is less patient. */
export const REQUEST_TIMEOUT_MS = 10_000;

/** Where the bearer token comes from. */
export interface TokenSource {
  /** Returns a token that is valid now. @throws ApiFailure `signed-out` */
  accessToken(): Promise<string>;
  /** Returns a token newer than the refused one. @throws ApiFailure `signed-out` */
  renew(refused: string): Promise<string>;
}

export interface Api {
  /**
   * Sends `POST route` with a JSON body and returns the answer's JSON. A refused token is renewed once,
   * unnoticed by the caller.
   *
   * @throws ApiFailure
   */
  post<T>(route: string, body: unknown, signal?: AbortSignal): Promise<T>;
  /** Like `post`, with the server's own timing of the answer; `stages` is empty when the server sends none. */
  postTimed<T>(route: string, body: unknown): Promise<{ answer: T; stages: ServerStage[] }>;
  /** Like `post`, for a page that is being closed: the request is sent, and nobody receives its answer. */
  farewell(route: string, body: unknown): void;
}

export function createApi(apiUrl: string, tokens: TokenSource, clock: Clock, fetcher: typeof fetch): Api {
  const once = (route: string, body: unknown, token: string, signal?: AbortSignal) =>
    withTimeout(clock, signal, (timed) =>
      fetcher(`${apiUrl}${route}`, { ...requestOf(body, token), signal: timed }).then(async (response) => ({
        status: response.status,
        ok: response.ok,
        json: await jsonOf(response),
        stages: readServerTiming(response.headers.get('server-timing')),
      })),
    );
  const authorized = async (route: string, body: unknown, signal?: AbortSignal) => {
    const token = await tokens.accessToken();
    let answer = await once(route, body, token, signal);
    if (answer.status === 401) answer = await once(route, body, await tokens.renew(token), signal);
    if (!answer.ok) throw new ApiFailure(failureFrom(answer.status, answer.json));
    return answer;
  };
  return {
    async post<T>(route: string, body: unknown, signal?: AbortSignal): Promise<T> {
      return (await authorized(route, body, signal)).json as T;
    },
    async postTimed<T>(route: string, body: unknown) {
      const { json, stages } = await authorized(route, body);
      return { answer: json as T, stages };
    },
    farewell(route, body) {
      tokens
        .accessToken()
        .then((token) => fetcher(`${apiUrl}${route}`, { ...requestOf(body, token), keepalive: true }))
        .catch(() => undefined);
    },
  };
}

function requestOf(body: unknown, token: string): RequestInit {
  return {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
    credentials: 'omit',
    cache: 'no-store',
  };
}

async function jsonOf(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

async function withTimeout<T>(
  clock: Clock,
  outer: AbortSignal | undefined,
  request: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const control = new AbortController();
  let late = false;
  const cancel = clock.after(REQUEST_TIMEOUT_MS, () => {
    late = true;
    control.abort();
  });
  const abort = () => control.abort();
  outer?.addEventListener('abort', abort);
  try {
    return await request(control.signal);
  } catch {
    throw new ApiFailure(
      late
        ? { kind: 'timeout', status: 0, message: `No answer within ${REQUEST_TIMEOUT_MS / 1000} s.` }
        : { kind: 'network', status: 0, message: 'No connection to the API.' },
    );
  } finally {
    cancel();
    outer?.removeEventListener('abort', abort);
  }
}
