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

// What is published here stands by itself: declarations of a package know no `#name`.

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
  /** Buckets that the application finds there: the name of each, and the folder whose files it has. */
  buckets?: Record<string, string>;
  /** An application that makes its assembly; resolves with the assembly's folder. */
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
  /** Hosts that functions may reach, or `*.example.com` for all below one; nothing else leaves this machine. */
  allowNetwork?: readonly string[];
  /** A data folder whose tables and objects to begin with, as a copy. Default: what the application itself declares. */
  dataFrom?: string;
  /** Abort it to give the start up. */
  signal?: AbortSignal;
  /** Called with each line that the services or a function print. */
  onLine?(line: { level: 'debug' | 'info' | 'warn' | 'error'; source: string; text: string }): void;
}

/** A call as a script says and expects it, virtual or by a real telephone. */
export interface ScriptedCall {
  readonly transactionId: string;
  /** Every event that was sent to the function, in order. */
  readonly events: readonly InvocationEvent[];
  /** How it ended for the person on the phone; undefined while it goes on. */
  readonly ended: Pick<CallEnd, 'by' | 'why' | 'at'> | undefined;
  /** Its place in a meeting, if it has one. */
  readonly attendee: { meetingId: string; attendeeId: string; joined: boolean } | undefined;
  /** What happened, for people. */
  readonly transcript: string;
  /**
   * Waits until the person on the phone begins to hear this. `within`: milliseconds of the call's time, 60,000 by default,
   * here and below.
   *
   * @throws CallExpectationError when it is not heard
   */
  hears(expected: Expected, patience?: { within?: number }): Promise<void>;
  /** Keys (0 to 9, `*`, `#`, A to D) are pressed one after the other. */
  press(keys: string): Promise<void>;
  /** The person on the phone hangs up. */
  hangUp(): Promise<void>;
  /** UpdateSipMediaApplicationCall with these arguments. */
  update(args?: Record<string, string>): Promise<void>;
  /** Whom the application calls says that it rings. @throws CallExpectationError when nobody is called */
  ringing(): Promise<void>;
  /** Whom the application calls answers. @throws CallExpectationError when nobody is called */
  answered(): Promise<void>;
  /** Whom the application calls refuses; 486 by default. @throws CallExpectationError when nobody is called */
  refused(sipResponseCode?: number): Promise<void>;
  /** Waits until the call is in a meeting; gives its place. @throws CallExpectationError when it does not get there */
  joins(patience?: { within?: number }): Promise<NonNullable<ScriptedCall['attendee']>>;
  /** Waits until the call has ended, and says how. @throws CallExpectationError when it goes on */
  ends(patience?: { within?: number }): Promise<NonNullable<ScriptedCall['ended']>>;
  /** Until nothing is under way: no function is asked, no action is in progress. @throws CallExpectationError when it does not end */
  quiet(patience?: { within?: number }): Promise<void>;
  /** Lets so many milliseconds go by. */
  pass(milliseconds: number): Promise<void>;
}

/** An application as a script calls it, by virtual or by real telephones. */
export interface ScriptedApplication {
  /** Somebody calls the application. */
  dial(dialling?: Dialling): Promise<ScriptedCall>;
  /** The application calls somebody (CreateSipMediaApplicationCall): `ringing`, `answered` or `refused` say what they do. */
  call(request?: Dialling & { arguments?: Record<string, string> }): Promise<ScriptedCall>;
  /** Hangs up for everybody, and waits until the application has done what follows. */
  finish(): Promise<void>;
}

/** An attendee of a meeting, as its handler made it. */
export interface AttendeeLeft {
  meetingId: string;
  attendeeId: string;
  externalUserId: string;
}

/** How a record is replayed. */
export interface HowToReplay {
  /** The function that is asked: by default the only one, or the one that calls lead to. */
  functionName?: string;
  /** The keys that were pressed, where the record masks them. */
  keys?: string;
  /**
   * Tables answer as they did then, where the record tells it and as long as today's code answers as then. Default: true.
   */
  recordedTables?: boolean;
}

/**
 * An application without telephones: its AWS services are there, and its functions run as real processes, or in this one.
 * Calls are made on a virtual clock, by `pstn-audio/testing`.
 */
export interface Rehearsal {
  /** Region, endpoint and credentials for the AWS clients of the test itself, which may do everything. */
  readonly aws: {
    endpoint: string;
    region: string;
    credentials: { accessKeyId: string; secretAccessKey: string; sessionToken?: string };
  };
  /**
   * The application as calls see it, with its meetings and its sounds. Its handler is the function in its own process,
   * unless one of this process is given. The one that was made last hears of updates and of attendees that are deleted.
   */
  application(
    options?: ApplicationOptions & { handler?: Handler; functionName?: string },
  ): Promise<ApplicationUnderTest>;
  /**
   * The same script over the wire: real SIP and RTP on the loopback, time as it is, the function in its own process unless a handler
   * of this one is given. `hears` waits until the sound itself has come out of the telephone.
   */
  application(options: {
    over: 'sip';
    handler?: Handler;
    functionName?: string;
  }): Promise<ScriptedApplication>;
  /** The function as a real process, by its name, or by a part of it that no other has. */
  handler(functionName?: string): Handler;
  /**
   * The environment that the function has on Lambda, as far as its code looks at it: for a handler that runs in the test's
   * own process. Set it before the handler is imported.
   */
  environmentOf(functionName?: string): Record<string, string>;
  /** Names of the application's functions. */
  readonly functionNames: readonly string[];
  /**
   * A recorded call with today's code. Items that have the call's id in a value are removed from the tables first: the
   * function would find them from the beginning.
   *
   * @throws ReplayError when the record cannot be replayed
   */
  replay(record: CallRecord, how?: HowToReplay): Promise<Replay>;
  /** Every item of a table, by the table's name or a part of it that no other has. Plain JSON. */
  items(table: string): Promise<Record<string, unknown>[]>;
  /** Every attendee of every meeting, whoever made it. */
  attendees(): AttendeeLeft[];
  /** Ends every meeting, as DeleteMeeting and time do; calls that are in one leave it, and their function is told. */
  endMeetings(): Promise<void>;
  /** Puts tables back to what they began with, and removes all meetings. */
  reset(): Promise<void>;
  /** Ends the functions' processes and the services. */
  close(): Promise<void>;
}
