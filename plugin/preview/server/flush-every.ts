import { Transform } from 'node:stream';

/** Passes bytes on at most every `intervalMs`, as Go's reverse proxy does with a flush interval. Holds at most 64 KiB. */
export function flushEvery(intervalMs: number): Transform {
  let held: Buffer[] = [];
  let bytes = 0;
  let timer: NodeJS.Timeout | undefined;
  const release = (stream: Transform): void => {
    clearTimeout(timer);
    timer = undefined;
    if (held.length > 0) stream.push(Buffer.concat(held));
    held = [];
    bytes = 0;
  };
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      held.push(chunk);
      bytes += chunk.length;
      if (bytes >= 65_536) release(this);
      else timer ??= setTimeout(() => release(this), intervalMs);
      done();
    },
    flush(done) {
      release(this);
      done();
    },
    destroy(error, done) {
      clearTimeout(timer);
      done(error);
    },
  });
}
