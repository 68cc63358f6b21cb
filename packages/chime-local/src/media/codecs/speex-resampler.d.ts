/**
 * The part of the library's WebAssembly module that is used here: SpeexDSP's `speex_resampler.h` and its
 * memory.
 */
declare module '@echogarden/speex-resampler-wasm/simd' {
  export interface SpeexResampler {
    readonly HEAP16: Int16Array;
    readonly HEAP32: Int32Array;
    _malloc(bytes: number): number;
    _free(address: number): void;
    /**
     * @returns the address of the resampler's state; it is 0, or `error` is not 0, if the resampler cannot be
     * created.
     */
    _speex_resampler_init(
      channels: number,
      fromRate: number,
      toRate: number,
      quality: number,
      error: number,
    ): number;
    _speex_resampler_destroy(state: number): void;
    /**
     * Both lengths are addresses of numbers: the room before the call, the samples consumed and produced
     * after it.
     */
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
