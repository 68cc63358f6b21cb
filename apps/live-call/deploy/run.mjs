// Behind ./deploy.sh, ./destroy.sh and ./status.sh: installs what is missing, then runs the command. Plain
// JavaScript, since nothing else may be installed yet.
import { spawn } from 'node:child_process';
import path from 'node:path';
import { ensureDependencies, root } from '../../../tools/dependencies.mjs';

const [command = '', ...args] = process.argv.slice(2);
await ensureDependencies(args);
const main = path.join(import.meta.dirname, 'main.ts');
// Ctrl-C reaches both processes; the inner one decides what it means and reports it.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => undefined);
const child = spawn(process.execPath, ['--import', 'tsx', main, command, ...args], {
  cwd: root,
  stdio: 'inherit',
});
child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 1)));
