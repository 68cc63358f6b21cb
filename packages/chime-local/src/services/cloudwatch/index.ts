export { createCloudWatch } from './cloudwatch.ts';
export { MetricStore } from './metric-store.ts';
