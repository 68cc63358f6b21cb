import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** Runs in place of `aws`: hands everything that a process has to a process in which the AWS CLI is already loaded. */
const command = (interpreter: string, socket: string): string => `#!${interpreter} -IS
import json, os, socket, sys
server = socket.socket(socket.AF_UNIX)
server.connect(${JSON.stringify(socket)})
text = json.dumps({"args": sys.argv[1:], "cwd": os.getcwd(), "env": dict(os.environ)}).encode()
socket.send_fds(server, [len(text).to_bytes(4, "big")], [0, 1, 2])
server.sendall(text)
code = server.recv(1)
sys.exit(code[0] if code else 255)
`;

/**
 * A folder with an `aws` that starts immediately: a test runs a hundred, and loading the CLI takes half a
 * second each time.
 */
export interface LoadedAws {
  folder: string;
  stop(): void;
}

/**
 * The interpreter that runs the command, as the interpreter itself reports it: the command may be a script or
 * a version manager's wrapper. Undefined for version 2 of the AWS CLI, which is a self-contained program.
 */
function interpreterOf(aws: string, folder: string): string | undefined {
  const told = path.join(folder, 'interpreter');
  const tells = `import os, sys\nopen(${JSON.stringify(told)}, "w").write(sys.executable)\nos._exit(0)\n`;
  writeFileSync(path.join(folder, 'sitecustomize.py'), tells);
  spawnSync(path.join(aws, 'aws'), ['--version'], { env: { ...process.env, PYTHONPATH: folder } });
  return existsSync(told) ? readFileSync(told, 'utf8') : undefined;
}

/** @param aws the folder of the AWS CLI, which is used as it is if it cannot be loaded in advance. */
export async function loadAws(aws: string): Promise<LoadedAws> {
  const folder = mkdtempSync(path.join(tmpdir(), 'loaded-aws-'));
  const interpreter = interpreterOf(aws, folder);
  if (interpreter === undefined) {
    rmSync(folder, { recursive: true, force: true });
    return { folder: aws, stop() {} };
  }
  const socket = path.join(folder, 'socket');
  const server: ChildProcess = spawn(interpreter, [path.join(import.meta.dirname, 'serve_aws.py'), socket], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const stop = (): void => {
    server.kill();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await Promise.race([
      once(server.stdout as NodeJS.ReadableStream, 'data'),
      once(server, 'exit').then(([code]) => {
        throw new Error(`The AWS CLI of ${aws} could not be loaded: its process ended with ${code}.`);
      }),
    ]);
    const bin = path.join(folder, 'bin');
    mkdirSync(bin);
    writeFileSync(path.join(bin, 'aws'), command(interpreter, socket), { mode: 0o755 });
    return { folder: bin, stop };
  } catch (error) {
    stop();
    throw error;
  }
}
