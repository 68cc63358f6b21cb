/**
 * Symmetric RTP: where a leg's packets come from and go to. The SDP names an address; behind a NAT the
 * packets come from another one, and the answer must go there. Trusting any packet would let strangers direct
 * the sound to themselves, and trusting the SDP would let them direct it at others, so:
 *
 * - nothing is sent to an address before it is proven to want packets: the signalling comes from that host,
 *   or RTP came from it (RFC 8866 section 7; the consent of RFC 7675, without its messages);
 * - a packet from the SDP's address settles the matter: from then on only that address counts;
 * - another source is learned only from the SDP's host or the host that the signalling comes from, only while
 *   nothing has been heard from the SDP's address, only within seconds of the negotiation, once, and after
 *   three packets in a row;
 * - if a source has fallen silent, another port of its host is followed when the very same stream continues
 *   from there.
 */

/** Packets in a row, with one SSRC and consecutive numbers, before another source is followed. */
export const LATCH_PACKETS = 3;
/** The first unprivileged port: no telephone sends from or receives at a privileged one. */
const FIRST_PORT = 1_024;
/**
 * How long after a negotiation another source can be learned, ms: phones send as soon as they are answered.
 */
export const LEARN_MS = 3_000;
/**
 * How long a source must be silent before its stream is followed elsewhere, ms: longer than the sound of most
 * packets.
 */
export const MOVED_AFTER_MS = 250;
/**
 * The same for a source with longer packets: one and a half times their interval, but at most this long, ms.
 */
const MOVED_AFTER_AT_MOST_MS = 1_500;
const INTERVALS = 1.5;
/**
 * How far the sequence number may have advanced during the silence, packets (RFC 3550 appendix A.1:
 * MAX_DROPOUT).
 */
const MAX_DROPOUT = 3_000;

/** The result of a negotiation. */
export interface NegotiatedSource {
  address: string;
  port: number;
  /** The host that the signalling comes from. */
  peer: string;
  /** Whether the far end is to send sound to us. */
  sends: boolean;
}

export class SourceLatch {
  #sdp: NegotiatedSource = { address: '', port: 0, peer: '', sends: false };
  /**
   * `settled`: packets have come from the SDP's address, or a stream has moved. `latched`: another source is
   * followed.
   */
  #state: 'open' | 'latched' | 'settled' = 'open';
  #learnUntilMs = 0;
  #heard = false;
  #heardMs = 0;
  /** Time between the last two packets. */
  #intervalMs = 0;
  /** The streams heard last: a telephone's voice, and its keys if they have their own SSRC. */
  #ssrc = 0;
  #sequence = 0;
  #otherSsrc = 0;
  #otherSequence = 0;
  /** Where packets came from before the last negotiation named another address; '' if from nowhere. */
  #formerAddress = '';
  #formerPort = 0;
  #candidateAddress = '';
  #candidatePort = 0;
  #candidateSsrc = 0;
  #candidateNext = 0;
  #candidateCount = 0;

  /** Where packets come from, and where they are sent once that is proven. */
  address = '';
  port = 0;

  /** Whether a source other than the SDP's is followed. */
  get latched(): boolean {
    return this.#state === 'latched';
  }

