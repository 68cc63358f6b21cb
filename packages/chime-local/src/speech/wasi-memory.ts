/**
 * The part of WASI preview 1 that a program needs to take arguments and write one file. Everything stays in
 * memory and nothing on the machine is accessible. (Node's own implementation is experimental and warns at
 * every start.) Source: WebAssembly/WASI, "preview1" witx documents.
 */

const SUCCESS = 0;
const BAD_FILE = 8;
const FIRST_FREE_FD = 4;
const PREOPENED_FD = 3;
const FILE_TYPE = { character: 2, directory: 3, regular: 4 } as const;
/** Maximum bytes that a program may write to one file; ten minutes of 16 kHz audio are 19 MB. */
const MAX_FILE_BYTES = 64 * 1024 * 1024;

/** Thrown through the program when it exits. */
class Exit {
  readonly code: number;
  constructor(code: number) {
    this.code = code;
  }
}

class MemoryFile {
  bytes = Buffer.alloc(0);
  length = 0;
  at = 0;

  write(piece: Uint8Array): void {
    const end = this.at + piece.length;
    if (end > MAX_FILE_BYTES) throw new RangeError('the program writes more than it may');
    if (end > this.bytes.length) {
      const larger = Buffer.alloc(Math.max(end, 2 * this.bytes.length, 65_536));
      larger.set(this.bytes);
      this.bytes = larger;
    }
    this.bytes.set(piece, this.at);
    this.at = end;
    this.length = Math.max(this.length, end);
  }

  read(target: Uint8Array): number {
    const piece = this.bytes.subarray(this.at, Math.min(this.length, this.at + target.length));
    target.set(piece);
    this.at += piece.length;
    return piece.length;
  }
}

/** Runs a command and returns what it wrote to `path` (under `/`), its exit code and its messages. */
export async function runCommand(
  module: WebAssembly.Module,
  args: string[],
  path: string,
): Promise<{ code: number; file: Buffer | undefined; said: string }> {
  const system = new System(args);
  const instance = await WebAssembly.instantiate(module, { wasi_snapshot_preview1: system.imports() });
  system.memory = instance.exports.memory as WebAssembly.Memory;
  let code = 0;
  try {
    (instance.exports._start as () => void)();
  } catch (error) {
    if (!(error instanceof Exit)) throw error;
    code = error.code;
  }
  const file = system.files.get(path);
  return { code, file: file?.bytes.subarray(0, file.length), said: system.said };
}

class System {
  memory!: WebAssembly.Memory;
  readonly files = new Map<string, MemoryFile>();
  said = '';
  readonly #args: Buffer[];
  readonly #open = new Map<number, MemoryFile>();
  #nextFd = FIRST_FREE_FD;

  constructor(args: string[]) {
    this.#args = args.map((arg) => Buffer.from(`${arg.replaceAll('\0', ' ')}\0`));
  }

