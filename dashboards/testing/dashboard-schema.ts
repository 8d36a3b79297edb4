import { createRequire } from 'node:module';
import path from 'node:path';
import { Ajv, type ValidateFunction } from 'ajv';
import { createGenerator } from 'ts-json-schema-generator';

const dashboards = path.resolve(import.meta.dirname, '..');
const require = createRequire(import.meta.url);
const schemaPackage = require.resolve('@grafana/schema');
/** Grafana's own types, as generated from its schemas and published in @grafana/schema. */
const rawTypes = path.join(schemaPackage.slice(0, schemaPackage.lastIndexOf('dist')), 'dist', 'types', 'raw');

function validatorOf(file: string, type: string): ValidateFunction {
  const schema: object = createGenerator({
    path: path.join(rawTypes, file),
    tsconfig: path.join(dashboards, 'tsconfig.json'),
    type,
    skipTypeCheck: true,
    additionalProperties: false,
  }).createSchema(type);
  return new Ajv({ allErrors: true, strict: false }).compile(schema);
}

/** Accepts a classic dashboard (schema version 42) as @grafana/schema describes it; unknown properties are refused. */
export function dashboardValidator(): ValidateFunction {
  return validatorOf('dashboard/x/types.gen.d.ts', 'Dashboard');
}

/** Accepts the options of one kind of panel, such as `stat`. */
export function panelOptionsValidator(panelType: string): ValidateFunction {
  return validatorOf(`composable/${panelType}/panelcfg/x/types.gen.d.ts`, 'Options');
}
