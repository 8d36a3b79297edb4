import * as emotionCss from '@emotion/css';
import * as grafanaData from '@grafana/data';
import * as grafanaRuntime from '@grafana/runtime';
import * as grafanaUi from '@grafana/ui';
import * as react from 'react';
import * as jsxRuntime from 'react/jsx-runtime';
import * as reactDom from 'react-dom';
import * as reactRouter from 'react-router';
import * as rxjs from 'rxjs';
import type { SharedModules } from './amd-loader.ts';

/** A CommonJS module gives its exports as `default`; plugins expect them at the top, and `default` too. */
function withDefault<T extends object>(module: T): T & { default: unknown; __esModule: true } {
  return { ...module, default: 'default' in module ? module.default : module, __esModule: true };
}

/** The modules that create-plugin leaves to the host (its list of externals), as far as the packaged plugin uses them. */
export const sharedModules: SharedModules = {
  '@emotion/css': () => emotionCss,
  '@grafana/data': () => grafanaData,
  '@grafana/data/unstable': () => import('@grafana/data/unstable'),
  '@grafana/runtime': () => grafanaRuntime,
  '@grafana/ui': () => grafanaUi,
  '@grafana/ui/unstable': () => import('@grafana/ui/unstable'),
  react: () => withDefault(react),
  'react/jsx-runtime': () => jsxRuntime,
  'react-dom': () => withDefault(reactDom),
  'react-router': () => reactRouter,
  rxjs: () => rxjs,
};
