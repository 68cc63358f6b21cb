/**
 * Symmetric RTP: where a leg's packets come from and go to. The SDP names an address; behind a NAT the packets
 * come from another, and the answer must go there. Taking any packet's word for it would let strangers steer
 * the sound to themselves, so:
 *
 * - a packet from the SDP's address settles the matter: from then on only it counts;
 * - another source is followed only while none has been heard from the SDP's address, only once for each
 *   negotiation, and only after three packets in a row that form one stream;
 * - should the SDP's address be heard after all, it wins, and that is final.
 */

/** Packets in a row, of one SSRC and with consecutive numbers, before another source is followed. */
export const LATCH_PACKETS = 3;
/** Packets from privileged ports are nobody's telephone. */
const FIRST_PORT = 1_024;

export class SourceLatch {
  #sdpAddress = '';
  #sdpPort = 0;
  /** `settled`: heard from the SDP's address. `latched`: another source is followed. */
  #state: 'open' | 'latched' | 'settled' = 'open';
  #candidateAddress = '';
  #candidatePort = 0;
  #candidateSsrc = 0;
  #candidateNext = 0;
  #candidateCount = 0;

  /** Where packets go, and come from. */
  address = '';
  port = 0;

  /** Whether another source than the SDP's is followed. */
  get latched(): boolean {
    return this.#state === 'latched';
  }

  /** A negotiation named an address. The same one as before keeps what was learned and allows a new change. */
  negotiate(address: string, port: number): void {
    const same = address === this.#sdpAddress && port === this.#sdpPort;
    this.#sdpAddress = address;
    this.#sdpPort = port;
    this.#candidateCount = 0;
    if (!same) {
      this.address = address;
      this.port = port;
    }
    this.#state = 'open';
  }

  /** Whether a well-formed packet from there is the leg's. */
  accepts(address: string, port: number, ssrc: number, sequenceNumber: number): boolean {
    if (port === this.#sdpPort && address === this.#sdpAddress) {
      if (this.#state !== 'settled') this.#settle();
      return true;
    }
    if (this.#state === 'settled') return false;
    if (port === this.port && address === this.address) return true;
    if (this.#state === 'latched' || port < FIRST_PORT) return false;
    return this.#consider(address, port, ssrc, sequenceNumber);
  }

  #settle(): void {
    this.#state = 'settled';
    this.address = this.#sdpAddress;
    this.port = this.#sdpPort;
  }

  #consider(address: string, port: number, ssrc: number, sequenceNumber: number): boolean {
    const follows =
      this.#candidateCount > 0 &&
      port === this.#candidatePort &&
      address === this.#candidateAddress &&
      ssrc === this.#candidateSsrc &&
      sequenceNumber === this.#candidateNext;
    this.#candidateCount = follows ? this.#candidateCount + 1 : 1;
    this.#candidateAddress = address;
    this.#candidatePort = port;
    this.#candidateSsrc = ssrc;
    this.#candidateNext = (sequenceNumber + 1) & 0xffff;
    if (this.#candidateCount < LATCH_PACKETS) return false;
    this.#state = 'latched';
    this.address = address;
    this.port = port;
    return true;
  }
}
