export { type AwsEndpoint, type AwsEndpointOptions, startAwsEndpoint } from './endpoint.ts';
