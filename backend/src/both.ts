/**
 * Waits for the end of both, however one ends, then gives both values; throws the first's error, else the second's. Unlike
 * Promise.all it leaves nothing running behind an error: work that is tried again would meet it.
 */
export async function both<A, B>(first: Promise<A>, second: Promise<B>): Promise<[A, B]> {
  const [one, other] = await Promise.allSettled([first, second]);
  if (one.status === 'rejected') throw one.reason;
  if (other.status === 'rejected') throw other.reason;
  return [one.value, other.value];
}
