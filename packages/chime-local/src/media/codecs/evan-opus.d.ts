/** The library's WebAssembly build without its front door, as far as it is used here. */
declare module '@evan/opus/wasm/index.mjs' {
  interface Options {
    channels: 1 | 2;
    sample_rate: number;
  }

  export class Encoder {
    constructor(options: Options & { application: 'voip' | 'audio' | 'restricted_lowdelay' });
    /** Calls `opus_encoder_ctl`: a request without a value asks for one, and gives it. @throws when it is refused. */
    ctl(request: number, value?: number): number;
    /** 16-bit samples to a packet. The packet is the caller's. */
    encode(samples: ArrayBufferView): Uint8Array;
    /** Frees its memory; nothing may be called afterwards. */
    drop(): void;
  }

  export class Decoder {
    constructor(options: Options);
    ctl(request: number, value?: number): number;
    /** A packet to 16-bit samples. The samples are the caller's. @throws when it is damaged. */
    decode(packet: ArrayBufferView): Uint8Array;
    drop(): void;
  }
}
