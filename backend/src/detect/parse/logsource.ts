import type { Logsource } from '../rule.ts';
import type { IssueList } from './issue.ts';
import { MetadataReader } from './metadata.ts';
import { entryOf, type YamlMap } from './yaml-node.ts';

/** The log source of a document, in lower case. Issues are added; what is missing is empty text. */
export function readLogsource(map: YamlMap, issues: IssueList): Logsource {
  const node = entryOf(map, 'logsource')?.value;
  if (node?.kind !== 'map') {
    const message = 'logsource is missing or no map: give it product, category or service';
    issues.add('sigma.key_missing', node?.at ?? map.at, message);
    return { product: '', category: '', service: '' };
  }
  const reader = new MetadataReader(node, issues);
  const part = (key: string): string => reader.text(key).toLowerCase();
  const logsource = { product: part('product'), category: part('category'), service: part('service') };
  if (logsource.product + logsource.category + logsource.service === '') {
    issues.add('sigma.key_missing', node.at, 'logsource needs a product, a category or a service');
  }
  return logsource;
}
