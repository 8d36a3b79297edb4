import React from 'react';
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { PluginPage } from '@grafana/runtime';
import { EmptyState, Stack, Text, useStyles2 } from '@grafana/ui';
import { ProblemAlert } from '../../parts/ProblemAlert.tsx';
import { ResourceView } from '../../parts/ResourceView.tsx';
import { Section } from '../../parts/Section.tsx';
import { testIds } from '../../test-ids.ts';
import { PlaybookCard } from './parts/PlaybookCard.tsx';
import { Removal } from './parts/Removal.tsx';
import { RunsTable } from './parts/RunsTable.tsx';
import { useScenariosPage } from './useScenariosPage.ts';

const styles = (theme: GrafanaTheme2) => ({
  cards: css({
    display: 'grid',
    gridTemplateColumns: 'repeat(auto-fill, minmax(min(100%, 480px), 1fr))',
    gap: theme.spacing(2),
  }),
  heading: css({ position: 'absolute', width: 1, height: 1, overflow: 'hidden', clipPath: 'inset(50%)' }),
});

type PageData = ReturnType<typeof useScenariosPage>['data'];

function Playbooks({ scenarios, ruleTitle, play }: Pick<PageData, 'scenarios' | 'ruleTitle' | 'play'>) {
  const { cards, heading } = useStyles2(styles);
  return (
    <section aria-label="Playbooks">
      <h2 className={heading}>Playbooks</h2>
      <ResourceView loaded={scenarios} what="playbooks">
        {(list) =>
          list.scenarios.length === 0 ? (
            <div data-testid={testIds.empty}>
              <EmptyState variant="not-found" message="There are no playbooks">
                Put playbooks (YAML) into the folder “scenarios” of the rules service.
              </EmptyState>
            </div>
          ) : (
            <div className={cards}>
              {list.scenarios.map((scenario) => (
                <PlaybookCard
                  key={scenario.path}
                  scenario={scenario}
                  ruleTitle={ruleTitle}
                  busy={play.busy}
                  onPlay={(request) => void play.run(scenario.id, request)}
                />
              ))}
            </div>
          )
        }
      </ResourceView>
    </section>
  );
}

function Runs({ runs, remove }: Pick<PageData, 'runs' | 'remove'>) {
  return (
    <Section title="Runs">
      <ResourceView loaded={runs} what="runs">
        {(page) =>
          page.items.length === 0 ? (
            <Text color="secondary">Nothing was played yet.</Text>
          ) : (
            <RunsTable runs={page.items} busy={remove.busy} onRemove={(run) => void remove.run(run)} />
          )
        }
      </ResourceView>
    </Section>
  );
}

/** Attack playbooks, played through the same door as real logs, and what became of their runs. */
export function ScenariosPage() {
  const { data, actions } = useScenariosPage();
  const { play, remove, removal } = data;
  return (
    <PluginPage
      pageNav={{ text: 'Scenarios' }}
      subTitle="Play an attack through the same door as real logs, and see whether the rules find it."
    >
      <div data-testid={testIds.scenarios.page}>
        <Stack direction="column" gap={2}>
          {play.problem && <ProblemAlert problem={play.problem} onDismiss={play.dismiss} />}
          <Playbooks {...data} />
          {remove.problem && <ProblemAlert problem={remove.problem} onDismiss={remove.dismiss} />}
          {removal && <Removal removal={removal} onDismiss={actions.dismissRemoval} />}
          <Runs {...data} />
        </Stack>
      </div>
    </PluginPage>
  );
}
