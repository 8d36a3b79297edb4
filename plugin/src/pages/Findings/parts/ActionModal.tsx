import React, { useState, type SyntheticEvent } from 'react';
import { config } from '@grafana/runtime';
import { Button, Field, Input, Modal, RadioButtonList, Stack, TextArea } from '@grafana/ui';
import { closeReasons, type CloseReason, type Finding, type TriageAction } from '@loglake/contract/finding';
import { pluralText } from '../../../parts/format.ts';
import { closeReasonNames } from '../../../parts/StateBadge.tsx';
import type { ActionKind } from '../triage-actions.ts';

const titles: Record<ActionKind, string> = {
  acknowledge: 'Acknowledge',
  investigate: 'Investigate',
  resolve: 'Resolve',
  false_positive: 'Close as false positive',
  reopen: 'Reopen',
  assign: 'Assign',
  comment: 'Comment',
};

interface Typed {
  comment: string;
  assignee: string;
  reason: CloseReason;
}

/** The action with what was typed; null while something needed is missing. */
function actionOf(kind: ActionKind, { comment, assignee, reason }: Typed): TriageAction | null {
  const text = comment.trim();
  const more = text === '' ? {} : { comment: text };
  switch (kind) {
    case 'resolve':
      return { kind, closeReason: reason, ...more };
    case 'assign':
      return { kind, assignee: assignee.trim() === '' ? null : assignee.trim(), ...more };
    case 'comment':
      return text === '' ? null : { kind, comment: text };
    case 'acknowledge':
    case 'investigate':
    case 'false_positive':
    case 'reopen':
      return { kind, ...more };
  }
}

interface Props {
  kind: ActionKind;
  findings: readonly Finding[];
  onCancel: () => void;
  onAct: (action: TriageAction) => void;
}

function AssigneeField({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  return (
    <Field label="Assignee" description="Empty takes the assignment away." noMargin>
      <Stack gap={1}>
        <Input
          id="triage-assignee"
          aria-label="Assignee"
          autoFocus
          maxLength={200}
          value={value}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
        <Button type="button" variant="secondary" onClick={() => onChange(config.bootData.user.login)}>
          Me
        </Button>
      </Stack>
    </Field>
  );
}

/** Asks for reason, assignee or comment. Escape and Cancel change nothing. */
export function ActionModal({ kind, findings, onCancel, onAct }: Props) {
  const [typed, setTyped] = useState<Typed>({
    comment: '',
    assignee: findings.length === 1 ? (findings[0]?.assignee ?? '') : '',
    reason: 'true_positive',
  });
  const change = (part: Partial<Typed>) => setTyped({ ...typed, ...part });
  const action = actionOf(kind, typed);
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (action !== null) onAct(action);
  };
  return (
    <Modal title={`${titles[kind]}: ${pluralText(findings.length, 'finding')}`} isOpen onDismiss={onCancel}>
      <form onSubmit={submit}>
        <Stack direction="column" gap={2}>
          {kind === 'resolve' && (
            <Field label="Reason" noMargin>
              <RadioButtonList
                name="close-reason"
                options={closeReasons.map((value) => ({ value, label: closeReasonNames[value] }))}
                value={typed.reason}
                onChange={(reason) => change({ reason })}
              />
            </Field>
          )}
          {kind === 'assign' && <AssigneeField value={typed.assignee} onChange={(assignee) => change({ assignee })} />}
          <Field label={kind === 'comment' ? 'Comment' : 'Comment (optional)'} noMargin>
            <TextArea
              id="triage-comment"
              rows={4}
              maxLength={4000}
              autoFocus={kind === 'comment'}
              value={typed.comment}
              onChange={(event) => change({ comment: event.currentTarget.value })}
            />
          </Field>
        </Stack>
        <Modal.ButtonRow>
          <Button type="button" variant="secondary" fill="outline" onClick={onCancel}>
            Cancel
          </Button>
          <Button type="submit" disabled={action === null}>
            {titles[kind]}
          </Button>
        </Modal.ButtonRow>
      </form>
    </Modal>
  );
}
