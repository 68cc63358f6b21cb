/** The content of `.local/endpoints.json`, which tells scripts and tests where a running stack is. */
export interface Endpoints {
  /** URL of the application's web page; empty if it has none. */
  console: string;
  /** URL of the phone page. */
  phone: string;
  /** URL of the page that lists and shows calls. */
  calls: string;
  /** Base URL of the API's routes. */
  api: string;
  /** Value of the `Authorization` header for the API. */
  apiAuthorization: string;
  /** Base URL of the emulated AWS APIs. */
  awsEndpoint: string;
  /** Region and credentials for the emulated AWS APIs. They allow everything, as they are the operator's own. */
  awsRegion: string;
  awsAccessKeyId: string;
  awsSecretAccessKey: string;
  /**
   * Address of SIP. `certificate`: a file that phones using `tlsPort` must trust; `password`: for phones that
   * register from the network (`--lan`).
   */
  sip: { host: string; port: number; tlsPort?: number; certificate?: string; password?: string };
  /** The first of `phoneNumbers` and the application that it leads to; empty if there is none. */
  phoneNumber: string;
  sipMediaApplicationId: string;
  /** Every number that leads to a SIP media application, with the application's id and name. */
  phoneNumbers: { phoneNumber: string; sipMediaApplicationId: string; name: string }[];
  /** Id of the process that runs all this. */
  pid: number;
}
