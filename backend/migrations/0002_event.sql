-- event: the normalised table. Layout measured: a bucketed Map for what has no column of its own, log source first in the order.
-- NULL is "the line does not say"; '' is "it says nothing".
CREATE TABLE IF NOT EXISTS event
(
    id UUID COMMENT 'hash of raw_id and ordinal',
    raw_id UUID COMMENT 'raw_log.id',
    parse_gen UInt32 DEFAULT 0 COMMENT 'generation; a re-parse writes the next and deletes the old one',
    ts DateTime64(3, 'UTC') COMMENT 'event time; received_at when it cannot be read (see ts_quality)',
    ts_quality LowCardinality(String) COMMENT 'exact, year_inferred, missing, unreadable, future: the last three hold received_at in ts',
    ts_text String DEFAULT '' COMMENT 'the time as written, empty when none',
    received_at DateTime64(3, 'UTC') COMMENT 'raw_log.received_at; partitions and TTL go by it',
    ingested_at DateTime64(6, 'UTC') MATERIALIZED now64(6, 'UTC') COMMENT 'when this row was inserted; no writer can set it',
    source LowCardinality(String) DEFAULT '' COMMENT 'name of the log source',
    parser LowCardinality(String) COMMENT 'parser that made the row',
    run_id String DEFAULT '' COMMENT 'scenario run; empty for real logs',
    product LowCardinality(String) DEFAULT '' COMMENT 'Sigma logsource product',
    category LowCardinality(String) DEFAULT '' COMMENT 'Sigma logsource category',
    service LowCardinality(String) DEFAULT '' COMMENT 'Sigma logsource service',
    severity Nullable(UInt8) COMMENT 'syslog severity 0 (emergency) to 7 (debug), RFC 5424 section 6.2.1',
    facility Nullable(UInt8) COMMENT 'syslog facility 0 to 23, RFC 5424 section 6.2.1',
    host LowCardinality(Nullable(String)) COMMENT 'host.name',
    src_ip Nullable(String) COMMENT 'source.ip as written',
    dst_ip Nullable(String) COMMENT 'destination.ip as written',
    src_ip6 Nullable(IPv6) MATERIALIZED toIPv6OrNull(src_ip) COMMENT 'for cidr and sorting',
    dst_ip6 Nullable(IPv6) MATERIALIZED toIPv6OrNull(dst_ip) COMMENT 'for cidr and sorting',
    src_port Nullable(String) COMMENT 'source.port as written',
    dst_port Nullable(String) COMMENT 'destination.port as written',
    src_mac Nullable(String) COMMENT 'source.mac as written',
    dst_mac Nullable(String) COMMENT 'destination.mac as written',
    protocol LowCardinality(Nullable(String)) COMMENT 'network.transport, lower case',
    user Nullable(String) COMMENT 'user.name: who acts, or who is acted as when only that is known',
    target_user Nullable(String) COMMENT 'user.target.name or user.effective.name: on whom, or as whom',
    program LowCardinality(Nullable(String)) COMMENT 'process.name',
    pid Nullable(String) COMMENT 'process.pid as written',
    action LowCardinality(Nullable(String)) COMMENT 'event.action, snake_case',
    outcome LowCardinality(Nullable(String)) COMMENT 'event.outcome: success, failure, unknown',
    dns_query Nullable(String) COMMENT 'dns.question.name',
    http_url Nullable(String) COMMENT 'url.original',
    process_image Nullable(String) COMMENT 'process.executable',
    command_line Nullable(String) COMMENT 'process.command_line',
    message String COMMENT 'the message without its header' CODEC(ZSTD(1)),
    fields Map(LowCardinality(String), Nullable(String)) COMMENT 'everything else under its own name' CODEC(ZSTD(1)),
    INDEX ix_ts ts TYPE minmax GRANULARITY 1,
    INDEX ix_ingested ingested_at TYPE minmax GRANULARITY 1,
    INDEX ix_raw raw_id TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX ix_id id TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX ix_run run_id TYPE set(100) GRANULARITY 1,
    INDEX ix_keys mapKeys(fields) TYPE bloom_filter(0.01) GRANULARITY 1
)
ENGINE = MergeTree
PARTITION BY toDate(received_at)
ORDER BY (product, category, service, ts)
TTL toDateTime(received_at) + INTERVAL 90 DAY
SETTINGS non_replicated_deduplication_window = 10000,
    enable_block_number_column = 1, add_minmax_index_for_block_number_column = 1, remove_empty_parts = 0,
    map_serialization_version = 'with_buckets', map_serialization_version_for_zero_level_parts = 'basic',
    map_buckets_strategy = 'constant', max_buckets_in_map = 8, map_buckets_min_avg_size = 0
