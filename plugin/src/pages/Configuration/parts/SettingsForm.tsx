import React, { useState, type SyntheticEvent } from 'react';
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Button, Field, FieldSet, Input, SecretInput, useStyles2 } from '@grafana/ui';
import { Section } from '../../../parts/Section.tsx';
import { testIds } from '../../../test-ids.ts';
import { tokenRoles, type TokenRole } from './connection.ts';
import { serviceUrlProblem, type SettingsInput } from './settings.ts';

const styles = (theme: GrafanaTheme2) => ({
  form: css({ maxWidth: 640 }),
  fields: css({ display: 'flex', flexDirection: 'column', gap: theme.spacing(2) }),
});

const says: Record<TokenRole, { label: string; description: string }> = {
  reader: { label: 'Reader token', description: 'For viewers: findings, rules, sources, runs.' },
  triager: { label: 'Triager token', description: 'For editors: triage and playing scenarios.' },
  admin: { label: 'Admin token', description: 'For administrators: removing runs, the configuration below.' },
};

interface TokenProps {
  role: TokenRole;
  configured: boolean;
  value: string | undefined;
  disabled: boolean;
  onChange: (value: string | undefined) => void;
}

function TokenField({ role, configured, value, disabled, onChange }: TokenProps) {
  const { label, description } = says[role];
  const id = `loglake-${role}-token`;
  return (
    <Field noMargin label={label} description={description} htmlFor={id}>
      <SecretInput
        id={id}
        // A browser must not offer a password of the person here.
        autoComplete="off"
        isConfigured={configured && value === undefined}
        value={value ?? ''}
        disabled={disabled}
        placeholder={`LOGLAKE_TOKEN_${role.toUpperCase()} of the service`}
        onReset={() => onChange('')}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
    </Field>
  );
}

interface Props {
  serviceUrl: string;
  configured: (role: TokenRole) => boolean;
  busy: boolean;
  /** Why this person may not change it; null when they may. */
  refusal: string | null;
  onSave: (input: SettingsInput) => void;
}

/** Where the service is, and the tokens that Grafana adds to what it passes on. Tokens are never shown again. */
export function SettingsForm({ serviceUrl: savedUrl, configured, busy, refusal, onSave }: Props) {
  const { form, fields } = useStyles2(styles);
  const [serviceUrl, setServiceUrl] = useState(savedUrl);
  const [tokens, setTokens] = useState<SettingsInput['tokens']>({});
  const urlProblem = serviceUrlProblem(serviceUrl.trim());
  const shownProblem = serviceUrl === '' ? undefined : urlProblem;
  const disabled = refusal !== null;
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    if (!disabled && !busy && urlProblem === undefined) onSave({ serviceUrl, tokens });
  };
  return (
    <Section title="Rules service">
      <form className={form} onSubmit={submit} noValidate data-testid={testIds.configuration.form}>
        <FieldSet disabled={disabled}>
          <div className={fields}>
            <Field
              noMargin
              label="Service URL"
              description="As Grafana’s server reaches it, not your browser."
              htmlFor="loglake-service-url"
              invalid={shownProblem !== undefined}
              error={shownProblem}
            >
              <Input
                id="loglake-service-url"
                type="url"
                value={serviceUrl}
                placeholder="http://127.0.0.1:8450"
                onChange={(event) => setServiceUrl(event.currentTarget.value)}
              />
            </Field>
            {tokenRoles.map((role) => (
              <TokenField
                key={role}
                role={role}
                configured={configured(role)}
                value={tokens[role]}
                disabled={disabled}
                onChange={(value) => setTokens({ ...tokens, [role]: value })}
              />
            ))}
          </div>
        </FieldSet>
        <Button
          type="submit"
          icon={busy ? 'spinner' : 'save'}
          disabled={disabled || busy || urlProblem !== undefined}
          tooltip={refusal ?? undefined}
        >
          Save
        </Button>
      </form>
    </Section>
  );
}
