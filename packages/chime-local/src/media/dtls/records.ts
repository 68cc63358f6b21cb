import { CONTENT, DTLS_1_0, DTLS_1_2 } from './constants.ts';

/** Size of the header: type, version, epoch, sequence number, length (RFC 6347 section 4.1). */
export const RECORD_HEADER_BYTES = 13;
/** The most records that are read from one datagram. A whole flight has five. */
const MAX_RECORDS = 16;

export interface DtlsRecord {
  type: number;
  epoch: number;
  /** Epoch and sequence number as on the wire, 8 bytes. */
  number: Buffer;
  fragment: Buffer;
}

/**
 * The well-formed records at the beginning of a datagram. From the first malformed one on, everything is
 * ignored.
 */
export function readRecords(datagram: Buffer): DtlsRecord[] {
  const records: DtlsRecord[] = [];
  let at = 0;
  while (at + RECORD_HEADER_BYTES <= datagram.length && records.length < MAX_RECORDS) {
    const version = datagram.readUInt16BE(at + 1);
    const end = at + RECORD_HEADER_BYTES + datagram.readUInt16BE(at + 11);
    if ((version !== DTLS_1_2 && version !== DTLS_1_0) || end > datagram.length) break;
    const type = datagram[at] as number;
    records.push({
      type,
      epoch: datagram.readUInt16BE(at + 3),
      number: datagram.subarray(at + 3, at + 11),
      fragment: datagram.subarray(at + RECORD_HEADER_BYTES, end),
    });
    at = end;
  }
  return records;
}

/** Writes records with increasing numbers, one series per epoch. */
export class RecordWriter {
  readonly #sent = [0, 0];

  /** The next record's epoch and sequence number as on the wire. */
  next(epoch: 0 | 1): Buffer {
    const number = Buffer.alloc(8);
    number.writeUInt16BE(epoch, 0);
    number.writeUIntBE((this.#sent[epoch] as number)++, 2, 6);
    return number;
  }

  /** An unencrypted record. */
  plain(type: number, fragment: Buffer): Buffer {
    return record(type, this.next(0), fragment);
  }

  changeCipherSpec(): Buffer {
    return this.plain(CONTENT.CHANGE_CIPHER_SPEC, Buffer.from([1]));
  }
}

export function record(type: number, number: Buffer, fragment: Buffer): Buffer {
  const header = Buffer.alloc(RECORD_HEADER_BYTES);
  header[0] = type;
  header.writeUInt16BE(DTLS_1_2, 1);
  number.copy(header, 3);
  header.writeUInt16BE(fragment.length, 11);
  return Buffer.concat([header, fragment]);
}
