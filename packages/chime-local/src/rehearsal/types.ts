import type { InvocationEvent } from 'pstn-audio';
import type { CallRecord } from 'pstn-audio/record';
import type {
  ApplicationOptions,
  ApplicationUnderTest,
  CallEnd,
  Dialling,
  Expected,
  Handler,
  Replay,
} from 'pstn-audio/testing';

// The types published here must not refer to others: a package's declarations cannot resolve imports such as
// `#name`.

/** Options of `startRehearsal`. One of `assembly`, `template`, `config`, `handler` and `application` says what to rehearse. */
export interface RehearsalOptions {
  /** Folder of the cloud assembly (`cdk.out`). */
  assembly?: string;
  /** A template of CloudFormation or SAM, YAML or JSON. */
  template?: string;
  /** A `chime-local.config.*`, as a file or as a value; paths of a value are relative to the working directory. */
  config?: string | object;
  /** The file or folder of a handler. */
  handler?: string;
  /** Values of the template's parameters, by name. */
  parameters?: Record<string, string>;
  /** Existing buckets that the application uses: for each bucket name, the folder with its files. */
  buckets?: Record<string, string>;
  /** An application that synthesises its own assembly; resolves with the assembly's folder. */
  application?: {
    assembly(request: {
      region: string;
      accountId: string;
      progress(text: string): void;
      signal: AbortSignal;
    }): Promise<string>;
  };
  /** The account's Region; us-east-1 by default. */
  region?: string;
  /** Hosts that functions may reach, or `*.example.com` for all subdomains; nothing else leaves this machine. */
  allowNetwork?: readonly string[];
  /** A data folder whose tables and objects are copied at the start. Default: what the application itself declares. */
  dataFrom?: string;
  /** Abort it to cancel the start. */
  signal?: AbortSignal;
  /** Called with each line that the services or a function print. */
  onLine?(line: { level: 'debug' | 'info' | 'warn' | 'error'; source: string; text: string }): void;
}

/** A call that a script makes and checks, virtual or with a real telephone. */
export interface ScriptedCall {
  readonly transactionId: string;
  /** Every event that was sent to the function, in order. */
  readonly events: readonly InvocationEvent[];
  /** How the call ended for the person on the phone; undefined while it is in progress. */
  readonly ended: Pick<CallEnd, 'by' | 'why' | 'at'> | undefined;
  /** The call's place in a meeting, if it has one. */
  readonly attendee: { meetingId: string; attendeeId: string; joined: boolean } | undefined;
  /** What happened, in a form for people. */
  readonly transcript: string;
  /**
   * Waits until the person on the phone begins to hear this. `within`: milliseconds of the call's time, 60,000 by default,
   * here and below.
   *
   * @throws CallExpectationError if it is not heard
   */
  hears(expected: Expected, patience?: { within?: number }): Promise<void>;
  /** Presses keys (0 to 9, `*`, `#`, A to D) one after the other. */
  press(keys: string): Promise<void>;
  /** The person on the phone hangs up. */
  hangUp(): Promise<void>;
  /** UpdateSipMediaApplicationCall with these arguments. */
  update(args?: Record<string, string>): Promise<void>;
  /** The party that the application calls rings. @throws CallExpectationError if nobody is called */
  ringing(): Promise<void>;
  /** The party that the application calls answers. @throws CallExpectationError if nobody is called */
  answered(): Promise<void>;
  /** The party that the application calls refuses; 486 by default. @throws CallExpectationError if nobody is called */
  refused(sipResponseCode?: number): Promise<void>;
  /** Waits until the call is in a meeting; returns its place. @throws CallExpectationError if it does not join one */
  joins(patience?: { within?: number }): Promise<NonNullable<ScriptedCall['attendee']>>;
  /** Waits until the call has ended; returns how it ended. @throws CallExpectationError if it does not end */
  ends(patience?: { within?: number }): Promise<NonNullable<ScriptedCall['ended']>>;
  /**
   * Waits until no invocation and no action is in progress. @throws CallExpectationError if that does not
   * happen in time
   */
  quiet(patience?: { within?: number }): Promise<void>;
  /** Lets this many milliseconds pass. */
  pass(milliseconds: number): Promise<void>;
}

