export { AwsPort } from './aws-port.ts';
export { type AwsEndpoint, type AwsEndpointOptions, startAwsEndpoint } from './endpoint.ts';
export { signedHeaders } from './sign-request.ts';
export { openTunnels } from './tunnels.ts';
