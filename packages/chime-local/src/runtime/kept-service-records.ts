import path from 'node:path';
import { type Log, systemClock } from '#platform';
import { ServiceRecords } from '#service-records';
import type { EmulatedCloud } from './emulated-cloud.ts';

/** Creates the service's detail records and message logs, in the data folder and where the account wants them. */
export function keptServiceRecords(
  { voice, s3, logGroups, metrics }: Pick<EmulatedCloud, 'voice' | 's3' | 'logGroups' | 'metrics'>,
  dataDirectory: string,
  log: Log,
): ServiceRecords {
  return new ServiceRecords({
    folder: path.join(dataDirectory, 'service-records'),
    directory: voice,
    async put(bucket, key, body) {
      await s3.put(bucket, key, Buffer.from(body), { contentType: 'application/json' });
    },
    tell: (logGroup, logStream, message) => logGroups.tell(logGroup, logStream, message),
    putMetric: (Namespace, MetricName, dimensions, value) => {
      const Dimensions = Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }));
      metrics.add({ Namespace, MetricName, Dimensions }, value);
    },
    clock: systemClock,
    log: log.child('records'),
  });
}