  /** Whether packets may be sent to the address. */
  get proven(): boolean {
    return this.port >= FIRST_PORT && (this.#heard || this.address === this.#sdp.peer);
  }

  /** Whether another source can still be learned. */
  isLearning(nowMs: number): boolean {
    return this.#state === 'open' && nowMs < this.#learnUntilMs;
  }

  /**
   * Takes the address that an offer or answer names. If it is the same as before, what was learned is kept
   * and learning does not start again, except for a far end that was on hold from the beginning and has never
   * been heard.
   */
  negotiate(sdp: NegotiatedSource, nowMs: number): void {
    const before = this.#sdp;
    const same = sdp.address === before.address && sdp.port === before.port;
    this.#sdp = sdp;
    const begins = same && sdp.sends && !before.sends && !this.#heard;
    if (same && !begins) return;
    this.#learnUntilMs = nowMs + LEARN_MS;
    this.#state = 'open';
    this.#candidateCount = 0;
    if (same) return;
    this.#formerAddress = this.#heard ? this.address : '';
    this.#formerPort = this.port;
    this.#heard = false;
    this.address = sdp.address;
    this.port = sdp.port;
  }

  /** Whether a well-formed packet from that address belongs to the leg. */
  accepts(address: string, port: number, ssrc: number, sequenceNumber: number, nowMs: number): boolean {
    if (port === this.port && address === this.address) {
      // In state `open` this is the SDP's address, so the matter is settled.
      if (this.#state === 'open') this.#state = 'settled';
      this.#note(ssrc, sequenceNumber, nowMs);
      return true;
    }
    if (port < FIRST_PORT) return false;
    if (this.#isFormer(address, port)) return true;
    if (this.#state === 'latched' && port === this.#sdp.port && address === this.#sdp.address) {
      this.#follow(address, port, 'settled', ssrc, sequenceNumber, nowMs);
      return true;
    }
    const learns = this.isLearning(nowMs) && (address === this.#sdp.address || address === this.#sdp.peer);
    if (!learns && !this.#hasMoved(address, ssrc, sequenceNumber, nowMs)) return false;
    if (!this.#isInARow(address, port, ssrc, sequenceNumber)) return false;
    this.#follow(address, port, learns ? 'latched' : 'settled', ssrc, sequenceNumber, nowMs);
    return true;
  }

  /**
   * Whether the packet comes from the address in use before the last negotiation: it may still have been on
   * its way, or a telephone may send from another port than it receives at. Such a packet is accepted but not
   * followed: sound goes to the negotiated address. Behind a NAT the negotiated address would be wrong, so
   * the source is learned again.
   */
  #isFormer(address: string, port: number): boolean {
    const direct = this.#state === 'open' && this.#sdp.address === this.#sdp.peer;
    return direct && port === this.#formerPort && address === this.#formerAddress;
  }

  #follow(
    address: string,
    port: number,
    state: 'latched' | 'settled',
    ssrc: number,
    sequenceNumber: number,
    nowMs: number,
  ): void {
    this.#state = state;
    this.address = address;
    this.port = port;
    this.#note(ssrc, sequenceNumber, nowMs);
  }

  #note(ssrc: number, sequenceNumber: number, nowMs: number): void {
    if (this.#heard && ssrc !== this.#ssrc) {
      this.#otherSsrc = this.#ssrc;
      this.#otherSequence = this.#sequence;
    }
    this.#intervalMs = this.#heard ? nowMs - this.#heardMs : 0;
    this.#heard = true;
    this.#heardMs = nowMs;
    this.#ssrc = ssrc;
    this.#sequence = sequenceNumber;
    this.#candidateCount = 0;
  }

  /** Whether the known stream continues from another port of the same host and has stopped at the old one. */
  #hasMoved(address: string, ssrc: number, sequenceNumber: number, nowMs: number): boolean {
    const silence = Math.min(MOVED_AFTER_AT_MOST_MS, Math.max(MOVED_AFTER_MS, INTERVALS * this.#intervalMs));
    if (!this.#heard || address !== this.address || nowMs - this.#heardMs < silence) return false;
    if (ssrc !== this.#ssrc && ssrc !== this.#otherSsrc) return false;
    const last = ssrc === this.#ssrc ? this.#sequence : this.#otherSequence;
    const ahead = (sequenceNumber - last) & 0xffff;
    return ahead > 0 && ahead < MAX_DROPOUT;
  }

  #isInARow(address: string, port: number, ssrc: number, sequenceNumber: number): boolean {
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
    return this.#candidateCount >= LATCH_PACKETS;
  }
}
