// Builds the preview: the server to preview/dist/main.js, the host page and its fonts and icons to preview/dist/public.
import { build } from 'esbuild';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

const here = import.meta.dirname;
const dist = path.join(here, 'dist');
const assets = path.join(dist, 'public');
const require = createRequire(import.meta.url);

/** The folder of a package, as `from` sees it. */
function packageDir(name, from = here) {
  for (let dir = from; ; dir = path.dirname(dir)) {
    const candidate = path.join(dir, 'node_modules', name);
    if (existsSync(path.join(candidate, 'package.json'))) return candidate;
    if (dir === path.dirname(dir)) throw new Error(`${name} is not installed`);
  }
}

const ui = packageDir('@grafana/ui');
// Links inside @grafana/ui and the plugin's pages must share one router context: that of @grafana/ui's own router.
const router = packageDir('react-router', packageDir('react-router-dom-v5-compat', ui));

rmSync(dist, { recursive: true, force: true });
mkdirSync(assets, { recursive: true });

await build({
  entryPoints: { main: path.join(here, 'main.ts') },
  outdir: dist,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  packages: 'external',
  logLevel: 'warning',
});

await build({
  entryPoints: { main: path.join(here, 'host/main.tsx'), host: path.join(here, 'host/host.css') },
  outdir: assets,
  bundle: true,
  splitting: true,
  minify: true,
  format: 'esm',
  target: 'es2022',
  jsx: 'automatic',
  define: { 'process.env.NODE_ENV': '"production"', global: 'globalThis' },
  alias: {
    // Not exported, but there is no other way to set them.
    'grafana-runtime-plugin-page': require
      .resolve('@grafana/runtime')
      .replace(/dist.*/, 'dist/esm/components/PluginPage.mjs'),
    'grafana-runtime-panel-renderer': require
      .resolve('@grafana/runtime')
      .replace(/dist.*/, 'dist/esm/components/PanelRenderer.mjs'),
  },
  loader: { '.woff2': 'file', '.woff': 'file', '.ttf': 'file', '.svg': 'file' },
  logLevel: 'error',
  plugins: [
    {
      name: 'one-router-context',
      setup: ({ onResolve, resolve }) =>
        onResolve({ filter: /^react-router$/ }, ({ importer, kind }) =>
          importer.startsWith(path.join(here, 'host')) ? resolve(router, { kind, resolveDir: here }) : undefined
        ),
    },
  ],
});
writeFileSync(path.join(dist, 'package.json'), '{ "private": true, "type": "module" }\n');

// Icons: those @grafana/ui ships, and from Iconify's copy of the same set those that it leaves to Grafana's server.
const icons = path.join(assets, 'img/icons');
cpSync(path.join(ui, 'dist/public/img/icons'), icons, { recursive: true });
const { icons: uil } = JSON.parse(readFileSync(path.join(packageDir('@iconify-json/uil'), 'icons.json'), 'utf8'));
for (const [name, { body }] of Object.entries(uil)) {
  const file = path.join(icons, 'unicons', `${name}.svg`);
  if (!existsSync(file))
    writeFileSync(file, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24">${body}</svg>`);
}
