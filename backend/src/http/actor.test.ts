import { createLocalJWKSet, exportJWK, generateKeyPair, SignJWT } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import { silentLog } from '../log.ts';
import { createActorOf } from './actor.ts';

let keys: ReturnType<typeof createLocalJWKSet>;
let sign: (claims: Record<string, unknown>) => Promise<string>;
let signWithOtherKey: typeof sign;

async function signer() {
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  const jwk = { ...(await exportJWK(publicKey)), kid: 'k1', alg: 'ES256' };
  return {
    jwk,
    sign: (claims: Record<string, unknown>) =>
      new SignJWT(claims).setProtectedHeader({ alg: 'ES256', kid: 'k1' }).setExpirationTime('5m').sign(privateKey),
  };
}

beforeAll(async () => {
  const good = await signer();
  keys = createLocalJWKSet({ keys: [good.jwk] });
  sign = good.sign;
  signWithOtherKey = (await signer()).sign;
});

const settings = { jwksUrl: undefined, trustUserHeader: false };

describe('the actor', () => {
  it('is the verified X-Grafana-Id, whatever the other headers say', async () => {
    const actorOf = createActorOf({ ...settings, trustUserHeader: true }, silentLog, keys);
    const headers = { 'x-grafana-id': await sign({ username: 'anna' }), 'x-grafana-user': 'mallory' };
    expect(await actorOf(headers, 'triager')).toEqual({ name: 'anna', role: 'triager' });
  });

  it('is not a name signed by somebody else, expired, or not a token', async () => {
    const actorOf = createActorOf(settings, silentLog, keys);
    const expired = await sign({ username: 'anna', exp: 1 }).then((token) => `${token.slice(0, -4)}AAAA`);
    for (const token of [await signWithOtherKey({ username: 'anna' }), expired, 'not.a.token']) {
      expect((await actorOf({ 'x-grafana-id': token }, 'reader')).name).toBe('unnamed reader');
    }
  });

  it('is unnamed where no header is trusted, and cut at 200 characters where one is', async () => {
    expect((await createActorOf(settings, silentLog, null)({ 'x-grafana-user': 'anna' }, 'admin')).name).toBe(
      'unnamed admin'
    );
    const trusting = createActorOf({ ...settings, trustUserHeader: true }, silentLog, null);
    expect((await trusting({ 'x-grafana-user': 'a'.repeat(500) }, 'admin')).name).toHaveLength(200);
    expect((await trusting({}, 'admin')).name).toBe('unnamed admin');
  });
});
