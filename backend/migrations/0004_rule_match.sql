-- Matches of rules that a correlation names; groups that new matches touch are recomputed from here in event time.
CREATE TABLE IF NOT EXISTS rule_match
(
    rule_id String,
    event_id UUID,
    ts DateTime64(3, 'UTC') COMMENT 'event time',
    received_at DateTime64(3, 'UTC'),
    stored_at DateTime64(3, 'UTC') DEFAULT now64(3, 'UTC'),
    run_id String DEFAULT '',
    fields Map(LowCardinality(String), Nullable(String)) COMMENT 'the values that correlations group or count by, by Sigma field name',
    INDEX ix_ts ts TYPE minmax GRANULARITY 1
)
ENGINE = ReplacingMergeTree(stored_at)
PARTITION BY toDate(received_at)
ORDER BY (rule_id, run_id, ts, event_id)
TTL toDateTime(received_at) + INTERVAL 8 DAY
