import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync } from 'node:fs';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually, limitOpenFiles, runs } from '#testkit';
import type { FunctionLogLine, FunctionSpec, LambdaRunner, PythonInterpreter } from './lambda-runner.ts';
import { MAX_WAITING_INVOCATIONS } from './limits.ts';
import { startLambdaRunner } from './start-lambda-runner.ts';

const PYTHON = ['/usr/bin/python3', '/usr/local/bin/python3'].find((path) => existsSync(path));
const python: PythonInterpreter = PYTHON ? { path: PYTHON } : { missing: 'no python3 on this machine' };

/** Long enough for a busy machine. */
const TIMEOUT_SECONDS = 30;

let folder = '';
let lines: FunctionLogLine[] = [];
let runner: LambdaRunner;
let made = 0;

const options = {
  region: 'us-east-1',
  accountId: '000000000000',
  awsEndpoint: 'http://127.0.0.1:4566',
  python,
  onLog: (line: FunctionLogLine) => void lines.push(line),
};

/** Waits without a turn of the event loop: the process is dead, but the runner has not been told. */
function untilDead(pid: number): void {
  const deadline = performance.now() + 30_000;
  const nobody = new Int32Array(new SharedArrayBuffer(4));
  while (runs(pid) && performance.now() < deadline) Atomics.wait(nobody, 0, 0, 1);
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lambda-runner-'));
  runner = await startLambdaRunner({ ...options, maxConcurrency: 2, extraProcessIdleMs: 100 });
});
afterAll(async () => {
  await runner.close();
  await rm(folder, { recursive: true, force: true });
});

/** Writes the code, defines a function for it and returns its name. */
async function define(file: string, code: string, change: Partial<FunctionSpec> = {}): Promise<string> {
  const functionName = `f${++made}`;
  const directory = await mkdtemp(join(folder, `${functionName}-`));
  await writeFile(join(directory, file), code);
  if (file === 'bootstrap') await chmod(join(directory, file), 0o755);
  runner.define({
    functionName,
    arn: `arn:aws:lambda:us-east-1:000000000000:function:${functionName}`,
    runtime: file.endsWith('.py') ? 'python3.13' : file === 'bootstrap' ? 'provided.al2023' : 'nodejs24.x',
    handler: 'index.handler',
    environment: { TABLE: 'meetingInfo' },
    timeoutSeconds: TIMEOUT_SECONDS,
    memoryMegabytes: 256,
    code: async () => ({ directory, version: '1' }),
    credentials: { accessKeyId: 'AKID', secretAccessKey: 'SECRET', sessionToken: 'TOKEN' },
    ...change,
  });
  return functionName;
}

async function failure(name: string, payload = '{}') {
  const result = await runner.invoke(name, payload);
  expect(result.functionError).toBe('Unhandled');
  return { ...JSON.parse(result.payload), requestId: result.requestId, logTail: result.logTail };
}

/** Lowers the limit of open files and uses them all up; returns a function that undoes it. */
function openAllFiles(): () => void {
  const lift = limitOpenFiles(process.pid, 1024);
  const held: number[] = [];
  try {
    for (;;) held.push(openSync('/dev/null', 'r'));
  } catch {
    return () => {
      for (const file of held) closeSync(file);
      lift();
    };
  }
}

test('Running out of file descriptors fails only that invocation', async () => {
  const name = await define('index.js', 'exports.handler = async () => "well";');
  const closeFiles = openAllFiles();
  const failing = runner.invoke(name, '{}').finally(closeFiles);
  const { functionError, payload } = await failing;
  expect([functionError, payload]).toEqual(['Unhandled', expect.stringContaining('EMFILE')]);
  expect((await runner.invoke(name, '{}')).payload).toBe('"well"');
});

