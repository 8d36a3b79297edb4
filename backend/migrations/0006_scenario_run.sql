-- One row per change of a scenario run; the newest revision counts.
CREATE TABLE IF NOT EXISTS scenario_run
(
    run_id String,
    revision UInt64 COMMENT 'from 1',
    scenario_id String,
    title String,
    state LowCardinality(String) COMMENT 'playing, paused, settling, finished, stopped, failed, removed',
    speed Float64,
    seed UInt32,
    started_at DateTime64(3, 'UTC'),
    finished_at Nullable(DateTime64(3, 'UTC')),
    started_by String,
    sent UInt32,
    total UInt32,
    error String DEFAULT '',
    verdict String DEFAULT '' COMMENT 'JSON of the contract''s verdict, empty until there is one',
    at DateTime64(3, 'UTC') DEFAULT now64(3, 'UTC')
)
ENGINE = ReplacingMergeTree(revision)
ORDER BY run_id
