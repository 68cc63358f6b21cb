// Rewrites the models of the emulated Chime APIs from the botocore release that requirements.txt names, in a
// virtual environment below .local. A test checks that the committed models are of that release and have the
// operations that are served.
import { execFileSync } from 'node:child_process';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..', '..');
const models = path.join(root, 'packages/chime-local/src/services/model');
const environment = path.join(root, '.local', 'models-venv');
const python = path.join(environment, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');

const run = (command, ...args) => execFileSync(command, args, { stdio: 'inherit' });

run('python3', '-m', 'venv', environment);
run(python, '-m', 'pip', 'install', '--quiet', '-r', path.join(models, 'requirements.txt'));
run(python, path.join(models, 'generate.py'));
run(process.execPath, path.join(root, 'node_modules/@biomejs/biome/bin/biome'), 'format', '--write', models);
