/** A pseudo-random generator: a seed gives the same sequence in every run, so that a failure can be reproduced. */
export class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** A whole number from 0 up to, but not including, `below`. */
  roll(below: number): number {
    // The constants of Numerical Recipes; the high bits are the good ones.
    this.#state = (Math.imul(this.#state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((this.#state / 2 ** 32) * below);
  }

  pick<T>(values: readonly T[]): T {
    return values[this.roll(values.length)] as T;
  }

  bytes(length: number): Buffer {
    return Buffer.from(Uint8Array.from({ length }, () => this.roll(256)));
  }

  /** A copy with a few defects: changed bits, bytes and lengths; missing, repeated or inserted pieces. */
  damage(good: Uint8Array): Buffer {
    let bytes = Buffer.from(good);
    for (let n = 1 + this.roll(3); n > 0 && bytes.length > 0; n--) {
      const at = this.roll(bytes.length);
      const some = 1 + this.roll(8);
      switch (this.roll(6)) {
        case 0:
          bytes[at] = bytes[at]! ^ (1 << this.roll(8));
          break;
        case 1:
          bytes[at] = this.pick([0, 1, 0x7f, 0x80, 0xfe, 0xff]);
          break;
        case 2:
          bytes = bytes.subarray(0, at);
          break;
        case 3:
          bytes = Buffer.concat([bytes.subarray(0, at), this.bytes(some), bytes.subarray(at)]);
          break;
        case 4:
          bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + some)]);
          break;
        default:
          if (at + 2 <= bytes.length) bytes.writeUInt16BE(this.pick([0, 1, 0xffff, bytes.length]), at);
      }
    }
    return bytes;
  }
}
