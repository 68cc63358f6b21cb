/** The documents between the web client, the API's functions and whoever uses the API. */
export * from './operator-api.ts';
export * from './routes.ts';
