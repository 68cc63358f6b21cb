import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import {
  createSecureContext,
  createServer as createTlsServer,
  rootCertificates,
  type Server as TlsServer,
} from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTunnels } from '#aws';
import { inlineModules, type LambdaRunner, type PythonInterpreter, startLambdaRunner } from '#lambda-runner';
import { createCertificateAuthority } from '#media-edge';

const PYTHON = ['/usr/bin/python3', '/usr/local/bin/python3'].find((path) => existsSync(path));
const python: PythonInterpreter = PYTHON ? { path: PYTHON } : { missing: 'no python3 on this machine' };

let folder: string;
let runner: LambdaRunner;
let http: Server;
let tls: TlsServer;
let lines: string[];
/** Documents that were sent to the emulated AWS with PUT. */
const put: { url: string | undefined; body: unknown }[] = [];
const portOf = (server: Server | TlsServer): number => (server.address() as AddressInfo).port;
const listen = (server: Server | TlsServer) =>
  new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'network-'));
  const authority = createCertificateAuthority();
  const certificateFile = join(folder, 'ca.pem');
  const bundleFile = join(folder, 'bundle.pem');
  await writeFile(certificateFile, authority.cert);
  await writeFile(bundleFile, `${authority.cert}${rootCertificates.join('\n')}`);
  http = createServer((request, response) => {
    let body = '';
    request.on('data', (piece) => {
      body += piece;
    });
    request.on('end', () => {
      if (request.method === 'PUT') put.push({ url: request.url, body: JSON.parse(body) });
      response.end(`here: ${request.headers.host}`);
    });
  });
  tls = createTlsServer(
    {
      ...authority.certificateFor('127.0.0.1'),
      SNICallback: (name, done) => done(null, createSecureContext(authority.certificateFor(name))),
    },
    (socket) => http.emit('connection', socket),
  );
  await Promise.all([listen(http), listen(tls)]);
  openTunnels(http, { tlsPort: portOf(tls), allowed: ['*.invalid'] });
  lines = [];
  runner = await startLambdaRunner({
    region: 'us-east-1',
    accountId: '000000000000',
    awsEndpoint: `http://127.0.0.1:${portOf(http)}`,
    network: { tlsPort: portOf(tls), certificateFile, bundleFile, allowed: ['*.invalid'] },
    python,
    onLog: ({ text }) => void lines.push(text),
  });
});
afterAll(async () => {
  await runner.close();
  tls.close();
  http.close();
  http.closeAllConnections();
  await rm(folder, { recursive: true, force: true });
});

/** Functions by their code, so that one process answers all requests to it. */
const functions = new Map<string, string>();

/** Runs a function's code and returns its answer. */
async function run(file: string, code: string, event: unknown = {}): Promise<unknown> {
  const functionName = functions.get(code) ?? (await define(file, code));
  functions.set(code, functionName);
  const { payload } = await runner.invoke(functionName, JSON.stringify(event));
  return JSON.parse(payload);
}

async function define(file: string, code: string): Promise<string> {
  const directory = await mkdtemp(join(folder, 'f-'));
  for (const { name, text } of inlineModules(file.endsWith('.py') ? 'python3.13' : 'nodejs24.x')) {
    await mkdir(dirname(join(directory, name)), { recursive: true });
    await writeFile(join(directory, name), text);
  }
  await writeFile(join(directory, file), code);
  const functionName = directory.slice(-8);
  runner.define({
    functionName,
    arn: `arn:aws:lambda:us-east-1:000000000000:function:${functionName}`,
    runtime: file === 'index.py' ? 'python3.13' : 'nodejs24.x',
    handler: 'index.handler',
    environment: {},
    timeoutSeconds: 20,
    memoryMegabytes: 256,
    code: async () => ({ directory, version: '1' }),
    credentials: { accessKeyId: 'AKID', secretAccessKey: 'SECRET', sessionToken: 'TOKEN' },
  });
  return functionName;
}

/** Clients that ask a host and return its answer, or the reason why there is none. */
const CLIENTS: readonly (readonly [string, 'index.mjs' | 'index.py', string])[] = [
  [
    'https of Node.js',
    'index.mjs',
    `import https from 'node:https';
    export const handler = (host) => new Promise((resolve) => https.get({ hostname: host, path: '/' }, (answer) => {
      let text = ''; answer.on('data', (piece) => { text += piece; }).on('end', () => resolve(text));
    }).on('error', (error) => resolve(error.message)));`,
  ],
  [
    'fetch of Node.js',
    'index.mjs',
    `export const handler = (host) => fetch('https://' + host + '/').then((answer) => answer.text(),
      (error) => error.cause.message);`,
  ],
  [
    'fetch of Node.js without TLS',
    'index.mjs',
    `export const handler = (host) => fetch('http://' + host + '/').then((answer) => answer.text(),
      (error) => error.cause.message);`,
  ],
  ...(PYTHON
    ? [
        [
          'urllib of Python',
          'index.py',
          `import urllib.request
def handler(host, context):
    try:
        return urllib.request.urlopen("https://" + host + "/").read().decode()
    except Exception as error:
        return str(getattr(error, "reason", error))
`,
        ] as const,
      ]
    : []),
];

