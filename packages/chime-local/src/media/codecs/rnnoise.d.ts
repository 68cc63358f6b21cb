/** The part of the library's WebAssembly module that is used here: RNNoise's `rnnoise.h` and its memory. */
declare module '@echogarden/rnnoise-wasm' {
  export interface Rnnoise {
    readonly HEAPF32: Float32Array;
    _malloc(bytes: number): number;
    _free(address: number): void;
    /** Samples per frame: 10 ms at 48 kHz. */
    _rnnoise_get_frame_size(): number;
    /** @param model 0: the model that comes with the library. @returns the address of the state */
    _rnnoise_create(model: number): number;
    _rnnoise_destroy(state: number): void;
    /** Samples have the range of 16 bits. @returns the probability that somebody speaks, 0 to 1 */
    _rnnoise_process_frame(state: number, output: number, input: number): number;
  }
  export default function load(): Promise<Rnnoise>;
}
