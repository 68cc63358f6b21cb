/**
 * Runs a Node.js function: asks the Runtime API for work, calls the handler, sends what it answered. One raw
 * connection is kept; a response and the next request for work leave in one packet, because two functions
 * lie on the path of an update that a caller is waiting for.
 */
import net from 'node:net';
import { format } from 'node:util';
import { guardChildren } from './guard-children.mjs';
import { guardNetwork } from './network-guard.cjs';
import { errorDocument, loadHandler, RuntimeError, resolveLikeLambda } from './user-function.mjs';

const MAX_RESPONSE_BYTES = 6 * 1024 * 1024 + 100;
/** Exit codes of Lambda's own Node.js runtime: uncaught exception, unhandled rejection, broken Runtime API. */
const EXIT = { uncaught: 129, unhandled: 128, api: 1 };

const environment = process.env;
/** What the runner says that no Lambda would: `function-process.ts`. */
const told = JSON.parse(process.argv[2] ?? '{}');
const address = environment.AWS_LAMBDA_RUNTIME_API ?? '';
const slash = address.indexOf('/');
const host = slash < 0 ? address : address.slice(0, slash);
const base = `${slash < 0 ? '' : address.slice(slash)}/2018-06-01/runtime`;
const NEXT = `GET ${base}/invocation/next HTTP/1.1\r\nHost: ${host}\r\n\r\n`;

/** What Lambda's runtime gives to handlers that stream; the service that calls SIP media applications takes no stream. */
globalThis.awslambda = {
  streamifyResponse() {
    const text =
      'Response streaming is not served here: the handler of a SIP media application answers with one JSON document.';
    throw new RuntimeError('Runtime.StreamingNotServed', text);
  },
};

/** The invocation that runs: `{ requestId, deadline, arn, finished }`. */
let current;
let handler;

// ---- the connection -------------------------------------------------------------------------------------

const [hostName, port] = host.split(':');
const socket = net.connect({ host: hostName, port: Number(port), noDelay: true });
/** What the answers that are still to come belong to, oldest first: `post` or `next`. */
const expected = [];
let received = Buffer.alloc(0);

// The parent is gone, or wants us gone.
socket.on('error', () => process.exit(EXIT.api));
socket.on('close', () => process.exit(EXIT.api));
socket.on('data', (chunk) => {
  received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
  while (takeAnswer());
});

/** Takes one whole HTTP answer from what was received; false when it is not all there yet. */
function takeAnswer() {
  const end = received.indexOf('\r\n\r\n');
  if (end < 0) return false;
  const head = received.latin1Slice(0, end);
  const length = Number(headerOf(head, 'content-length') ?? 0);
  const bodyStart = end + 4;
  if (received.length < bodyStart + length) return false;
  const body = received.utf8Slice(bodyStart, bodyStart + length);
  received = received.subarray(bodyStart + length);
  if (expected.shift() === 'next') {
    if (!head.startsWith('HTTP/1.1 200')) process.exit(EXIT.api);
    invoke(head, body);
  }
  return true;
}

function headerOf(head, name) {
  const match = new RegExp(`\r\n${name}: *([^\r]*)`, 'i').exec(head);
  return match ? match[1] : undefined;
}

function post(path, body, more = '', extra = '') {
  expected.push('post');
  if (more) expected.push('next');
  const length = Buffer.byteLength(body);
  socket.write(
    `POST ${base}${path} HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/json\r\n${extra}Content-Length: ${length}\r\n\r\n${body}${more}`,
  );
}

// ---- one invocation -------------------------------------------------------------------------------------

function invoke(head, body) {
  const invocation = {
    requestId: headerOf(head, 'lambda-runtime-aws-request-id'),
    deadline: Number(headerOf(head, 'lambda-runtime-deadline-ms')),
    arn: headerOf(head, 'lambda-runtime-invoked-function-arn'),
    trace: headerOf(head, 'lambda-runtime-trace-id'),
    finished: false,
    /** What a callback gave while the event loop was still busy. */
    waiting: undefined,
  };
  current = invocation;
  environment._X_AMZN_TRACE_ID = invocation.trace ?? '';
  // The connection must not count as work of the handler's: an empty event loop ends a callback handler.
  socket.unref();
  let event;
  try {
    event = JSON.parse(body);
  } catch (error) {
    failed(invocation, new RuntimeError('Runtime.UnmarshalError', String(error.message)), false);
    return;
  }
  run(invocation, event);
}

/**
 * Calls the handler. It may answer by callback, by promise, by the context or by throwing: the first counts, as in
 * Lambda's own runtime, so that `async (event, context, callback) => { callback(null, answer); }` answers.
 */
