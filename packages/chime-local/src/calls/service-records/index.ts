/** The front door of what the service itself keeps of calls: detail records and message logs. */
export { ServiceRecords } from './service-records.ts';
