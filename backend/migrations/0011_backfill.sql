-- The past of a rule, asked for by somebody. How far it is stands in ledger_done, under the stream backfill:<rule hash>:<id>.
CREATE TABLE IF NOT EXISTS backfill
(
    backfill_id String,
    rule_id String,
    rule_hash String COMMENT 'the rule as it was when it was asked for: another version ends the backfill',
    since DateTime64(3, 'UTC') COMMENT 'what arrived since then is read again for this rule',
    blocks String DEFAULT '' COMMENT 'JSON: which blocks of which partitions are read, and the store clock when that was fixed; empty before',
    state LowCardinality(String) COMMENT 'running, done, cancelled, failed',
    error String DEFAULT '',
    asked_by String,
    asked_at DateTime64(3, 'UTC'),
    at DateTime64(6, 'UTC') DEFAULT now64(6, 'UTC') COMMENT 'the newest row of a backfill rules'
)
ENGINE = ReplacingMergeTree(at)
ORDER BY backfill_id;
