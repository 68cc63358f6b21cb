/** `.local/endpoints.json`: where a running stack is found, for scripts and tests. */
export interface Endpoints {
  /** URL of the application's web page; empty when it has none. */
  console: string;
  /** URL of the page with a telephone. */
  phone: string;
  /** URL of the page that lists calls and shows each. */
  calls: string;
  /** Base URL of the API's routes. */
  api: string;
  /** Value of the `Authorization` header for the API. */
  apiAuthorization: string;
  /** Base URL of the emulated AWS APIs. */
  awsEndpoint: string;
  /** Region and credentials for the emulated AWS APIs. They may do everything, as the person at the machine may. */
  awsRegion: string;
  awsAccessKeyId: string;
  awsSecretAccessKey: string;
  /** Where SIP is. `certificate`: a file for phones to trust on `tlsPort`; `password`: for phones that register from the network (`--lan`). */
  sip: { host: string; port: number; tlsPort?: number; certificate?: string; password?: string };
  /** The first of `phoneNumbers`, and the application that it leads to; empty when there is none. */
  phoneNumber: string;
  sipMediaApplicationId: string;
  /** Every number that leads to a SIP media application, with the application's id and name. */
  phoneNumbers: { phoneNumber: string; sipMediaApplicationId: string; name: string }[];
  /** Id of the process that runs all this. */
  pid: number;
}
