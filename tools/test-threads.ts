import { spawn } from 'node:child_process';
import path from 'node:path';
import type { TestProject } from 'vitest/node';
import { bundleThreads } from './bundle.mjs';

/**
 * Vitest's global set-up: bundles the threads of the runtime, as `npm start` does. Otherwise a thread that a
 * test starts would load its hundred modules one by one, which takes half a second of CPU each time. Where
 * unit tests run first, the builds that the later whole-call tests start from are made meanwhile.
 */
export default async function setup(project: TestProject): Promise<() => void> {
  await bundleThreads();
  project.onTestsRerun(bundleThreads);
  const { root } = project.vitest.config;
  const wholeCalls = path.join(root, 'tests', path.sep);
  const kinds = new Set(project.vitest.state.getPaths().map((file) => file.startsWith(wholeCalls)));
  if (kinds.size < 2) return () => {};
  // A test that needs a build that failed or is not there yet builds it, and reports why it cannot be built.
  const building = spawn(process.execPath, [path.join('tools', 'build-ahead.mjs')], {
    cwd: root,
    stdio: 'ignore',
  });
  return () => void building.kill();
}
