import React from 'react';
import { css } from '@emotion/css';
import type { GrafanaTheme2, IconName } from '@grafana/data';
import { Badge, Icon, useStyles2, type BadgeColor } from '@grafana/ui';
import type { Health, HealthItem } from '@loglake/contract/source';
import type { Loaded } from '../../../api/use-resource.ts';
import { wordsText } from '../../../parts/format.ts';
import { ResourceView } from '../../../parts/ResourceView.tsx';
import { Section } from '../../../parts/Section.tsx';
import { testIds } from '../../../test-ids.ts';

const looks: Record<HealthItem['state'], { text: string; color: BadgeColor; icon: IconName }> = {
  ok: { text: 'Everything runs', color: 'green', icon: 'check' },
  warning: { text: 'Needs a look', color: 'orange', icon: 'exclamation-triangle' },
  failing: { text: 'Failing', color: 'red', icon: 'times-circle' },
};

const styles = (theme: GrafanaTheme2) => ({
  grid: css({
    display: 'grid',
    gap: theme.spacing(1.5, 3),
    gridTemplateColumns: 'repeat(auto-fill, minmax(260px, 1fr))',
    margin: 0,
    padding: 0,
    listStyle: 'none',
  }),
  item: css({ display: 'flex', gap: theme.spacing(1), minWidth: 0 }),
  detail: css({
    color: theme.colors.text.secondary,
    fontSize: theme.typography.bodySmall.fontSize,
    overflowWrap: 'anywhere',
  }),
  ok: css({ color: theme.colors.success.text }),
  warning: css({ color: theme.colors.warning.text }),
  failing: css({ color: theme.colors.error.text }),
});

function Item({ item }: { item: HealthItem }) {
  const all = useStyles2(styles);
  return (
    <li className={all.item}>
      <Icon name={looks[item.state].icon} className={all[item.state]} title={looks[item.state].text} />
      <div>
        <div>{wordsText(item.name)}</div>
        <div className={all.detail}>{item.detail}</div>
      </div>
    </li>
  );
}

/** Everything the service watches: ingestion, detection, the store. */
export function HealthItems({ health }: { health: Loaded<Health> }) {
  const { grid } = useStyles2(styles);
  const state = health.resource.state === 'ready' ? health.resource.data.state : null;
  return (
    <Section
      title="Health"
      data-testid={testIds.overview.health}
      actions={state !== null && <Badge text={looks[state].text} color={looks[state].color} icon={looks[state].icon} />}
    >
      <ResourceView loaded={health} what="the health">
        {(data) => (
          <ul className={grid}>
            {data.items.map((item) => (
              <Item key={item.name} item={item} />
            ))}
          </ul>
        )}
      </ResourceView>
    </Section>
  );
}
