#!/usr/bin/env bash
# Writes new random secrets for docker-compose.yml, readable by you only. Never overwrites.
# Usage: bash provisioning/new-secrets.sh [file]    (default: data/compose.env)
set -euo pipefail
file=${1:-data/compose.env}
umask 077
mkdir -p "$(dirname "$file")"
set -o noclobber
secret() { head -c 24 /dev/urandom | od -An -v -tx1 | tr -d ' \n'; }
{
  for name in \
    LOGLAKE_TOKEN_READER LOGLAKE_TOKEN_TRIAGER LOGLAKE_TOKEN_ADMIN LOGLAKE_TOKEN_INGEST LOGLAKE_TOKEN_SCENARIO \
    CLICKHOUSE_PASSWORD_LOGLAKE CLICKHOUSE_PASSWORD_GRAFANA CLICKHOUSE_PASSWORD_COLLECTOR \
    GRAFANA_ADMIN_PASSWORD; do
    printf '%s=%s\n' "$name" "$(secret)"
  done
} >"$file"
echo "Wrote $file"
