import { convertRule, readableSql } from './convert.ts';
import { issueLine, readRules, sourceOptions } from './rule-source.ts';

/** `sigma convert RULE`: exit code 0 when every document compiles, else 1. */
export async function runConvert(file: string, given: object, print: (text: string) => void): Promise<number> {
  const options = sourceOptions.parse(given);
  const { own, rules, issues } = await readRules(file, options);
  const converted = own.map((rule) => convertRule(rule, rules));
  if (options.json) print(JSON.stringify({ rules: converted, refused: issues }, null, 2));
  else {
    for (const one of converted) print(`-- ${JSON.stringify(one.title)} ${one.id}\n${readableSql(one)};\n`);
    for (const issue of issues) print(issueLine(issue));
  }
  return issues.length === 0 ? 0 : 1;
}
