import type { Call, Leg } from 'pstn-audio/engine';
import type { CallWatch } from '#call-host';
import type { MediaEdge } from '#media-edge';
import { quoted } from '#platform';
import type { FaultName, Faults, SwitchedFault } from './faults.ts';

/** The parts of the edges on which faults of telephones act. */
export interface PhoneEdges {
  media: Pick<MediaEdge, 'losePackets'>;
  /** Loses the leg's signalling from now on. */
  cutOff(legId: string): void;
}

interface Phone {
  /** The text in which `of` is searched, also used in messages. */
  subject: string;
  loses: boolean;
  vanished: boolean;
}

const NONE = { received: 0, sent: 0 };
const EVERYTHING = { received: 100, sent: 100 };

/**
 * Applies lost packets and vanishing to telephones: to those in a call when the fault is switched on, and to
 * those that connect while it is on.
 */
export class FaultyPhones implements CallWatch {
  readonly #faults: Faults;
  readonly #edges: PhoneEdges;
  /** Connected telephones by leg id. */
  readonly #phones = new Map<string, Phone>();

  constructor(faults: Faults, edges: PhoneEdges) {
    this.#faults = faults;
    this.#edges = edges;
    faults.onSwitch((name, on) => this.#switched(name, on));
  }

  changed(call: Call, before: Call | undefined): void {
    if (call.legs === before?.legs) return;
    for (const leg of call.legs) {
      if (leg.kind !== 'telephone') continue;
      if (leg.status === 'ended') this.#phones.delete(leg.legId);
      else if (leg.status === 'connected' && !this.#phones.has(leg.legId)) this.#connected(call, leg);
    }
  }

  ended({ legs }: Call): void {
    for (const { legId } of legs) this.#phones.delete(legId);
  }

  #connected({ transactionId }: Call, leg: Leg): void {
    const number = quoted(leg.direction === 'Inbound' ? leg.from : leg.to);
    const subject = `${leg.participantTag} ${number} of call ${transactionId}`;
    const phone: Phone = { subject, loses: false, vanished: false };
    this.#phones.set(leg.legId, phone);
    this.#losePackets(leg.legId, phone);
    this.#vanish(leg.legId, phone);
  }

  #switched(name: FaultName, on: boolean): void {
    for (const [legId, phone] of this.#phones) {
      if (name === 'vanished-phone' && on) this.#vanish(legId, phone);
      if (name !== 'lost-packets') continue;
      this.#findPackets(legId, phone);
      if (on) this.#losePackets(legId, phone);
    }
  }

  #losePackets(legId: string, phone: Phone): void {
    const fault = this.#faults.take('lost-packets', phone.subject);
    if (!fault || phone.vanished) return;
    phone.loses = true;
    this.#edges.media.losePackets(legId, sharesOf(fault));
  }

  #findPackets(legId: string, phone: Phone): void {
    if (phone.loses && !phone.vanished) this.#edges.media.losePackets(legId, NONE);
    phone.loses = false;
  }

  /** Makes a telephone vanish for good; its leg ends once the service has noticed. */
  #vanish(legId: string, phone: Phone): void {
    if (phone.vanished || !this.#faults.take('vanished-phone', phone.subject)) return;
    phone.vanished = true;
    this.#edges.media.losePackets(legId, EVERYTHING);
    this.#edges.cutOff(legId);
  }
}

function sharesOf({ percent = 0, direction = 'both' }: SwitchedFault): { received: number; sent: number } {
  return {
    received: direction === 'to-phone' ? 0 : percent,
    sent: direction === 'from-phone' ? 0 : percent,
  };
}
