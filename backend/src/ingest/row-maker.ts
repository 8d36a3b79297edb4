import { encodeRawRow, type RawRow } from '../store/raw-log.ts';

type Given = Pick<RawRow, 'transport' | 'sender' | 'raw'> & Partial<RawRow>;
/** Encodes a received message as a row of raw_log: id and time are ours unless given, other texts empty. */
export type RowMaker = (given: Given) => Buffer;

export function createRowMaker(now: () => number, newId: () => string): RowMaker {
  return (given) =>
    encodeRawRow({
      id: given.id ?? newId(),
      receivedAtMs: given.receivedAtMs ?? now(),
      source: '',
      runId: '',
      envelopeHost: '',
      envelopeProgram: '',
      envelopeTime: '',
      ...given,
    });
}

/** A peer's address without the prefix of IPv4 in IPv6. */
export function senderOf(address: string | undefined): string {
  return (address ?? '').replace(/^::ffff:/, '');
}
