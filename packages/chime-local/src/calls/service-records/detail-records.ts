import type { Call, CallOutput, Leg } from 'pstn-audio/engine';

/**
 * A call detail record, which describes one leg of a call. Every field is text. DG: attributes; what the page
 * leaves open is our choice (pstn-audio 9.4, U-14).
 */
export interface DetailRecord {
  AwsAccountId: string;
  TransactionId: string;
  CallId: string;
  VoiceConnectorId: string;
  Status: 'Completed' | 'Failed';
  BillableDurationSeconds: string;
  SchemaVersion: string;
  SourcePhoneNumber: string;
  SourcePhoneNumberName: string;
  DestinationPhoneNumber: string;
  DestinationPhoneNumberName: string;
  UsageType: string;
  ServiceCode: string;
  Direction: 'Inbound' | 'Outbound';
  TimeStampEpochSeconds: string;
  Region: string;
  SipRuleId: string;
  SipApplicationId: string;
  CallLegTriggerType: string;
  BillableVoiceFocusSeconds: string;
}

/** The version in the records of Voice Connectors. AG: Voice Connector CDRs. */
const SCHEMA_VERSION = '2.0';
/** The service code in the AWS price list. */
const SERVICE_CODE = 'AmazonChimeServices';
const SECOND_MS = 1000;

/** A leg with its times, in milliseconds since the epoch. */
interface CountedLeg {
  readonly legId: string;
  readonly from: string;
  readonly to: string;
  readonly direction: 'Inbound' | 'Outbound';
  readonly kind: 'telephone' | 'meeting';
  readonly trigger: string;
  readonly connectorId: string;
  readonly startTime: number;
  connectedAt?: number;
  endedAt?: number;
  voiceFocusSince?: number;
  voiceFocusMs: number;
}

/** Tracks the legs of one call for its detail records. */
export class LegCounts {
  readonly #legs = new Map<string, CountedLeg>();
  /** The id of the Voice Connector that is being called, taken from its ARN. */
  #connectorId = '';

  /** Takes a step of the call into account. */
  step(call: Call, before: Call | undefined, outputs: readonly CallOutput[], now: number): void {
    for (const output of outputs) {
      if (output.kind === 'DialLeg') this.#connectorId = output.connectorArn?.split('/').at(-1) ?? '';
      if (output.kind === 'SetVoiceFocus') this.#setVoiceFocus(output.legId, output.enabled, now);
    }
    for (const { legId, from, to, startTime } of call.dialling) {
      if (legId === null || this.#legs.has(legId)) continue;
      const dialled = { legId, from, to, startTime, direction: 'Outbound', kind: 'telephone' } as const;
      const counted = {
        ...dialled,
        trigger: 'CallAndBridge',
        connectorId: this.#connectorId,
        voiceFocusMs: 0,
      };
      this.#legs.set(legId, counted);
    }
    for (const leg of call.legs) this.#see(call, leg, now);
    for (const { legId } of [...(before?.legs ?? []), ...(before?.dialling ?? [])]) {
      if (legId !== null && !isThere(call, legId)) this.#end(legId, now);
    }
  }

  /** The detail records of the call, which is over. */
  records(call: Call, nameOf: (number: string) => string | undefined, now: number): DetailRecord[] {
    for (const legId of this.#legs.keys()) this.#end(legId, now);
    return [...this.#legs.values()].map((leg) => recordOf(call, leg, nameOf));
  }

  #see(call: Call, leg: Leg, now: number): void {
    let counted = this.#legs.get(leg.legId);
    if (!counted) {
      const { legId, from, to, direction, kind, startTime } = leg;
      const first = call.sipRuleId === undefined ? 'CreateSipMediaApplicationCall' : 'SipRule';
      const trigger = kind === 'meeting' ? 'JoinChimeMeeting' : first;
      counted = { legId, from, to, direction, kind, trigger, connectorId: '', startTime, voiceFocusMs: 0 };
      this.#legs.set(legId, counted);
    }
    if (leg.status === 'connected') counted.connectedAt ??= now;
    if (leg.status === 'ended') this.#end(leg.legId, now);
  }

  #setVoiceFocus(legId: string, enabled: boolean, now: number): void {
    const leg = this.#legs.get(legId);
    if (!leg) return;
    stopVoiceFocus(leg, now);
    if (enabled) leg.voiceFocusSince = now;
  }

  #end(legId: string, now: number): void {
    const leg = this.#legs.get(legId);
    if (!leg || leg.endedAt !== undefined) return;
    leg.endedAt = now;
    stopVoiceFocus(leg, now);
  }
}

function stopVoiceFocus(leg: CountedLeg, now: number): void {
  if (leg.voiceFocusSince !== undefined) leg.voiceFocusMs += now - leg.voiceFocusSince;
  delete leg.voiceFocusSince;
}

/** Whether the leg has not ended: it is in the call or is being dialled. */
function isThere(call: Call, legId: string): boolean {
  return (
    call.legs.some((leg) => leg.legId === legId && leg.status !== 'ended') ||
    call.dialling.some((dialled) => dialled.legId === legId)
  );
}

function recordOf(call: Call, leg: CountedLeg, nameOf: (number: string) => string | undefined): DetailRecord {
  const { connectedAt, endedAt = leg.startTime } = leg;
  const billable = connectedAt === undefined ? 0 : endedAt - connectedAt;
  return {
    AwsAccountId: call.awsAccountId,
    TransactionId: call.transactionId,
    CallId: leg.legId,
    VoiceConnectorId: leg.connectorId,
    Status: connectedAt === undefined ? 'Failed' : 'Completed',
    BillableDurationSeconds: secondsOf(billable),
    SchemaVersion: SCHEMA_VERSION,
    SourcePhoneNumber: leg.from.replace(/^\+/, ''),
    SourcePhoneNumberName: nameOf(leg.from) ?? '',
    DestinationPhoneNumber: leg.to.replace(/^\+/, ''),
    DestinationPhoneNumberName: nameOf(leg.to) ?? '',
    UsageType: leg.kind === 'meeting' ? 'meeting-minutes' : `${leg.direction.toLowerCase()}-minutes`,
    ServiceCode: SERVICE_CODE,
    Direction: leg.direction,
    TimeStampEpochSeconds: String(Math.floor(leg.startTime / SECOND_MS)),
    Region: call.awsRegion,
    SipRuleId: call.sipRuleId ?? '',
    SipApplicationId: call.sipMediaApplicationId,
    CallLegTriggerType: leg.trigger,
    BillableVoiceFocusSeconds: secondsOf(leg.voiceFocusMs),
  };
}

/** Seconds, rounded up. */
const secondsOf = (milliseconds: number): string => String(Math.ceil(milliseconds / SECOND_MS));
