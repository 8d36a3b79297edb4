import { z } from 'zod';
import { read } from './repository.ts';

const texts = z.record(z.string(), z.string());

/** One service of docker-compose.yml, as far as it is written there. */
const service = z.looseObject({
  image: z.string(),
  environment: texts.default({}),
  ports: z.array(z.string()).default([]),
  volumes: z.array(z.string()).default([]),
  secrets: z.array(z.string()).default([]),
  profiles: z.array(z.string()).default([]),
  depends_on: z.record(z.string(), z.object({ condition: z.string() })).default({}),
  healthcheck: z.looseObject({ test: z.array(z.string()) }).optional(),
});
export type ComposeService = z.infer<typeof service>;

const compose = z.looseObject({
  services: z.record(z.string(), service),
  volumes: z.record(z.string(), z.unknown()),
  secrets: z.record(z.string(), z.object({ environment: z.string() })),
});

/** docker-compose.yml, read. */
export function readCompose(): z.infer<typeof compose> {
  return read('docker-compose.yml', compose);
}

/** A service by its name. Throws when there is none. */
export function composeService(name: string): ComposeService {
  const found = readCompose().services[name];
  if (found === undefined) throw new Error(`docker-compose.yml has no service ${name}`);
  return found;
}

/** `host:container:mode` of a service's volumes; `mode` is empty when none is given. */
export function mounts({ volumes }: ComposeService): { source: string; target: string; mode: string }[] {
  return volumes.map((volume) => {
    const [source = '', target = '', mode = ''] = volume.split(':');
    return { source, target, mode };
  });
}

/** `address:published:target/protocol` of a service's ports. */
export function publishedPorts({ ports }: ComposeService) {
  return ports.map((port) => {
    const [address = '', published = '', rest = ''] = port.split(':');
    const [target = '', protocol = 'tcp'] = rest.split('/');
    return { address, published: Number(published), target: Number(target), protocol };
  });
}
