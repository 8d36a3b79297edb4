import tseslint from 'typescript-eslint';
import importX from 'eslint-plugin-import-x';
import { createTypeScriptImportResolver } from 'eslint-import-resolver-typescript';
import reactHooks from 'eslint-plugin-react-hooks';
import prettier from 'eslint-config-prettier';

const src = './backend/src';
/** `target` may import nothing of `from`, but what `except` names (paths below `from`). */
const zone = (target, from, except, message) => ({ target, from, except, message });

/** Import direction: main -> http, pipeline, config, store; http -> pipeline, triage, hunt, store; stages -> contract. */
const directions = [
  zone('./contract', './backend', [], 'contract knows nobody.'),
  zone('./contract', './plugin', [], 'contract knows nobody.'),
  zone('./backend', './plugin', [], 'plugin and backend never import each other.'),
  zone('./plugin', './backend', [], 'plugin and backend never import each other.'),
  zone('./backend/src', './backend/proof', [], 'proof is tests: nothing that runs imports it.'),
  zone('./backend/proof/oracle', src, [], 'the oracle knows nothing of the code under proof.'),
  ...['parse', 'pipeline', 'evaluate', 'compile', 'prefilter'].map((part) =>
    zone(
      `${src}/detect/${part}`,
      src,
      ['./detect', './error.ts'],
      'detect/parse, pipeline, evaluate, compile and prefilter are pure.'
    )
  ),
  ...['parse', 'pipeline', 'evaluate', 'compile', 'prefilter'].map((part) =>
    zone(
      `${src}/detect/${part}`,
      `${src}/detect/run`,
      [],
      'detect/parse, pipeline, evaluate, compile and prefilter are pure.'
    )
  ),
  zone(`${src}/findings`, src, ['./findings', './error.ts'], 'findings is pure: no store, clock or network.'),
  zone(`${src}/store`, src, ['./store', './error.ts', './log.ts'], 'store knows no stage.'),
  zone(
    `${src}/ingest`,
    src,
    ['./ingest', './store', './error.ts', './log.ts', './retry.ts'],
    'ingest knows store only.'
  ),
  zone(
    `${src}/http`,
    src,
    [
      './http',
      './pipeline.ts',
      './triage',
      './scenario',
      './hunt',
      './ingest',
      './store',
      './findings',
      './error.ts',
      './log.ts',
      './config.ts',
    ],
    'http is thin.'
  ),
  zone(
    `${src}/triage`,
    src,
    ['./triage', './store', './findings', './error.ts', './log.ts', './retry.ts'],
    'triage knows findings and store.'
  ),
  zone(
    `${src}/scenario`,
    src,
    ['./scenario', './store', './error.ts', './log.ts', './retry.ts'],
    'scenario knows store.'
  ),
];

export default tseslint.config(
  {
    ignores: [
      '**/node_modules',
      '**/dist',
      'data',
      'plugin/.config',
      'plugin/.prettierrc.js',
      '**/cases/**',
      'test-results',
    ],
  },
  ...tseslint.configs.strictTypeChecked,
  {
    plugins: { 'import-x': importX },
    settings: {
      'import-x/resolver-next': [
        createTypeScriptImportResolver({ conditionNames: ['loglake-source', 'types', 'import', 'default'] }),
      ],
    },
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      'max-lines': ['error', { max: 300 }],
      'max-lines-per-function': ['error', { max: 60, skipComments: true, skipBlankLines: true }],
      complexity: ['error', 11],
      'import-x/no-restricted-paths': ['error', { zones: directions }],
      'import-x/no-default-export': 'error',
      'no-console': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      // Objects here are made by factories; their functions use no `this`.
      '@typescript-eslint/unbound-method': 'off',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: false }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-unnecessary-condition': [
        'error',
        { allowConstantLoopConditions: 'only-allowed-literals' },
      ],
      'no-restricted-syntax': [
        'error',
        { selector: 'TSEnumDeclaration', message: 'Use a zod enum or a union.' },
        { selector: 'ExportAllDeclaration', message: 'No barrels.' },
        { selector: 'TSAsExpression > TSAsExpression', message: 'No double casts.' },
      ],
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'Only config.ts reads the environment.' },
      ],
    },
  },
  {
    files: ['backend/**/*.ts'],
    ignores: ['backend/src/store/**', 'backend/embedded/**', 'backend/testing/**'],
    rules: {
      'no-restricted-imports': [
        'error',
        { paths: [{ name: '@clickhouse/client', message: 'Only store/ talks to ClickHouse.' }] },
      ],
    },
  },
  {
    // Process entry points and test set-up are where the environment is read.
    files: [
      'backend/src/config.ts',
      'backend/embedded/main.ts',
      'backend/testing/**',
      'plugin/preview/config.ts',
      '**/*.mjs',
      'playwright.config.ts',
      '**/*.test.ts',
      '**/*.test.tsx',
      'plugin/tests/**',
    ],
    rules: { 'no-restricted-properties': 'off' },
  },
  {
    files: ['**/*.test.ts', '**/*.test.tsx', 'plugin/tests/**', 'backend/bench/**'],
    rules: { 'max-lines-per-function': 'off' },
  },
  {
    files: ['plugin/src/**/*.{ts,tsx}', 'plugin/preview/**/*.{ts,tsx}'],
    plugins: { 'react-hooks': reactHooks },
    rules: { 'react-hooks/rules-of-hooks': 'error', 'react-hooks/exhaustive-deps': 'error' },
  },
  {
    files: ['**/*.mjs', '*.config.ts', 'plugin/src/**/module.tsx'],
    rules: { 'import-x/no-default-export': 'off' },
  },
  {
    files: ['**/*.mjs', 'scripts/**'],
    ...tseslint.configs.disableTypeChecked,
    rules: {
      ...tseslint.configs.disableTypeChecked.rules,
      'no-console': 'off',
      'import-x/no-default-export': 'off',
      'no-restricted-properties': 'off',
    },
  },
  prettier
);
