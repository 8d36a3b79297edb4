import { standardEditorsRegistry, standardFieldConfigEditorRegistry } from '@grafana/data';

/** The editors that option builders name (OptionsUIBuilder in @grafana/data). The preview shows none of them. */
const editorIds = [
  'boolean',
  'color',
  'dashboard-uid',
  'field-name',
  'multi-select',
  'number',
  'radio',
  'select',
  'slider',
  'stats-picker',
  'strings',
  'text',
  'timezone',
  'unit',
];

/** Fills the registries that a panel's options and defaults are built from. */
export function fillRegistries(): void {
  standardEditorsRegistry.setInit(() => editorIds.map((id) => ({ id, name: id, editor: () => null })));
  standardFieldConfigEditorRegistry.setInit(() => []);
}
