import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { request } from 'node:http';
import { networkInterfaces, tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  descendants,
  type Endpoints,
  eventually,
  RunningStack,
  runs,
  StartedProcess,
  Telephone,
} from '#testkit';

/** Milliseconds within which an end that waits for nobody must be done on a busy machine. */
const SOON_MS = 20_000;
const lan = Object.values(networkInterfaces()).some((addresses) =>
  addresses?.some(({ family, internal }) => family === 'IPv4' && !internal),
);

/** GET with any Host header, which `fetch` does not allow. */
function get(
  url: string,
  host: string,
): Promise<{ status: number; headers: NodeJS.Dict<string | string[]> }> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { headers: { host } }, (response) => {
      response.resume();
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers }));
    });
    asked.on('error', reject).end();
  });
}

describe('a running stack', () => {
  let start: StartedProcess;
  let endpoints: Endpoints;

  beforeAll(async () => {
    start = StartedProcess.onFreePorts(['--ephemeral', ...(lan ? ['--lan'] : [])], {
      CHIME_LOCAL_PYTHON: '/nowhere/python3',
    });
    endpoints = (await start.ready()) as unknown as Endpoints;
    await start.says('Ready in');
  });
  afterAll(() => start?.destroy());

  const post = (route: string): Promise<Response> =>
    fetch(`${endpoints.api}${route}`, {
      method: 'POST',
      headers: { authorization: endpoints.apiAuthorization, 'content-type': 'application/json' },
      body: JSON.stringify({
        transactionId: '00000000-0000-4000-8000-000000000000',
        updateInfo: 'MuteAttendee',
      }),
    });

  it('The start prints where everything is, in one column', () => {
    const block = start.output.slice(start.output.indexOf('Ready in'));
    expect(block).toMatch(/^Ready in \d+\.\d s\. Ctrl-C ends calls and stops\./);
    const rows = block.split('\n').filter((line) => /^ {2}\S/.test(line));
    expect(rows.map((row) => row.slice(0, 8))).toEqual([
      '  Phone ',
      '  Dial  ',
      '  PIN   ',
      '  Page  ',
      '  Calls ',
      '  API   ',
      '  AWS   ',
    ]);
    for (const value of [
      endpoints.phone,
      endpoints.phoneNumber,
      endpoints.pin,
      endpoints.console,
      endpoints.api,
      endpoints.awsEndpoint,
    ]) {
      expect(block).toContain(value);
    }
    expect(block).toContain(`sip:${endpoints.phoneNumber}@${endpoints.sip.host}:${endpoints.sip.port}`);
    expect(start.output).not.toContain(endpoints.awsSecretAccessKey);
    expect(start.output).not.toContain(endpoints.apiAuthorization);
  });

  it('A file that only its owner can read tells scripts the same', () => {
    expect(statSync(start.endpointsFile).mode & 0o777).toBe(0o600);
    expect(endpoints).toMatchObject({
      console: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      api: `${endpoints.console}/api`,
      apiAuthorization: expect.stringMatching(/^Bearer ey/),
      phoneNumber: expect.stringMatching(/^\+1\d{10}$/),
      sipMediaApplicationId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      pin: expect.stringMatching(/^\d{8,}$/),
      pid: start.pid,
    });
  });

  it('A stack works without Python and refuses only what needs it', async () => {
    await start.says(/Python functions need python3.*install it.*Everything else works/);
    expect((await post('/updateCallNode')).status).toBe(404);
    expect((await post('/updateCallPython')).status).toBeGreaterThanOrEqual(500);
    expect((await post('/queryMeetings')).status).toBe(200);
  });

  it('The page is served with its configuration and a content security policy', async () => {
    const page = await fetch(endpoints.console);
    expect(page.status).toBe(200);
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    const policy = page.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self'");
    expect(policy).not.toMatch(/unsafe-(inline|eval)/);
    expect(page.headers.get('x-content-type-options')).toBe('nosniff');
    const config = (await (await fetch(`${endpoints.console}/config.json`)).json()) as Record<
      string,
      unknown
    >;
    expect(config).toMatchObject({
      apiUrl: endpoints.api,
      activityUrl: expect.stringContaining('/activity'),
    });
    expect(JSON.stringify(config)).not.toContain(endpoints.pin);
    expect(JSON.stringify(config)).not.toMatch(/\$\{|<<marker/i);
    expect((await fetch(`${endpoints.console}/nothing-here`)).status).toBe(404);
    expect((await fetch(`${endpoints.console}/..%2f..%2fetc%2fpasswd`)).status).toBe(404);
    expect((await fetch(`${endpoints.console}/activity`)).status).toBe(401);
  });

  it('The stack answers to one host name only', async () => {
    const { port } = new URL(endpoints.console);
    const moved = await get(`${endpoints.console}/x?y=1`, `localhost:${port}`);
    expect([moved.status, moved.headers.location]).toEqual([307, `${endpoints.console}/x?y=1`]);
    for (const host of ['evil.example', `evil.example:${port}`, '127.0.0.1']) {
      expect([host, (await get(endpoints.console, host)).status]).toEqual([host, 421]);
    }
    const aws = await get(`${endpoints.awsEndpoint}/`, 'evil.example');
    expect(aws.status).toBeGreaterThanOrEqual(400);
    expect(aws.headers['access-control-allow-origin']).toBeUndefined();
  });

  it('A second stack on the same endpoints file is refused', async () => {
    const args = ['--port', '0', '--sip-port', '0', '--ephemeral', '--endpoints', start.endpointsFile];
    const second = new StartedProcess(args);
    expect(await second.ended()).toBe(1);
    expect(second.errors.trim()).toMatch(
      new RegExp(`^A stack runs here already \\(process ${start.pid}\\); stop it first`),
    );
    expect(existsSync(start.endpointsFile)).toBe(true);
    await second.destroy();
  });

  it.runIf(lan)('Telephones of the local network may call, and nothing else', async () => {
    const { sip, console: page, awsEndpoint, phoneNumber } = endpoints;
    expect(sip.host).not.toBe('127.0.0.1');
    for (const url of [page, awsEndpoint]) {
      expect(new URL(url).hostname).toBe('127.0.0.1');
      await expect(fetch(url.replace('127.0.0.1', sip.host))).rejects.toThrow();
    }
    const phone = await Telephone.call({ server: sip, to: phoneNumber, from: '+15557770009' });
    await start.says('+15557770009 calls');
    await phone.hangUp();
    await start.says(/\+15557770009 is gone after \d+ s: the far end hung up\./);
  });

  it('Ctrl-C ends the stack and leaves nothing behind', async () => {
    const children = descendants(start.pid);
    expect(children.length).toBeGreaterThan(0);
    start.kill('SIGINT');
    expect(await start.ended()).toBe(0);
    expect(existsSync(start.endpointsFile)).toBe(false);
    await eventually('no child is left', () => !children.some(runs));
    expect(start.leftovers).toEqual([]);
    expect(start.errors).toBe('');
  });
});

describe('a stack that is stopped', () => {
  it('SIGTERM hangs up, tells the functions, and ends with 0', async () => {
    const stack = await RunningStack.start();
    const { sip, phoneNumber } = stack.endpoints;
    const phone = await Telephone.call({ server: sip, to: phoneNumber, from: '+15557770001' });
    expect(await stack.stop('SIGTERM')).toBe(0);
    await phone.until('BYE', () => phone.ended);
    phone.close();
  });

  it('A stop during the start ends soon and leaves nothing behind', async () => {
    for (const moment of [700, 1300, 1900]) {
      const start = StartedProcess.onFreePorts(['--ephemeral']);
      await new Promise((resolve) => setTimeout(resolve, moment));
      const children = descendants(start.pid);
      const asked = performance.now();
      start.kill('SIGINT');
      await start.ended();
      expect(performance.now() - asked).toBeLessThan(SOON_MS);
      expect(existsSync(start.endpointsFile)).toBe(false);
      await eventually('no child is left', () => !children.some(runs));
      expect(start.leftovers).toEqual([]);
      expect(start.errors).not.toMatch(/\n\s+at /);
      await start.destroy();
    }
  });

  it('A second Ctrl-C ends at once', async () => {
    const start = StartedProcess.onFreePorts(['--ephemeral']);
    const { sip, phoneNumber } = (await start.ready()) as unknown as Endpoints;
    // A phone that answers nothing: a graceful end waits for it.
    const phone = await Telephone.call({ server: sip, to: phoneNumber, from: '+15557770002' });
    phone.close();
    start.kill('SIGINT');
    await start.says('Ctrl-C again');
    const asked = performance.now();
    start.kill('SIGINT');
    expect(await start.ended()).toBe(130);
    expect(performance.now() - asked).toBeLessThan(SOON_MS);
    await start.destroy();
  });

  it('Two stacks do not share one data folder', async () => {
    const data = mkdtempSync(path.join(tmpdir(), 'shared-data-'));
    const first = StartedProcess.onFreePorts(['--data', data]);
    await first.ready();
    const second = StartedProcess.onFreePorts(['--data', data]);
    expect(await second.ended()).toBe(1);
    expect(second.errors.trim()).toMatch(
      /^Another stack uses the data folder .*--data DIR or --ephemeral\.$/,
    );
    await Promise.all([first.destroy(), second.destroy()]);
    rmSync(data, { recursive: true, force: true });
  });
});
