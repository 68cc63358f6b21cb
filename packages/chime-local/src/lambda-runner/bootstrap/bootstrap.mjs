/**
 * Runs a Node.js function: asks for work, calls the handler and sends its answer, through the channel that
 * `function-channel.ts` describes. A response and the next request for work leave together, because two
 * functions may lie on the path of an update that a caller is waiting for.
 */
import net from 'node:net';
import { format } from 'node:util';
import { guardChildren } from './guard-children.mjs';
import { guardNetwork } from './network-guard.cjs';
import { errorDocument, loadHandler, RuntimeError, resolveLikeLambda } from './user-function.mjs';

const MAX_RESPONSE_BYTES = 6 * 1024 * 1024 + 100;
/** Exit codes of Lambda's own Node.js runtime: uncaught exception, unhandled rejection, lost Runtime API. */
const EXIT = { uncaught: 129, unhandled: 128, api: 1 };
const CHANNEL_DESCRIPTOR = 3;
const LINE_FEED = 0x0a;
const NEXT = 'next - 0\n';

const environment = process.env;
/** What the runner passes that Lambda would not; see `function-process.ts`. */
const told = JSON.parse(process.argv[2] ?? '{}');

/**
 * Lambda's runtime provides this for handlers that stream, but the service that invokes SIP media
 * applications reads no stream.
 */
globalThis.awslambda = {
  streamifyResponse() {
    const text =
      'Response streaming is not served here: the handler of a SIP media application answers with one JSON document.';
    throw new RuntimeError('Runtime.StreamingNotServed', text);
  },
};

/** The running invocation: `{ requestId, deadline, arn, finished }`. */
let current;
let handler;

// ---- the channel ----------------------------------------------------------------------------------------

const socket = new net.Socket({ fd: CHANNEL_DESCRIPTOR, readable: true, writable: true });
/** The received parts of the next invocation: its header once complete, and bytes of its event. */
let head;
let chunks = [];
let bytes = 0;

// The parent has ended, or wants this process to end.
socket.on('error', () => process.exit(EXIT.api));
socket.on('close', () => process.exit(EXIT.api));
socket.on('data', (chunk) => {
  chunks.push(chunk);
  bytes += chunk.length;
  if (head && bytes < head.length) return;
  let received = chunks.length === 1 ? chunk : Buffer.concat(chunks);
  if (!head) {
    const end = received.indexOf(LINE_FEED);
    if (end < 0) return;
    head = readHead(received.latin1Slice(0, end));
    received = received.subarray(end + 1);
    chunks = [received];
    bytes = received.length;
  }
  if (bytes < head.length) return;
  // Only one invocation comes at a time: nothing follows until it is answered.
  const invocation = head;
  head = undefined;
  chunks = [];
  bytes = 0;
  invoke(invocation, received.utf8Slice(0, invocation.length));
});

function readHead(line) {
  const [length, deadline, requestId, trace, ...arn] = line.split(' ');
  return { length: Number(length), deadline: Number(deadline), requestId, trace, arn: arn.join(' ') };
}

function send(verb, requestId, body, more = '', sent = undefined) {
  socket.write(`${verb} ${requestId} ${Buffer.byteLength(body)}\n${body}${more}`, sent);
}

// ---- one invocation -------------------------------------------------------------------------------------

function invoke(facts, body) {
  const invocation = {
    ...facts,
    finished: false,
    /** The answer that a callback gave while the event loop was still busy. */
    waiting: undefined,
  };
  current = invocation;
  // From here on the handler's code may have seen the event, so it is not given to another process.
  send('taken', invocation.requestId, '');
  environment._X_AMZN_TRACE_ID = invocation.trace;
  // The connection must not keep the event loop alive: a callback handler ends when the loop is empty.
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
 * Calls the handler. It may answer by callback, by promise, by the context or by throwing. The first answer
 * counts, as in Lambda's own runtime, so that
 * `async (event, context, callback) => { callback(null, answer); }` answers.
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

/** Nothing is left to wait for: the callback's answer counts, or null if there is none. */
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
  // A UTF-16 unit takes at most three bytes, so only long answers need to be counted.
  if (body.length > MAX_RESPONSE_BYTES / 3 && Buffer.byteLength(body) > MAX_RESPONSE_BYTES) {
    const text = `Response payload size exceeded maximum allowed payload size (${MAX_RESPONSE_BYTES} bytes).`;
    failed(invocation, new RuntimeError('Function.ResponseSizeTooLarge', text));
    return;
  }
  finish(invocation);
  send('response', invocation.requestId, body, NEXT);
}

function failed(invocation, error, logged = true) {
  if (invocation.finished) return;
  const document = errorDocument(error);
  if (logged) console.error('Invoke Error', JSON.stringify(forLog(document)));
  finish(invocation);
  send('error', invocation.requestId, JSON.stringify(document), NEXT);
}

function finish(invocation) {
  invocation.finished = true;
  socket.ref();
}

const forLog = ({ trace, ...rest }) => ({ ...rest, stack: trace });

// ---- uncaught errors ------------------------------------------------------------------------------------

function die(error, exitCode) {
  const document = errorDocument(error);
  console.error(
    exitCode === EXIT.unhandled ? 'Unhandled Promise Rejection' : 'Uncaught Exception',
    JSON.stringify(forLog(document)),
  );
  const exit = () => process.exit(exitCode);
  // Once the document is written, the runner has it, whatever happens to this process.
  if (!handler) send('init-error', '-', JSON.stringify(document), '', exit);
  else if (current && !current.finished) {
    current.finished = true;
    send('error', current.requestId, JSON.stringify(document), '', exit);
  } else exit();
  socket.ref();
  setTimeout(exit, 1000);
}

process.on('uncaughtException', (error) => die(error, EXIT.uncaught));
process.on('unhandledRejection', (reason) =>
  die(new RuntimeError('Runtime.UnhandledPromiseRejection', String(reason), reason), EXIT.unhandled),
);

// ---- log lines in Lambda's format -----------------------------------------------------------------------

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
  socket.write(NEXT);
} catch (error) {
  die(error, EXIT.uncaught);
}
