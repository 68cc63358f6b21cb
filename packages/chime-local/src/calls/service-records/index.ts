/** The front door of what the service itself keeps of calls: detail records and message logs. */
export { type RecordsDirectory, ServiceRecords } from './service-records.ts';
