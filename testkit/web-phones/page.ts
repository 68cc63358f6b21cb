/**
 * The interface of a test's telephone page, as `window.phone`, the same for each library. `log` contains the
 * events in order: `registered`, `registration failed 403`, `ringing`, `called`, `confirmed`, `ended`,
 * `failed 404`, `reinvited`.
 */
export interface PhonePage {
  readonly log: string[];
  /** Registers; the result is in the log. */
  start(options: PhoneStart): Promise<void>;
  call(number: string): Promise<void>;
  /** Answers the incoming call. */
  answer(): Promise<void>;
  /** Sends BYE, CANCEL or a refusal, whichever fits. */
  hangUp(): Promise<void>;
  /** Sends keys as RFC 4733 packets or by SIP INFO. */
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
  /** Frequency that the page sends, Hz; silence if absent. */
  toneHz?: number;
  /** The only MIME types that are offered, e.g. `audio/PCMU`, in this order. Default: the browser's own. */
  codecs?: string[];
  /** Lifetime of the registration in seconds; default: the library's own. */
  expires?: number;
}

/** What a page hears, and the state of its media. */
export interface PageMedia {
  /**
   * Level of the frequency in the received sound, in decibels relative to full scale; very negative in
   * silence.
   */
  levelAt(hz: number): number;
  /** State of the newest connection: `new`, `connected`, `failed` and so on; empty if there is none. */
  connection(): string;
  /** Number of received packets, and their codec (`audio/PCMU`). */
  inbound(): Promise<{ packets: number; codec: string; lost: number }>;
}

declare global {
  interface Window {
    phone: PhonePage;
    media: PageMedia;
  }
}