  imports(): Record<string, (...values: never[]) => number> {
    return {
      args_get: (pointers: number, text: number) => this.#putArgs(pointers, text),
      args_sizes_get: (count: number, size: number) => {
        this.#view().setUint32(count, this.#args.length, true);
        this.#view().setUint32(
          size,
          this.#args.reduce((sum, arg) => sum + arg.length, 0),
          true,
        );
        return SUCCESS;
      },
      // Speech does not depend on the time; the program only reports how long it took.
      clock_time_get: (_id: number, _precision: bigint, result: number) => {
        this.#view().setBigUint64(result, 0n, true);
        return SUCCESS;
      },
      fd_close: (fd: number) => (this.#open.delete(fd) ? SUCCESS : BAD_FILE),
      fd_fdstat_get: (fd: number, result: number) => this.#describe(fd, result),
      fd_fdstat_set_flags: () => SUCCESS,
      fd_prestat_get: (fd: number, result: number) => {
        if (fd !== PREOPENED_FD) return BAD_FILE;
        this.#view().setUint32(result, 0, true);
        this.#view().setUint32(result + 4, 1, true);
        return SUCCESS;
      },
      fd_prestat_dir_name: (fd: number, result: number) => {
        if (fd !== PREOPENED_FD) return BAD_FILE;
        this.#bytes()[result] = '/'.charCodeAt(0);
        return SUCCESS;
      },
      fd_read: (fd: number, vectors: number, count: number, result: number) =>
        this.#transfer(vectors, count, result, (bytes) => this.#open.get(fd)?.read(bytes) ?? 0),
      fd_seek: (fd: number, offset: bigint, whence: number, result: number) =>
        this.#seek(fd, Number(offset), whence, result),
      fd_write: (fd: number, vectors: number, count: number, result: number) =>
        this.#transfer(vectors, count, result, (bytes) => this.#write(fd, bytes)),
      path_open: (
        _dir: number,
        _flags: number,
        at: number,
        length: number,
        create: number,
        ...rest: unknown[]
      ) => this.#openPath(at, length, create, rest[3] as number),
      proc_exit: (code: number) => {
        throw new Exit(code);
      },
    };
  }

  // Memory may have grown since the last call, so a view must never be kept.
  #view(): DataView {
    return new DataView(this.memory.buffer);
  }

  #bytes(): Uint8Array {
    return new Uint8Array(this.memory.buffer);
  }

  #putArgs(pointers: number, text: number): number {
    let at = text;
    this.#args.forEach((arg, n) => {
      this.#view().setUint32(pointers + 4 * n, at, true);
      this.#bytes().set(arg, at);
      at += arg.length;
    });
    return SUCCESS;
  }

  #describe(fd: number, result: number): number {
    const known = fd < FIRST_FREE_FD || this.#open.has(fd);
    if (!known) return BAD_FILE;
    const type =
      fd < PREOPENED_FD ? FILE_TYPE.character : fd === PREOPENED_FD ? FILE_TYPE.directory : FILE_TYPE.regular;
    const view = this.#view();
    view.setBigUint64(result, BigInt(type), true);
    view.setBigUint64(result + 8, 0xffff_ffff_ffff_ffffn, true);
    view.setBigUint64(result + 16, 0xffff_ffff_ffff_ffffn, true);
    return SUCCESS;
  }

  #openPath(at: number, length: number, create: number, result: number): number {
    const path = Buffer.from(this.#bytes().slice(at, at + length)).toString('utf8');
    const NO_ENTRY = 44;
    const file = create & 1 ? new MemoryFile() : this.files.get(path);
    if (!file) return NO_ENTRY;
    file.at = 0;
    this.files.set(path, file);
    const fd = this.#nextFd++;
    this.#open.set(fd, file);
    this.#view().setUint32(result, fd, true);
    return SUCCESS;
  }

  #seek(fd: number, offset: number, whence: number, result: number): number {
    const file = this.#open.get(fd);
    if (!file) return BAD_FILE;
    file.at = Math.max(0, offset + (whence === 0 ? 0 : whence === 1 ? file.at : file.length));
    this.#view().setBigUint64(result, BigInt(file.at), true);
    return SUCCESS;
  }

  #write(fd: number, bytes: Uint8Array): number {
    const file = this.#open.get(fd);
    if (file) file.write(bytes);
    else if (this.said.length < 10_000) this.said += Buffer.from(bytes).toString('utf8');
    return bytes.length;
  }

  #transfer(vectors: number, count: number, result: number, move: (bytes: Uint8Array) => number): number {
    let total = 0;
    for (let n = 0; n < count; n++) {
      const at = this.#view().getUint32(vectors + 8 * n, true);
      const length = this.#view().getUint32(vectors + 8 * n + 4, true);
      total += move(this.#bytes().subarray(at, at + length));
    }
    this.#view().setUint32(result, total, true);
    return SUCCESS;
  }
}
