/**
 * What a telephone page of a test offers to the test, as `window.phone`: the same for each library. What happened is
 * in `log`, in order: `registered`, `registration failed 403`, `ringing`, `called`, `confirmed`, `ended`,
 * `failed 404`, `reinvited`.
 */
export interface PhonePage {
  readonly log: string[];
  /** Registers; what comes of it is in the log. */
  start(options: PhoneStart): Promise<void>;
  call(number: string): Promise<void>;
  /** Answers the call that came. */
  answer(): Promise<void>;
  /** BYE, CANCEL or a refusal, whichever fits. */
  hangUp(): Promise<void>;
  /** Keys: as RFC 4733 packets or as SIP INFO. */
  press(keys: string, by: 'rtp' | 'info'): Promise<void>;
  hold(held: boolean): Promise<void>;
  restartIce(): Promise<void>;
  /** Ends the registration and closes the socket. */
  stop(): Promise<void>;
}

export interface PhoneStart {
  /** `ws://…/sip` */
  url: string;
  number: string;
  /** What the page says, Hz; silence when absent. */
  toneHz?: number;
  /** MIME types such as `audio/PCMU` in the order in which they are offered, and no others. Default: the browser's own. */
  codecs?: string[];
  /** s; default: the library's own. */
  expires?: number;
}

/** What a page is hearing and how its media goes. */
export interface PageMedia {
  /** Power of the frequency in what comes, in decibels below full scale; very negative in silence. */
  levelAt(hz: number): number;
  /** `new`, `connected`, `failed` and so on, of the last connection; empty before one. */
  connection(): string;
  /** Packets that came, and the codec they came in (`audio/PCMU`). */
  inbound(): Promise<{ packets: number; codec: string; lost: number }>;
}

declare global {
  interface Window {
    phone: PhonePage;
    media: PageMedia;
  }
}
