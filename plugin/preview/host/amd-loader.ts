type Factory = (...values: unknown[]) => unknown;
interface Definition {
  deps: readonly string[];
  factory: Factory;
}

/** A module that is shared with plugins: the value, or how to load it. */
export type SharedModules = Readonly<Record<string, () => unknown>>;

declare global {
  interface Window {
    define?: ((...args: unknown[]) => void) & { amd?: object };
  }
}

/** Accepts `define(deps, factory)`, with or without a name before. */
function definitionOf(args: readonly unknown[]): Definition {
  const factory = args.at(-1);
  const deps: unknown = args.at(-2);
  if (typeof factory !== 'function') throw new Error('define() without a factory');
  return { deps: Array.isArray(deps) ? deps.map(String) : [], factory: factory as Factory };
}

function runScript(src: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const script = document.createElement('script');
    script.src = src;
    script.onload = () => resolve();
    script.onerror = () => reject(new Error(`${src} could not be loaded`));
    document.head.append(script);
  });
}

/**
 * Loads packaged plugins (AMD, as webpack's library type `amd` writes it) as Grafana's loader does: their externals
 * come from `shared`, `module` tells them their own address, and a module with top-level await gives a promise.
 */
export function createAmdLoader(shared: SharedModules) {
  let last = Promise.resolve();

  async function load(uri: string): Promise<unknown> {
    let found: Definition | undefined;
    window.define = (...args) => {
      found ??= definitionOf(args);
    };
    window.define.amd = {};
    await runScript(uri);
    delete window.define;
    if (found === undefined) throw new Error(`${uri} defined no module`);
    const values = await Promise.all(
      found.deps.map((name) => {
        if (name === 'module') return { id: uri, uri };
        const dependency = shared[name];
        if (dependency === undefined) throw new Error(`${uri} asks for ${name}, which the host does not share`);
        return dependency();
      })
    );
    return await found.factory(...values);
  }

  /** One at a time, since `define` is global. */
  return (uri: string): Promise<unknown> => {
    const result = last.then(() => load(uri));
    last = result.then(
      () => undefined,
      () => undefined
    );
    return result;
  };
}
