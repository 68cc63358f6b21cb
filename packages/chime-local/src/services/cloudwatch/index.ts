export { createCloudWatch } from './cloudwatch.ts';
