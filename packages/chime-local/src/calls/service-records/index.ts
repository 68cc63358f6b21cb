/** Public entry point of the service's own data about calls: detail records and message logs. */
export { ServiceRecords } from './service-records.ts';