describe.each(CLIENTS)('a function that uses %s', (_client, file, code) => {
  it.each([
    'chime.us-east-1.amazonaws.com',
    'service.chime.aws.amazon.com',
    'bucket.s3.amazonaws.com',
    'dynamodb.cn-north-1.amazonaws.com.cn',
    'lambda.us-east-1.api.aws',
  ])('A request to %s is redirected to this machine', async (host) => {
    expect(await run(file, code, host)).toBe(`here: ${host}`);
  });

  it.each([
    'example.com',
    'notamazonaws.com',
    'amazonaws.com.example.org',
    '169.254.169.254',
    '192.0.2.1',
  ])('A request to %s is refused with an explanation', async (host) => {
    expect(await run(file, code, host)).toContain(`wanted to reach ${host}: nothing leaves this machine`);
  });
});

it('The refused host and the cure are logged once', async () => {
  lines.length = 0;
  const code = `export const handler = async () => {
    for (let n = 0; n < 3; n++) await fetch('https://api.example.com/').catch(() => {});
  };`;
  await run('index.mjs', code);
  expect(lines.filter((line) => line.includes('--allow-network api.example.com'))).toHaveLength(1);
});

it("A function reaches allowed hosts and this machine's other ports", async () => {
  const code = `import net from 'node:net';
    export const handler = async () => {
      const connect = (host, port) => new Promise((resolve) => net.connect(port, host)
        .on('connect', function () { this.end(); resolve('connected'); }).on('error', ({ code }) => resolve(code)));
      return [await connect('localhost', ${portOf(http)}), await connect('name.invalid', 80)];
    };`;
  const [local, allowed] = (await run('index.mjs', code)) as string[];
  expect(local).toBe('connected');
  // The name server was queried: it does not know the name, or there is none.
  expect(allowed).toMatch(/^(ENOTFOUND|EAI_AGAIN)$/);
});

it.each([
  [
    'index.mjs',
    `import http from 'node:http';
    export const handler = ([hostname, port]) => new Promise((resolve) => http.get({ hostname, port }, (answer) => {
      let text = ''; answer.on('data', (piece) => { text += piece; }).on('end', () => resolve(text));
    }).on('error', (error) => resolve(error.message)));`,
  ],
  ...(PYTHON
    ? [
        [
          'index.py',
          'import urllib.request\ndef handler(place, context):\n    return urllib.request.urlopen("http://%s:%s/" % tuple(place)).read().decode()\n',
        ],
      ]
    : []),
])('A prefixed endpoint name leads to this machine, too: %s', async (file = '', code = '') => {
  const port = portOf(http);
  expect(await run(file, code, ['sync-127.0.0.1', port])).toBe(`here: sync-127.0.0.1:${port}`);
});

it('No name server is queried for a refused host', async () => {
  const code = `import dns from 'node:dns';
    import { resolve4 } from 'node:dns/promises';
    export const handler = async () => [
      await resolve4('example.com').catch(({ message }) => message),
      await dns.promises.lookup('sts.amazonaws.com'),
      await new Promise((resolve) => dns.lookup('example.com', (error) => resolve(error.code))),
    ];`;
  expect(await run('index.mjs', code)).toEqual([
    expect.stringContaining('nothing leaves this machine'),
    { address: '127.0.0.1', family: 4 },
    'ENOTFOUND',
  ]);
});

/** A child that asks two hosts and prints their answers. */
const ASKS_IN_NODE = `const ask = (url) => fetch(url).then((answer) => answer.text(), (error) => error.cause.message);
  ask('https://sts.amazonaws.com/').then(async (here) => console.log(here + ' | ' + await ask('https://example.com/')));`;
const ASKS_IN_PYTHON = `import urllib.request
def ask(url):
    try:
        return urllib.request.urlopen(url).read().decode()
    except Exception as error:
        return str(getattr(error, "reason", error))
print(ask("https://sts.amazonaws.com/"), "|", ask("https://example.com/"))`;
const STARTS_FROM_NODE = `import { execFile } from 'node:child_process';
  import { Worker } from 'node:worker_threads';
  const script = ${JSON.stringify(ASKS_IN_NODE)};
  const worker = (code) => new Promise((resolve) => {
    const thread = new Worker(code, { eval: true, stdout: true });
    let text = ''; thread.stdout.on('data', (piece) => { text += piece; }); thread.on('exit', () => resolve(text));
  });
  const run = (file, args) => new Promise((resolve) => execFile(file, args, (error, text) => resolve(text || String(error))));
  export const handler = async ({ how, node, python, code }) => how === 'thread' ? worker(script)
    : how === 'node' ? run(node, ['-e', script]) : run(python, ['-c', code]);`;
