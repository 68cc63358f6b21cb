export { AwsPort } from './aws-port.ts';
export { type AwsEndpoint, startAwsEndpoint } from './endpoint.ts';
