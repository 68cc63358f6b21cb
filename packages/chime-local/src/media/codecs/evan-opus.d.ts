/** The part that is used here of the library's WebAssembly build, imported without its main entry point. */
declare module '@evan/opus/wasm/index.mjs' {
  interface Options {
    channels: 1 | 2;
    sample_rate: number;
  }

  export class Encoder {
    constructor(options: Options & { application: 'voip' | 'audio' | 'restricted_lowdelay' });
    /**
     * Calls `opus_encoder_ctl`. A request without a value returns the current one.
     * @throws if it is refused.
     */
    ctl(request: number, value?: number): number;
    /** Encodes 16-bit samples. The packet belongs to the caller. */
    encode(samples: ArrayBufferView): Uint8Array;
    /** Frees the encoder's memory; it must not be used afterwards. */
    drop(): void;
  }

  export class Decoder {
    constructor(options: Options);
    ctl(request: number, value?: number): number;
    /** Decodes a packet to 16-bit samples, which belong to the caller. @throws if the packet is damaged. */
    decode(packet: ArrayBufferView): Uint8Array;
    drop(): void;
  }
}
