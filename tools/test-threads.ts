import type { TestProject } from 'vitest/node';
import { bundleThreads } from './bundle.mjs';

/**
 * Vitest's global set-up: bundles the threads of the runtime, as `npm start` does. A thread that a test starts would
 * otherwise load its hundred modules one by one, which takes half a second of CPU each time.
 */
export default async function setup(project: TestProject): Promise<void> {
  await bundleThreads();
  project.onTestsRerun(bundleThreads);
}