const STARTS_FROM_PYTHON = `import subprocess
def handler(event, context):
    command = [event["node"], "-e", event["script"]] if event["how"] == "node" else [event["python"], "-c", event["code"]]
    return subprocess.run(command, capture_output=True, text=True).stdout
`;

describe('threads and processes of a function', () => {
  const event = { node: process.execPath, python: PYTHON, code: ASKS_IN_PYTHON, script: ASKS_IN_NODE };
  const ways: [file: string, how: string][] = [
    ['index.mjs', 'thread'],
    ['index.mjs', 'node'],
  ];
  if (PYTHON) ways.push(['index.mjs', 'python'], ['index.py', 'node'], ['index.py', 'python']);
  it.each(ways)('What a function (%s) starts stays on this machine: %s', async (file, how) => {
    const said = await run(file, file === 'index.py' ? STARTS_FROM_PYTHON : STARTS_FROM_NODE, {
      ...event,
      how,
    });
    expect(said).toMatch(/here: sts\.amazonaws\.com \| .*wanted to reach example\.com: nothing leaves/);
  });
});

/** Ways to start a program in Python without subprocess; each writes the program's output to a file. */
const STARTS_OTHERWISE: Readonly<Record<string, string>> = {
  'os.system': 'os.system(f"{sys.executable} {script} > {out}")',
  'os.posix_spawn':
    'os.waitpid(os.posix_spawn("/bin/sh", ["sh", "-c", f"{sys.executable} {script} > {out}"], os.environ), 0)',
  'os.spawnve':
    'os.spawnve(os.P_WAIT, "/bin/sh", ["sh", "-c", f"{sys.executable} {script} > {out}"], os.environ)',
};

it.runIf(PYTHON).each(Object.entries(STARTS_OTHERWISE))(
  'What %s starts stays on this machine',
  async (_way, start) => {
    const code = `import os, sys, tempfile
def handler(event, context):
    folder = tempfile.mkdtemp()
    script, out = folder + "/ask.py", folder + "/out"
    open(script, "w").write(event["code"])
    ${start}
    return [open(out).read(), "CHIME_LOCAL_NETWORK" in os.environ]
`;
    expect(await run('index.py', code, { code: ASKS_IN_PYTHON })).toEqual([
      expect.stringMatching(/here: sts\.amazonaws\.com \| .*wanted to reach example\.com: nothing leaves/),
      false,
    ]);
  },
);

const CURL = ['/usr/bin/curl', '/usr/local/bin/curl'].find((file) => existsSync(file));

it.runIf(CURL)('Other programs use a proxy that lets none of them out', async () => {
  const code = `import { spawnSync } from 'node:child_process';
    const ask = (url) => { const { stdout, stderr } = spawnSync('${CURL}', ['-sS', url], { encoding: 'utf8' }); return stdout + stderr; };
    export const handler = async () => [ask('https://sts.amazonaws.com/'), ask('https://example.com/')];`;
  const [aws, other] = (await run('index.mjs', code)) as string[];
  expect(aws).toBe('here: sts.amazonaws.com');
  expect(other).toMatch(/403/);
});

const INLINE: readonly (readonly [file: string, code: string])[] = [
  [
    'index.js',
    "exports.handler = (event, context) => require('cfn-response').send(event, context, 'SUCCESS', { A: 1 }, 'id');",
  ],
  ...(PYTHON
    ? [
        [
          'index.py',
          'import cfnresponse\ndef handler(event, context):\n    cfnresponse.send(event, context, "SUCCESS", {"A": 1}, "id")\n',
        ] as const,
      ]
    : []),
];

it.each(INLINE)('Inline code (%s) answers for a custom resource with its module', async (file, code) => {
  put.length = 0;
  const event = {
    ResponseURL: 'https://cloudformation-custom-resource-response-useast1.s3.amazonaws.com/secret',
    StackId: 's',
    RequestId: 'r',
    LogicalResourceId: 'l',
  };
  await run(file, code, event);
  expect(put).toEqual([
    {
      url: '/secret',
      body: expect.objectContaining({ Status: 'SUCCESS', PhysicalResourceId: 'id', Data: { A: 1 } }),
    },
  ]);
});
