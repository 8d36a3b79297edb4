/** What a templated value may name. */
export interface TemplateData {
  readonly JsonData: Readonly<Record<string, unknown>>;
  readonly SecureJsonData: Readonly<Record<string, string>>;
}

/** Thrown when a route names a setting that is missing: the plugin is not configured. */
export class TemplateError extends Error {
  override readonly name = 'TemplateError';
}

/**
 * Fills in `{{ .JsonData.x }}` and `{{ .SecureJsonData.x }}`, the part of Go's templates that plugin.json routes use.
 * Throws TemplateError for a name without a value and for any other expression.
 */
export function interpolate(template: string, data: TemplateData): string {
  return template.replace(/\{\{(.*?)\}\}/g, (_whole, expression: string) => {
    const parts = /^\s*\.(JsonData|SecureJsonData)\.(\w+)\s*$/.exec(expression);
    if (parts === null) throw new TemplateError(`This template expression is not supported: ${expression.trim()}`);
    const [, kind, name = ''] = parts;
    const value = kind === 'JsonData' ? data.JsonData[name] : data.SecureJsonData[name];
    if (typeof value !== 'string' || value === '') throw new TemplateError(`The setting ${name} is empty.`);
    return value;
  });
}