/** An application that a script calls, with virtual or real telephones. */
export interface ScriptedApplication {
  /** Somebody calls the application. */
  dial(dialling?: Dialling): Promise<ScriptedCall>;
  /**
   * The application calls somebody (CreateSipMediaApplicationCall): `ringing`, the call's `answered` or
   * `refused` follow.
   */
  call(request?: Dialling & { arguments?: Record<string, string> }): Promise<ScriptedCall>;
  /** Hangs up all calls and waits until the application has done what follows. */
  finish(): Promise<void>;
}

/** An attendee of a meeting, as the handler created it. */
export interface AttendeeLeft {
  meetingId: string;
  attendeeId: string;
  externalUserId: string;
}

/** How a record is replayed. */
export interface HowToReplay {
  /** The function to invoke: by default the only one, or the one that calls lead to. */
  functionName?: string;
  /** The keys that were pressed, if the record masks them. */
  keys?: string;
  /**
   * Whether tables answer as recorded, if the record has their answers and as long as today's code answers as
   * recorded. Default: true.
   */
  recordedTables?: boolean;
}

/**
 * An application without telephones: its AWS services run, and its functions run as real processes or in this
 * one. Calls are made on a virtual clock, with `pstn-audio/testing`.
 */
export interface Rehearsal {
  /** Region, endpoint and credentials for the test's own AWS clients, which have all permissions. */
  readonly aws: {
    endpoint: string;
    region: string;
    credentials: { accessKeyId: string; secretAccessKey: string; sessionToken?: string };
  };
  /**
   * The application as calls see it, with its meetings and its sounds. Its handler is the function in its own
   * process, unless a handler of this process is given. The application returned last receives updates and
   * deletions of attendees.
   */
  application(
    options?: ApplicationOptions & { handler?: Handler; functionName?: string },
  ): Promise<ApplicationUnderTest>;
  /**
   * The same script over the wire: real SIP and RTP on the loopback, in real time, with the function in its
   * own process unless a handler of this one is given. `hears` waits until the sound itself has arrived at
   * the telephone.
   */
  application(options: {
    over: 'sip';
    handler?: Handler;
    functionName?: string;
  }): Promise<ScriptedApplication>;
  /** The function as a real process, by its name or by a unique part of it. */
  handler(functionName?: string): Handler;
  /**
   * The environment that the function has on Lambda, as far as its code uses it: for a handler that runs in
   * the test's own process. Set it before the handler is imported.
   */
  environmentOf(functionName?: string): Record<string, string>;
  /** Names of the application's functions. */
  readonly functionNames: readonly string[];
  /**
   * Replays a recorded call with today's code. Items that have the call's id in a value are removed from the
   * tables first, as the function would otherwise find them from the beginning.
   *
   * @throws ReplayError if the record cannot be replayed
   */
  replay(record: CallRecord, how?: HowToReplay): Promise<Replay>;
  /**
   * Every item of a table, by the table's name or a unique part of it. Plain JSON: sets are lists, and
   * integers beyond 2^53 are texts.
   */
  items(table: string): Promise<Record<string, unknown>[]>;
  /** Every attendee of every meeting, whoever created it. */
  attendees(): AttendeeLeft[];
  /**
   * Ends every meeting, as DeleteMeeting or a time limit does; calls leave their meetings, and their function
   * is told.
   */
  endMeetings(): Promise<void>;
  /** Restores the initial content of the tables and removes all meetings. */
  reset(): Promise<void>;
  /** Stops the functions' processes and the services. */
  close(): Promise<void>;
}
