/** The library's WebAssembly module, as far as it is used here: SpeexDSP's `speex_resampler.h` and its memory. */
declare module '@echogarden/speex-resampler-wasm/simd' {
  export interface SpeexResampler {
    readonly HEAP16: Int16Array;
    readonly HEAP32: Int32Array;
    _malloc(bytes: number): number;
    _free(address: number): void;
    /** @returns the address of the resampler's state; 0 or `error` other than 0 when it cannot be made. */
    _speex_resampler_init(
      channels: number,
      fromRate: number,
      toRate: number,
      quality: number,
      error: number,
    ): number;
    _speex_resampler_destroy(state: number): void;
    /** Both lengths are addresses: room before, samples used and made after. */
    _speex_resampler_process_int(
      state: number,
      channel: number,
      from: number,
      fromLength: number,
      to: number,
      toLength: number,
    ): number;
  }
  export default function load(): Promise<SpeexResampler>;
}
