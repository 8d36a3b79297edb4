import type { z } from 'zod';
import { ServiceError } from '../error.ts';

/** An opaque cursor: base64url of JSON. It names a place, it grants nothing. */
export function writeCursor(place: object): string {
  return Buffer.from(JSON.stringify(place)).toString('base64url');
}

/** The place a cursor names, undefined without one. Throws request.invalid for one we did not write. */
export function readCursor<T>(cursor: string | undefined, shape: z.ZodType<T>): T | undefined {
  if (cursor === undefined) return undefined;
  try {
    return shape.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')));
  } catch (cause) {
    throw new ServiceError('request.invalid', 'The cursor is not one of ours; start again without it.', { cause });
  }
}
