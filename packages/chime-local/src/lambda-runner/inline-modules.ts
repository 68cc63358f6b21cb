import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { RUNTIME_DIRECTORY } from './environment.ts';

/** A file that Lambda adds to code written in a template; `name` is relative to the code's folder. */
export interface InlineModule {
  name: string;
  text: string;
}

/**
 * The modules that send responses of custom resources to CloudFormation. CloudFormation user guide,
 * "cfn-response module".
 */
export function inlineModules(runtime: string): InlineModule[] {
  const read = (name: string): string => readFileSync(join(RUNTIME_DIRECTORY, 'inline', name), 'utf8');
  if (runtime.startsWith('python')) return [{ name: 'cfnresponse.py', text: read('cfnresponse.py') }];
  return [{ name: join('node_modules', 'cfn-response', 'index.js'), text: read('cfn-response.js') }];
}