describe('a Node.js function', () => {
  test('A function sees its event, its context and its own environment', async () => {
    process.env.SECRET_OF_THE_PARENT = 'leaked';
    const name = await define(
      'index.js',
      `exports.handler = async (event, context) => ({ event, context, left: context.getRemainingTimeInMillis(),
         environment: process.env, cwd: process.cwd() });`,
    );
    const result = await runner.invoke(`arn:aws:lambda:us-east-1:000000000000:function:${name}`, '{"é":[1]}');
    delete process.env.SECRET_OF_THE_PARENT;
    const answer = JSON.parse(result.payload);
    expect(result).toMatchObject({ coldStart: true, requestId: answer.context.awsRequestId });
    expect(result.source).toBe(join(answer.cwd, 'index.js'));
    expect(answer.event).toEqual({ é: [1] });
    expect(answer.left).toBeGreaterThan((TIMEOUT_SECONDS * 1_000) / 2);
    expect(answer.left).toBeLessThanOrEqual(TIMEOUT_SECONDS * 1_000);
    expect(answer.context).toMatchObject({
      functionName: name,
      functionVersion: '$LATEST',
      memoryLimitInMB: '256',
      logGroupName: `/aws/lambda/${name}`,
      invokedFunctionArn: `arn:aws:lambda:us-east-1:000000000000:function:${name}`,
      callbackWaitsForEmptyEventLoop: true,
    });
    expect(answer.environment).toMatchObject({
      TABLE: 'meetingInfo',
      AWS_REGION: 'us-east-1',
      AWS_ENDPOINT_URL: 'http://127.0.0.1:4566',
      AWS_ACCESS_KEY_ID: 'AKID',
      AWS_SESSION_TOKEN: 'TOKEN',
      _HANDLER: 'index.handler',
      LAMBDA_TASK_ROOT: answer.cwd,
      TZ: ':UTC',
    });
    const names = Object.keys(answer.environment).filter(
      (key) => !/^(_?AWS_|LAMBDA_|_HANDLER|_X_AMZN)/.test(key),
    );
    expect(names.sort()).toEqual(['LANG', 'PATH', 'PYTHONDONTWRITEBYTECODE', 'TABLE', 'TZ']);
  });

  test('Answers come by promise, callback or context, from both module formats', async () => {
    const name = await define(
      'index.js',
      `exports.handler = (how, context, callback) => {
         if (how === 'callback') return setTimeout(() => callback(null, 'called'), 1);
         if (how === 'late') { setTimeout(() => {}, 60); return callback(null, 'waited'); }
         if (how === 'now') { context.callbackWaitsForEmptyEventLoop = false; return callback(null, 'quick'); }
         if (how === 'done') return context.done(null, 'done');
         if (how === 'succeed') return context.succeed('succeeded');
         if (how === 'undefined') return Promise.resolve();
       };`,
    );
    const ask = async (how: string) => JSON.parse((await runner.invoke(name, JSON.stringify(how))).payload);
    for (const [how, answer] of [
      ['callback', 'called'],
      ['now', 'quick'],
      ['done', 'done'],
      ['succeed', 'succeeded'],
      ['undefined', null],
      ['nothing', null],
      ['late', 'waited'],
    ]) {
      expect(await ask(how as string), how as string).toBe(answer);
    }
    const late = await runner.invoke(name, '"late"');
    expect(late.durationMs).toBeGreaterThan(50);
    const module = await define(
      'index.mjs',
      'export const inner = { handler: () => Promise.resolve(import.meta.url) };',
      {
        handler: 'index.inner.handler',
      },
    );
    expect((await runner.invoke(module, '{}')).payload).toContain('index.mjs');
  });

  test('The first of callback, promise, context or throw counts', async () => {
    const name = await define(
      'index.js',
      `const answers = {
         'async and callback': async (context, callback) => { callback(null, 'called'); },
         'callback and value': async (context, callback) => { callback(null, 'called'); return 'returned'; },
         'value before a late callback': async (context, callback) => {
           setTimeout(() => callback(null, 'called'), 5); return 'returned'; },
         'late callback alone': (context, callback) => { setTimeout(() => callback(null, 'called'), 5); },
         'callback, then throw': (context, callback) => { callback(null, 'called'); throw new Error('late'); },
         'callback, then reject': async (context, callback) => { callback(null, 'called'); throw new Error('late'); },
         'callback twice': (context, callback) => { callback(null, 'called'); callback(null, 'again'); },
         'callback after succeed': (context, callback) => { context.succeed('called'); callback(null, 'again'); },
         'value without waiting': async (context, callback) => {
           context.callbackWaitsForEmptyEventLoop = false; callback(null, 'called'); await new Promise(() => {}); },
         'callback after the loop is empty': (context, callback) => {
           setTimeout(() => console.log('worked on'), 20); callback(null, 'called'); },
       };
       exports.handler = (how, context, callback) => answers[how](context, callback);`,
    );
    const ask = async (how: string) => JSON.parse((await runner.invoke(name, JSON.stringify(how))).payload);
    for (const how of [
      'async and callback',
      'callback and value',
      'late callback alone',
      'callback, then throw',
      'callback, then reject',
      'callback twice',
      'callback after succeed',
      'value without waiting',
      'callback after the loop is empty',
    ]) {
      expect(await ask(how), how).toBe('called');
    }
    expect(await ask('value before a late callback')).toBe('returned');
  });

  test('A function is told that response streaming is not supported', async () => {
    const name = await define('index.js', 'exports.handler = awslambda.streamifyResponse(async () => {});');
    expect((await failure(name, '{}')).errorMessage).toContain('Response streaming is not served here');
  });

  test("A function's failures have the error types of Lambda", async () => {
    const name = await define(
      'index.js',
      `class Odd extends Error { constructor(m) { super(m); this.name = 'Odd'; } }
       exports.handler = (how, context, callback) => {
         if (how === 'throw') throw new Odd('thrown');
         if (how === 'reject') return Promise.reject(new Odd('rejected'));
         if (how === 'callback') return callback(new Odd('called'));
         if (how === 'text') return Promise.reject('only text');
         if (how === 'exit') process.exit(3);
         if (how === 'zero') process.exit(0);
         if (how === 'later') setTimeout(() => { throw new Odd('later'); }, 1);
         if (how === 'large') return Promise.resolve('x'.repeat(6300000));
       };`,
    );
    for (const [how, message] of [
      ['throw', 'thrown'],
      ['reject', 'rejected'],
      ['callback', 'called'],
      ['later', 'later'],
    ]) {
      const error = await failure(name, JSON.stringify(how));
      expect(error, how).toMatchObject({ errorType: 'Odd', errorMessage: message });
      expect(error.trace[0]).toBe(`Odd: ${message}`);
    }
    expect(await failure(name, '"text"')).toMatchObject({ errorType: 'string', errorMessage: 'only text' });
    const exit = await failure(name, '"exit"');
    expect(exit).toMatchObject({
      errorType: 'Runtime.ExitError',
      errorMessage: `RequestId: ${exit.requestId} Error: Runtime exited with error: exit status 3`,
    });
    expect(exit.logTail).toMatch(/Error: Runtime exited with error: exit status 3\nEND .*\nREPORT .*\n$/s);
    expect((await failure(name, '"zero"')).errorMessage).toMatch(
      /Runtime exited without providing a reason$/,
    );
    expect((await failure(name, '"large"')).errorType).toBe('Function.ResponseSizeTooLarge');
    expect((await runner.invoke(name, '1')).payload).toBe('null');
  });

  test.each([
    ['index.js', 'exports.handler = ;', 'index.handler', 'Runtime.UserCodeSyntaxError'],
    ['index.js', 'require("not-there");', 'index.handler', 'Runtime.ImportModuleError'],
    ['index.mjs', 'import "not-there";', 'index.handler', 'Runtime.ImportModuleError'],
    ['index.js', 'exports.handler = 1;', 'other.handler', 'Runtime.ImportModuleError'],
    ['index.js', 'exports.other = () => {};', 'index.handler', 'Runtime.HandlerNotFound'],
    ['index.js', '', 'index', 'Runtime.MalformedHandlerName'],
    ['index.js', 'throw new TypeError("at load");', 'index.handler', 'TypeError'],
    ['index.js', 'process.exit(7);', 'index.handler', 'Runtime.ExitError'],
  ])('%s with "%s" gives %s %s', async (file, code, handler, errorType) => {
    expect((await failure(await define(file, code, { handler }))).errorType).toBe(errorType);
  });

  test('A function is killed at its deadline, even in an endless loop', async () => {
    const name = await define(
      'index.js',
      'exports.handler = async (spin) => { if (spin) { console.log("spinning"); for (;;); } return process.pid; };',
      { timeoutSeconds: 1 },
    );
    const before = Number((await runner.invoke(name, 'false')).payload);
    const error = await failure(name, 'true');
    expect(error).toMatchObject({
      errorType: 'Sandbox.Timedout',
      errorMessage: `RequestId: ${error.requestId} Error: Task timed out after 1.00 seconds`,
    });
    expect(error.logTail).toMatch(/spinning\n.* Task timed out after 1.00 seconds\nEND .*\nREPORT .*\n$/s);
    const next = await runner.invoke(name, 'false');
    expect([Number(next.payload) === before, next.coldStart]).toEqual([false, true]);
    expect(runs(before)).toBe(false);
  });

  test('A function is killed when it takes more memory than it has', async () => {
    const name = await define(
      'index.js',
      `exports.handler = () => new Promise(() => { const hoard = [];
         setInterval(() => hoard.push(Buffer.alloc(16e6, 1)), 5); });`,
      { memoryMegabytes: 128 },
    );
    const error = await failure(name);
    expect(error).toMatchObject({
      errorType: 'Runtime.OutOfMemory',
      errorMessage: `RequestId: ${error.requestId} Error: Runtime exited with error: signal: killed`,
    });
  });

  test("A function's log is cut into bounded lines; 4 KB are returned", async () => {
    const name = await define(
      'index.js',
      `exports.handler = async (n) => { console.log('héllo %d', n); process.stderr.write('x'.repeat(100000) + '\\n');
         if (n) for (let i = 0; i < 5000; i++) console.log('line', i); process.stdout.write('no line feed'); };`,
    );
    lines = [];
    const { logTail, requestId } = await runner.invoke(name, '0');
    const mine = lines.filter((line) => line.requestId === requestId).map((line) => line.text);
    expect(mine[0]).toBe(`START RequestId: ${requestId} Version: $LATEST`);
    expect(mine.some((text) => text.endsWith(`\t${requestId}\tINFO\théllo 0`))).toBe(true);
    expect(mine.find((text) => text.startsWith('xxx'))).toHaveLength(
      16_384 + ' … (83616 more characters)'.length,
    );
    expect(mine.slice(-3)).toEqual([
      'no line feed',
      `END RequestId: ${requestId}`,
      expect.stringMatching(
        /^REPORT RequestId: \S+\tDuration: [\d.]+ ms\tBilled Duration: \d+ ms\tMemory Size: 256 MB/,
      ),
    ]);
    expect(Buffer.byteLength(logTail)).toBeLessThanOrEqual(4096);
    lines = [];
    await runner.invoke(name, '1');
    expect(lines.length).toBeLessThan(1100);
  });
});

