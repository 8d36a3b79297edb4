-- Who changed what in the service itself: runs started and removed, settings.
CREATE TABLE IF NOT EXISTS audit_log
(
    at DateTime64(3, 'UTC') DEFAULT now64(3, 'UTC'),
    actor String,
    role LowCardinality(String),
    action LowCardinality(String) COMMENT 'scenario.start, scenario.remove, ...',
    object String COMMENT 'id of what was changed',
    detail String COMMENT 'JSON object'
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(at)
ORDER BY (at, action)
TTL toDateTime(at) + INTERVAL 400 DAY
