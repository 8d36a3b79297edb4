-- raw_log: every line as it came in. Collectors may insert here directly: all but `raw` has a DEFAULT.
-- The DEFAULTs of hostname, program and parser are generated from backend/parsers and set at start.
CREATE TABLE IF NOT EXISTS raw_log
(
    id UUID DEFAULT generateUUIDv7() COMMENT 'UUIDv7, ours',
    received_at DateTime64(3, 'UTC') DEFAULT now64(3, 'UTC') COMMENT 'our clock, milliseconds',
    transport LowCardinality(String) DEFAULT 'clickhouse' COMMENT 'udp, tcp, tls, http, internal, or clickhouse when a collector inserts',
    sender String DEFAULT '' COMMENT 'peer address without port; for HTTP too',
    source LowCardinality(String) DEFAULT '' COMMENT 'name of the log source, from the envelope',
    run_id String DEFAULT '' COMMENT 'scenario run; empty for real logs',
    envelope_host String DEFAULT '' COMMENT 'host given beside the line (NDJSON), empty when none',
    envelope_program String DEFAULT '' COMMENT 'program given beside the line, empty when none',
    envelope_time String DEFAULT '' COMMENT 'time given beside the line, RFC 3339, empty when none',
    raw String COMMENT 'the bytes of one message, without its framing' CODEC(ZSTD(1)),
    hostname String DEFAULT '' COMMENT 'from the syslog header, else the envelope (generated)',
    program LowCardinality(String) DEFAULT '' COMMENT 'syslog TAG or APP-NAME without pid, else the envelope (generated)',
    parser LowCardinality(String) DEFAULT 'unmatched' COMMENT 'first parser whose claim holds, else unmatched (generated)'
)
ENGINE = MergeTree
PARTITION BY toDate(received_at)
ORDER BY (received_at, id)
TTL toDateTime(received_at) + INTERVAL 30 DAY
SETTINGS non_replicated_deduplication_window = 10000
