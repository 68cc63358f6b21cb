import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** What runs in place of `aws`: hands all that a process has to one that has the AWS CLI loaded. */
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

/** A folder with an `aws` that begins at once: a test runs a hundred, and to load it takes each half a second. */
export interface LoadedAws {
  folder: string;
  stop(): void;
}

/**
 * The interpreter that runs the command, which may be a script, or a wrapper of a version manager: told by the interpreter
 * itself. Undefined for the second version of the AWS CLI, which is a program of its own.
 */
function interpreterOf(aws: string, folder: string): string | undefined {
  const told = path.join(folder, 'interpreter');
  const tells = `import os, sys\nopen(${JSON.stringify(told)}, "w").write(sys.executable)\nos._exit(0)\n`;
  writeFileSync(path.join(folder, 'sitecustomize.py'), tells);
  spawnSync(path.join(aws, 'aws'), ['--version'], { env: { ...process.env, PYTHONPATH: folder } });
  return existsSync(told) ? readFileSync(told, 'utf8') : undefined;
}

/** @param aws the folder of the AWS CLI, which is used as it is where it cannot be loaded ahead. */
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
