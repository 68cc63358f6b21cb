// Runs after a package was packed (`postpack`), in its folder: restores the checkout's manifest.
import { rmSync } from 'node:fs';
import path from 'node:path';
import { restoreManifest } from './manifest.mjs';

rmSync(path.join(process.cwd(), 'LICENSE'), { force: true });
restoreManifest(process.cwd());