function run(invocation, event) {
  let decided = false;
  const first =
    (end) =>
    (...values) => {
      if (decided) return;
      decided = true;
      end(...values);
    };
  const succeed = first((value) => succeeded(invocation, value));
  const fail = first((error) => failed(invocation, error ?? 'handled'));
  const context = contextOf(invocation);
  const callback = first((error, value) => {
    const isError = error !== undefined && error !== null;
    invocation.waiting = () => (isError ? failed(invocation, error) : succeeded(invocation, value));
    if (isError || !context.callbackWaitsForEmptyEventLoop) invocation.waiting();
  });
  context.succeed = succeed;
  context.fail = fail;
  context.done = (error, value) => (error !== undefined && error !== null ? fail(error) : succeed(value));
  try {
    const result = handler(event, context, callback);
    if (typeof result?.then === 'function') result.then(succeed, fail);
  } catch (error) {
    fail(error);
  }
}

/** Nothing is left to wait for: what the callback gave counts, or nothing. */
process.on('beforeExit', () => {
  if (!current || current.finished) return;
  if (current.waiting) current.waiting();
  else succeeded(current, null);
});

function contextOf(invocation) {
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionVersion: environment.AWS_LAMBDA_FUNCTION_VERSION,
    functionName: environment.AWS_LAMBDA_FUNCTION_NAME,
    memoryLimitInMB: environment.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: environment.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: environment.AWS_LAMBDA_LOG_STREAM_NAME,
    clientContext: undefined,
    identity: undefined,
    invokedFunctionArn: invocation.arn,
    awsRequestId: invocation.requestId,
    getRemainingTimeInMillis: () => invocation.deadline - Date.now(),
  };
}

function succeeded(invocation, value) {
  if (invocation.finished) return;
  let body;
  try {
    body = value === undefined ? 'null' : (JSON.stringify(value) ?? 'null');
  } catch (error) {
    failed(
      invocation,
      new RuntimeError('Runtime.MarshalError', `Unable to stringify response body: ${error.message}`),
    );
    return;
  }
  // Twice the characters is never less than the bytes of the common case; only long answers are counted.
  if (body.length > MAX_RESPONSE_BYTES / 3 && Buffer.byteLength(body) > MAX_RESPONSE_BYTES) {
    const text = `Response payload size exceeded maximum allowed payload size (${MAX_RESPONSE_BYTES} bytes).`;
    failed(invocation, new RuntimeError('Function.ResponseSizeTooLarge', text));
    return;
  }
  finish(invocation);
  post(`/invocation/${invocation.requestId}/response`, body, NEXT);
}

function failed(invocation, error, logged = true) {
  if (invocation.finished) return;
  const document = errorDocument(error);
  if (logged) console.error('Invoke Error', JSON.stringify(forLog(document)));
  finish(invocation);
  const type = `Lambda-Runtime-Function-Error-Type: ${headerSafe(document.errorType)}\r\n`;
  post(`/invocation/${invocation.requestId}/error`, JSON.stringify(document), NEXT, type);
}

function finish(invocation) {
  invocation.finished = true;
  socket.ref();
}

const headerSafe = (text) => text.replace(/[^\x21-\x7e]/g, '_').slice(0, 200);
const forLog = ({ trace, ...rest }) => ({ ...rest, stack: trace });

// ---- errors that nobody caught --------------------------------------------------------------------------

function die(error, exitCode) {
  const document = errorDocument(error);
  console.error(
    exitCode === EXIT.unhandled ? 'Unhandled Promise Rejection' : 'Uncaught Exception',
    JSON.stringify(forLog(document)),
  );
  const exit = () => process.exit(exitCode);
  if (!handler) post('/init/error', JSON.stringify(document));
  else if (current && !current.finished) {
    current.finished = true;
    post(`/invocation/${current.requestId}/error`, JSON.stringify(document));
  } else exit();
  // The answer, or the end of the connection, shows that the error has arrived.
  socket.removeAllListeners('data').on('data', exit);
  socket.ref();
  setTimeout(exit, 1000);
}

process.on('uncaughtException', (error) => die(error, EXIT.uncaught));
process.on('unhandledRejection', (reason) =>
  die(new RuntimeError('Runtime.UnhandledPromiseRejection', String(reason), reason), EXIT.unhandled),
);

// ---- log lines as Lambda writes them --------------------------------------------------------------------

function patchConsole() {
  const levels = { debug: 'DEBUG', error: 'ERROR', info: 'INFO', log: 'INFO', trace: 'TRACE', warn: 'WARN' };
  for (const [method, level] of Object.entries(levels)) {
    console[method] = (...values) => {
      const text = method === 'trace' ? new Error(format(...values)).stack : format(...values);
      process.stdout.write(`${new Date().toISOString()}\t${current?.requestId}\t${level}\t${text}\n`);
    };
  }
}

patchConsole();
guardChildren(told);
guardNetwork(told);
try {
  resolveLikeLambda(told);
  handler = await loadHandler(environment.LAMBDA_TASK_ROOT ?? process.cwd(), environment._HANDLER ?? '');
  expected.push('next');
  socket.write(NEXT);
} catch (error) {
  die(error, EXIT.uncaught);
}
