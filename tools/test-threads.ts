import { spawn } from 'node:child_process';
import path from 'node:path';
import type { TestProject } from 'vitest/node';
import { bundleThreads } from './bundle.mjs';

/**
 * Vitest's global set-up: bundles the threads of the runtime, as `npm start` does. A thread that a test starts would
 * otherwise load its hundred modules one by one, which takes half a second of CPU each time. Where unit tests run first,
 * what the whole calls after them start from is built meanwhile.
 */
export default async function setup(project: TestProject): Promise<() => void> {
  await bundleThreads();
  project.onTestsRerun(bundleThreads);
  const { root } = project.vitest.config;
  const wholeCalls = path.join(root, 'tests', path.sep);
  const kinds = new Set(project.vitest.state.getPaths().map((file) => file.startsWith(wholeCalls)));
  if (kinds.size < 2) return () => {};
  // Who needs a build that failed or is not there yet builds it, and says why it cannot be built.
  const building = spawn(process.execPath, [path.join('tools', 'build-ahead.mjs')], {
    cwd: root,
    stdio: 'ignore',
  });
  return () => void building.kill();
}
