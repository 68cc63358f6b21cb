// Prints the variables that point the AWS CLI and SDKs at the running stack: eval "$(node tools/aws-env.mjs)"
import { importBundled } from './bundle.mjs';
import { root } from './dependencies.mjs';

const { printAwsEnvironment } = await importBundled('packages/chime-local/src/cli/aws-env.ts');
// An endpoints file other than the default one, as written by `npm start -- --endpoints FILE`, may be named.
const args = process.argv.slice(2);
printAwsEnvironment(args.length > 0 ? process.cwd() : root, args);
