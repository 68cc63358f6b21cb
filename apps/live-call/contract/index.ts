/**
 * The front door of the contract: the documents exchanged by the web client, the API's functions and other
 * users of the API.
 */
export * from './operator-api.ts';
export * from './routes.ts';
