export { AwsPort } from './aws-port.ts';
export { type AwsEndpoint, type AwsEndpointOptions, startAwsEndpoint } from './endpoint.ts';
export { signedHeaders } from './sign-request.ts';
