import path from 'node:path';
import type { Call, CallOutput, InvokeFunction, LogMessage } from 'pstn-audio/engine';
import { type Clock, type Log, LogFile } from '#platform';
import { CallMetrics, type PutMetric } from './call-metrics.ts';
import { LegCounts } from './detail-records.ts';

/** The account's settings for service records. */
export interface RecordsDirectory {
  /** The bucket for detail records; undefined if the account has none. */
  cdrBucket(): string | undefined;
  /** Whether the application's messages are to be sent to its log group. */
  logsMessages(sipMediaApplicationId: string): boolean;
  /** The `Name` of a number of the inventory. */
  nameOfNumber(number: string): string | undefined;
}

export interface ServiceRecordsParts {
  /** Folder in which both kinds of records are kept as files, whatever the account requests. */
  folder: string;
  directory: RecordsDirectory;
  /** Stores an object on behalf of the service. @throws Error if there is no such bucket. */
  put(bucket: string, key: string, body: string): Promise<void>;
  /** Adds a line to a log group of the account. */
  tell(logGroup: string, logStream: string, message: string): void;
  /** Adds a value to a metric of the account. */
  putMetric?: PutMetric;
  clock: Clock;
  log: Log;
}

/** DG: check-logs. */
const LOG_GROUPS = '/aws/ChimeSipMediaApplicationSipMessages/';
/** DG: attributes; the rest of the key is that of Voice Connectors' records (pstn-audio 9.4). */
const CDR_FOLDER = 'Amazon-Chime-SMADRs/json';

const LEVELS: Record<LogMessage['level'], string> = { info: 'INFO', warn: 'WARN', error: 'ERROR' };

/** A call that was refused before an application heard of it. */
export interface RefusedCall {
  status: number;
  from: string;
  to: string;
  source?: { address: string; port: number; transport: string };
  why?: string;
  cure: string;
}

/** An entry of a message log; its form is not published (pstn-audio 9.5, U-15). Holds no digits and no tokens. */
interface MessageEntry {
  Timestamp: string;
  Level: string;
  AwsAccountId: string;
  AwsRegion: string;
  SipMediaApplicationId: string;
  TransactionId: string;
  InvocationEventType?: string;
  Sequence?: number;
  Message: string;
}

/** The service's own data about calls: a detail record for each leg, and the message logs of applications. */
export class ServiceRecords {
  readonly #parts: ServiceRecordsParts;
  readonly #counts = new Map<string, LegCounts>();
  readonly #cdrs: LogFile;
  readonly #messages: LogFile;
  readonly #refused: LogFile;
  readonly #metrics: CallMetrics;

  constructor(parts: ServiceRecordsParts) {
    this.#parts = parts;
    this.#cdrs = new LogFile(path.join(parts.folder, 'call-detail-records.jsonl'));
    this.#messages = new LogFile(path.join(parts.folder, 'message-logs.jsonl'));
    this.#metrics = new CallMetrics(parts.putMetric ?? (() => {}), parts.clock);
    this.#refused = new LogFile(path.join(parts.folder, 'refused-calls.jsonl'));
  }

  changed(): void {}

  did(call: Call, before: Call | undefined, outputs: readonly CallOutput[]): void {
    const { transactionId } = call;
    this.#metrics.did(call, outputs);
    const counts = this.#counts.get(transactionId) ?? new LegCounts();
    this.#counts.set(transactionId, counts);
    counts.step(call, before, outputs, this.#parts.clock.now());
    for (const output of outputs) {
      if (output.kind === 'InvokeFunction') this.#write(call, 'info', ...invoked(output));
      else if (output.kind === 'LogMessage') this.#write(call, output.level, output.text);
    }
  }

  ended(call: Call): void {
    const { directory, clock, log } = this.#parts;
    this.#metrics.ended(call);
    const counts = this.#counts.get(call.transactionId);
    this.#counts.delete(call.transactionId);
    const records = counts?.records(call, (number) => directory.nameOfNumber(number), clock.now()) ?? [];
    if (records.length === 0) return;
    const lines = records.map((record) => `${JSON.stringify(record)}\n`).join('');
    this.#cdrs.append(lines);
    const bucket = directory.cdrBucket();
    if (bucket === undefined) return;
    this.#parts.put(bucket, keyOf(call, clock.now()), lines).catch((error: Error) => {
      log.warn(
        `The call detail records of ${call.transactionId} could not be put into ${bucket}: ${error.message}`,
      );
    });
  }

  /** A telephone's leg has ended. The status is that of its refusal, or 0. */
  legEnded(legId: string, sipResponseCode: number): void {
    this.#metrics.legEnded(legId, sipResponseCode);
  }

  /** Records a call that no application heard of: who called, why it was refused, and the cure. The form is ours. */
  refused({ status, from, to, source, why, cure }: RefusedCall): void {
    const entry = {
      Timestamp: new Date(this.#parts.clock.now()).toISOString(),
      SipResponseCode: status,
      From: from,
      To: to,
      ...(source ? { Source: `${source.address}:${source.port}`, Transport: source.transport } : {}),
      ...(why === undefined ? {} : { Reason: why }),
      Cure: cure,
    };
    this.#refused.append(`${JSON.stringify(entry)}\n`);
  }

  /** Writes what is pending. */
  close(): void {
    this.#cdrs.flush();
    this.#messages.flush();
    this.#refused.flush();
    this.#metrics.close();
  }

  #write(call: Call, level: LogMessage['level'], message: string, event: object = {}): void {
    const { sipMediaApplicationId, transactionId } = call;
    const entry: MessageEntry = {
      Timestamp: new Date(this.#parts.clock.now()).toISOString(),
      Level: LEVELS[level],
      AwsAccountId: call.awsAccountId,
      AwsRegion: call.awsRegion,
      SipMediaApplicationId: sipMediaApplicationId,
      TransactionId: transactionId,
      ...event,
      Message: message,
    };
    const line = JSON.stringify(entry);
    this.#messages.append(`${line}\n`);
    const { directory, tell } = this.#parts;
    if (directory.logsMessages(sipMediaApplicationId)) {
      tell(`${LOG_GROUPS}${sipMediaApplicationId}`, transactionId, line);
    }
  }
}

function invoked({ event }: InvokeFunction): [message: string, event: object] {
  const { InvocationEventType, Sequence } = event;
  return [`The function is invoked with ${InvocationEventType}.`, { InvocationEventType, Sequence }];
}

/**
 * The object key `…/{smaId}/{yyyy}/{mm}/{dd}/{HH.MM.SS.mmm}_{transactionId}`, with the UTC time at which the
 * call ended.
 */
function keyOf({ sipMediaApplicationId, transactionId }: Call, now: number): string {
  const [day = '', time = ''] = new Date(now).toISOString().replace('Z', '').split('T');
  return `${CDR_FOLDER}/${sipMediaApplicationId}/${day.replaceAll('-', '/')}/${time.replaceAll(':', '.')}_${transactionId}`;
}
