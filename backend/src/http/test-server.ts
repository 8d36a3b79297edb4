import { silentLog } from '../log.ts';
import { createActorOf } from './actor.ts';
import { createApp } from './app.ts';
import type { StreamSettings } from './event-stream.ts';
import { fakeServices } from './fake-services.ts';
import { createJsonHandlers, createRawHandlers } from './handlers.ts';
import { createHintHub } from './hint-hub.ts';
import { listen } from './listen.ts';
import type { Services } from './services.ts';
import { createRoleOf, type Tokens } from './tokens.ts';

/** Tokens of the test server: `<role>-token-0123456789`. */
export const testTokens: Tokens = {
  reader: 'reader-token-0123456789',
  triager: 'triager-token-0123456789',
  admin: 'admin-token-0123456789',
  ingest: 'ingest-token-0123456789',
  scenario: 'scenario-token-0123456789',
};

interface TestSettings {
  services?: Partial<Services>;
  stream?: StreamSettings;
  requestsPerMinute?: number;
  trustUserHeader?: boolean;
}

/** The HTTP layer over fake stages, on a free loopback port. */
export async function startTestServer(settings: TestSettings = {}) {
  const hub = createHintHub('epoch', 5);
  const services: Services = { ...fakeServices(settings.services), hints: hub };
  const app = createApp(
    {
      json: createJsonHandlers(services),
      raw: createRawHandlers(services, hub, settings.stream),
      roleOf: createRoleOf(testTokens),
      actorOf: createActorOf({ jwksUrl: undefined, trustUserHeader: settings.trustUserHeader ?? false }, silentLog),
      log: silentLog,
    },
    { requestsPerMinute: settings.requestsPerMinute ?? 100_000 }
  );
  const listening = await listen(app, { host: '127.0.0.1', port: 0, tls: null });
  return { ...listening, hub };
}