describe('processes', () => {
  test('A process serves one invocation; more start up to the limit', async () => {
    const name = await define(
      'index.js',
      `exports.handler = async (ms) => { await new Promise((r) => setTimeout(r, ms)); return process.pid; };`,
    );
    await runner.warm(name);
    const results = await Promise.all(Array.from({ length: 6 }, () => runner.invoke(name, '250')));
    const pids = new Set(results.map((result) => Number(result.payload)));
    expect(pids.size).toBe(2);
    expect(results[0]?.coldStart).toBe(true);
    await eventually(() => [...pids].filter(runs).length === 1);
  });

  test('An idle function ends after a while, unless it is kept', async () => {
    const hasty = await startLambdaRunner({ ...options, lastProcessIdleMs: 200 });
    const pidOf = async (kept: boolean): Promise<number> => {
      const name = await define('index.js', 'exports.handler = async () => process.pid;');
      hasty.define(runner.find(name) as FunctionSpec);
      await hasty.warm(name, kept);
      return Number((await hasty.invoke(name, '{}')).payload);
    };
    const [kept, other] = [await pidOf(true), await pidOf(false)];
    await eventually(() => !runs(other));
    expect(runs(kept)).toBe(true);
    await hasty.close();
  });

  test('Invocations beyond the queue are throttled as by Lambda', async () => {
    const name = await define(
      'index.js',
      'exports.handler = () => new Promise(() => setTimeout(() => {}, 300));',
    );
    const all = Array.from({ length: MAX_WAITING_INVOCATIONS + 14 }, () =>
      runner.invoke(name, '{}').catch((error: Error) => error.name),
    );
    await new Promise((resolve) => setImmediate(resolve));
    runner.define({ ...(runner.find(name) as FunctionSpec) });
    const names = await Promise.all(all);
    expect(names.filter((one) => one === 'TooManyRequestsException').length).toBeGreaterThan(10);
  });

  test('Live invocations precede new ones and have their own process', async () => {
    const name = await define(
      'index.js',
      `exports.handler = (event) => new Promise((resolve) => setTimeout(() => resolve(event), event.wait));`,
    );
    await runner.warm(name);
    const order: string[] = [];
    const send = (what: string, urgency: 'live' | 'new') =>
      runner.invoke(name, JSON.stringify({ what, wait: 60 }), urgency).then(() => void order.push(what));
    const news = Array.from({ length: 12 }, (_, at) => send(`new ${at}`, 'new'));
    const lives = Array.from({ length: 3 }, (_, at) => send(`live ${at}`, 'live'));
    await Promise.all([...news, ...lives]);
    const lastLive = Math.max(...[0, 1, 2].map((at) => order.indexOf(`live ${at}`)));
    expect(order.slice(lastLive).length).toBeGreaterThan(6);
    expect(runner.isCrowded(name)).toBe(false);
  });

  test('A process killed while idle is replaced without an error', async () => {
    const name = await define('index.js', 'exports.handler = async () => process.pid;');
    for (let round = 0; round < 5; round++) {
      const { payload, functionError } = await runner.invoke(name, '{}');
      expect(functionError).toBeUndefined();
      process.kill(Number(payload), 'SIGKILL');
      untilDead(Number(payload));
    }
  });

  test.each([
    ['SIGKILL', 'index.js', 'exports.handler = async () => process.pid;'],
    ['SIGTERM', 'index.js', 'exports.handler = async () => process.pid;'],
    ['SIGSEGV', 'index.py', 'import os\ndef handler(event, context): return os.getpid()'],
    ['SIGTERM', 'index.py', 'import os\ndef handler(event, context): return os.getpid()'],
  ] as const)('Ended by %s before it reads its event, %s runs again', async (signal, file, code) => {
    const name = await define(file, code);
    const before = lines.length;
    const pid = Number((await runner.invoke(name, '{}')).payload);
    process.kill(pid, 'SIGSTOP');
    const next = runner.invoke(name, '{}');
    const starts = () => lines.slice(before).filter(({ text }) => text.startsWith('START'));
    await eventually('the event is given', () => starts().length === 2);
    process.kill(pid, signal);
    process.kill(pid, 'SIGCONT');
    const { payload, functionError } = await next;
    expect([functionError, Number(payload) > 0, Number(payload) === pid]).toEqual([undefined, true, false]);
  });

  test('A process that dies while it handles an event fails it', async () => {
    const kill = "process.kill(process.pid, 'SIGKILL'); await new Promise(() => {});";
    const name = await define('index.js', `exports.handler = async () => { ${kill} };`);
    expect(await runner.invoke(name, '{}')).toMatchObject({ functionError: 'Unhandled' });
  });

  test('Changed code is used at the next invocation', async () => {
    let version = '1';
    const name = await define('index.js', 'exports.handler = async () => "old";');
    const spec = runner.find(name) as FunctionSpec;
    const { directory } = await spec.code();
    runner.define({ ...spec, code: async () => ({ directory, version }) });
    expect((await runner.invoke(name, '{}')).payload).toBe('"old"');
    await writeFile(join(directory, 'index.js'), 'exports.handler = async () => "new";');
    expect((await runner.invoke(name, '{}')).payload).toBe('"old"');
    version = '2';
    expect((await runner.invoke(name, '{}')).payload).toBe('"new"');
  });

  test('A custom runtime works with plain HTTP to the Runtime API', async () => {
    const name = await define(
      'bootstrap',
      `#!${process.execPath}
       const base = 'http://' + process.env.AWS_LAMBDA_RUNTIME_API + '/2018-06-01/runtime/invocation/';
       (async () => { for (;;) {
         const next = await fetch(base + 'next');
         const id = next.headers.get('lambda-runtime-aws-request-id');
         const event = await next.text();
         const wrong = await fetch(base + 'not-mine/response', { method: 'POST', body: '1' });
         const twice = await fetch(base + 'next');
         const path = event === '"fail"' ? '/error' : '/response';
         const answer = await fetch(base + id + path, { method: 'POST',
           body: JSON.stringify({ event, wrong: wrong.status, twice: twice.status, errorMessage: 'm' }) });
         if (answer.status !== 202) process.exit(9);
       } })();`,
      { environment: {} },
    );
    expect(JSON.parse((await runner.invoke(name, '{"a":1}')).payload)).toMatchObject({
      event: '{"a":1}',
      wrong: 400,
      twice: 403,
    });
    expect(await failure(name, '"fail"')).toMatchObject({ errorMessage: 'm' });
  });

  test("An invalid invocation fails with the service's error name", async () => {
    const name = await define('index.js', 'exports.handler = async () => 1;');
    const refusal = (who: string, payload: string) =>
      runner.invoke(who, payload).then(
        () => 'accepted',
        (error) => `${error.name} ${error.statusCode}`,
      );
    expect(await refusal('nobody', '{}')).toBe('ResourceNotFoundException 404');
    expect(await refusal(name, `"${'x'.repeat(6 * 1024 * 1024)}"`)).toBe('RequestTooLargeException 413');
    expect(await refusal(name, '{oops')).toBe('InvalidRequestContentException 400');
    expect(await refusal(`${name}:$LATEST`, '')).toBe('accepted');
    expect(await refusal(`000000000000:function:${name}`, '')).toBe('accepted');
    expect(await refusal(`arn:aws:lambda:eu-west-1:000000000000:function:${name}`, '')).toMatch(/^Resource/);
  });

  test('Processes end with the runner, even if it is killed', async () => {
    const directory = await mkdtemp(join(folder, 'parent-'));
    await writeFile(
      join(directory, 'index.js'),
      `const { spawn } = require('node:child_process');
       exports.handler = async (spin) => { require('node:fs').writeFileSync(${JSON.stringify(directory)} + '/pid',
         String(process.pid)); if (spin) for (;;); };`,
    );
    const script = `
      import { startLambdaRunner } from ${JSON.stringify(pathToFileURL(join(import.meta.dirname, 'index.ts')).href)};
      const runner = await startLambdaRunner({ region: 'r', accountId: '0', awsEndpoint: 'http://127.0.0.1:1',
        python: { missing: 'x' }, onLog() {} });
      runner.define({ functionName: 'f', arn: 'a', runtime: 'nodejs24.x', handler: 'index.handler', environment: {},
        timeoutSeconds: 60, memoryMegabytes: 128, credentials: { accessKeyId: 'a', secretAccessKey: 'b', sessionToken: 'c' },
        code: async () => ({ directory: ${JSON.stringify(directory)}, version: '1' }) });
      void runner.invoke('f', 'true');`;
    const file = join(directory, 'parent.mts');
    await writeFile(file, script);
    const root = join(import.meta.dirname, '../../../..');
    const parent = spawn(process.execPath, ['--import', 'tsx', file], {
      cwd: root,
      env: { ...process.env, TSX_TSCONFIG_PATH: join(root, 'tsconfig.json') },
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    await eventually(() => existsSync(join(directory, 'pid')));
    const pid = Number(execFileSync('cat', [join(directory, 'pid')], { encoding: 'utf8' }));
    expect(runs(pid)).toBe(true);
    parent.kill('SIGKILL');
    await once(parent, 'exit');
    await eventually(() => !runs(pid));
  });
});

describe.skipIf(!PYTHON)('a Python function', () => {
  test('A Python function sees event and context, and fails as on Lambda', async () => {
    const name = await define(
      'index.py',
      `import logging, os
def handler(event, context):
    if event == "raise": raise KeyError("oops")
    if event == "set": return {1, 2}
    if event == "exit": os._exit(4)
    print("printed")
    logging.getLogger().error("logged %s", "é")
    return {"event": event, "name": context.function_name, "memory": context.memory_limit_in_mb,
            "id": context.aws_request_id, "arn": context.invoked_function_arn, "group": context.log_group_name,
            "left": context.get_remaining_time_in_millis(), "version": context.function_version,
            "identity": context.identity.cognito_identity_id, "client": context.client_context,
            "environment": sorted(os.environ)}
`,
    );
    const result = await runner.invoke(name, '{"é":1}');
    expect(JSON.parse(result.payload)).toMatchObject({
      event: { é: 1 },
      name,
      memory: '256',
      id: result.requestId,
      identity: null,
      client: null,
    });
    expect(JSON.parse(result.payload).environment).not.toContain('HOME');
    expect(result.logTail).toMatch(
      new RegExp(`printed\n\\[ERROR\\]\t\\S+Z\t${result.requestId}\tlogged é\nEND`),
    );
    const raised = await failure(name, '"raise"');
    expect(raised).toMatchObject({ errorType: 'KeyError', errorMessage: "'oops'" });
    expect(raised.stackTrace).toEqual([expect.stringContaining('in handler\n')]);
    expect((await failure(name, '"set"')).errorType).toBe('Runtime.MarshalError');
    expect((await failure(name, '"exit"')).errorMessage).toMatch(/exit status 4$/);
  });

  test('An answer may have decimal numbers and bytes', async () => {
    const code = `
from decimal import Decimal
def handler(event, context):
    if event == 'bytes': return b'{"written": true}'
    return {'Repeat': Decimal('3'), 'Share': Decimal('0.25'), 'Many': Decimal('1E+3'), 'Token': b'caf\\xc3\\xa9'}
`;
    const name = await define('index.py', code);
    const answer = async (event: string) => JSON.parse((await runner.invoke(name, event)).payload);
    expect(await answer('{}')).toEqual({ Repeat: 3, Share: 0.25, Many: 1000, Token: 'café' });
    expect(await answer('"bytes"')).toEqual({ written: true });
  });

  test.each([
    ['def handler(:', 'index.handler', 'Runtime.UserCodeSyntaxError'],
    ['import not_there', 'index.handler', 'Runtime.ImportModuleError'],
    ['x = 1', 'index.handler', 'Runtime.HandlerNotFound'],
    ['x = 1', 'index', 'Runtime.MalformedHandlerName'],
  ])('"%s" gives %s %s', async (code, handler, errorType) => {
    const error = await failure(await define('index.py', code, { handler }));
    expect(error.errorType).toBe(errorType);
  });
});

test('Python is searched for once, when the first function needs it', async () => {
  const usual = runner;
  let asked = 0;
  runner = await startLambdaRunner({
    ...options,
    async python() {
      asked += 1;
      return { missing: 'python3 is not installed; …' };
    },
  });
  try {
    const node = await define('index.js', 'exports.handler = async () => 1;');
    expect((await runner.invoke(node, '')).payload).toBe('1');
    expect(asked).toBe(0);
    const error = await failure(await define('index.py', 'def handler(e, c): return 1'));
    expect(error).toMatchObject({
      errorType: 'Runtime.InvalidEntrypoint',
      errorMessage: expect.stringContaining('python3 is not installed; …'),
    });
    await failure(await define('other.py', 'def handler(e, c): return 1'));
    expect(asked).toBe(1);
    expect((await runner.invoke(node, '')).payload).toBe('1');
  } finally {
    await runner.close();
    runner = usual;
  }
});
