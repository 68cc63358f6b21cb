/**
 * What the pure rooms may use from Node besides the language itself: only what computes. Their type check
 * (see `tsconfig.pure.json`) knows nothing else of Node: no clock, no randomness, no input and no output.
 */

/// <reference path="../../node_modules/@types/node/buffer.d.ts" />
/// <reference path="../../node_modules/@types/node/buffer.buffer.d.ts" />

declare module 'node:crypto' {
  export interface Cipher {
    update(data: Uint8Array): Buffer;
    final(): Buffer;
    setAutoPadding(autoPadding: boolean): this;
  }
  export interface CipherGCM extends Cipher {
    setAAD(data: Uint8Array): this;
    getAuthTag(): Buffer;
  }
  export interface DecipherGCM extends Cipher {
    setAAD(data: Uint8Array): this;
    setAuthTag(tag: Uint8Array): this;
  }
  export interface Hmac {
    update(data: Uint8Array | string): this;
    digest(): Buffer;
    digest(encoding: 'hex' | 'base64'): string;
  }
  export interface KeyObject {
    readonly type: 'secret';
  }
  type Key = Uint8Array | KeyObject;
  export function createCipheriv(algorithm: 'aes-128-gcm', key: Key, iv: Uint8Array): CipherGCM;
  export function createCipheriv(
    algorithm: 'aes-128-ecb' | 'aes-128-ctr',
    key: Key,
    iv: Uint8Array | null,
  ): Cipher;
  export function createDecipheriv(algorithm: 'aes-128-gcm', key: Key, iv: Uint8Array): DecipherGCM;
  export function createHmac(algorithm: 'sha1' | 'sha256', key: Key | string): Hmac;
  export function createSecretKey(key: Uint8Array): KeyObject;
  export function hash(
    algorithm: 'sha1' | 'sha256' | 'md5',
    data: Uint8Array | string,
    encoding: 'binary' | 'hex',
  ): string;
  export function timingSafeEqual(a: Uint8Array, b: Uint8Array): boolean;
}

declare class TextEncoder {
  encode(text: string): Uint8Array<ArrayBuffer>;
}

declare class TextDecoder {
  constructor(label?: 'utf-8', options?: { fatal?: boolean; ignoreBOM?: boolean });
  decode(bytes: Uint8Array): string;
}
