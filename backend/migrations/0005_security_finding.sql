-- Contributions: for one rule, group and range of arrived rows, each maximal run of matches inside that range.
-- An episode is the union of contributions no further apart than the rule's gap; a range read twice replaces itself.
CREATE TABLE IF NOT EXISTS finding_contribution
(
    rule_id String,
    rule_hash String,
    run_id String DEFAULT '',
    group_key String COMMENT 'SHA-256 over rule id, run id and group values, hex, first 32',
    range_key String COMMENT 'stream|partition|lo|hi|gen of the rows read; gen, as block numbers may be given out anew',
    ordinal UInt32 COMMENT 'n-th run of matches of this group in the range',
    first_ts DateTime64(3, 'UTC'),
    last_ts DateTime64(3, 'UTC'),
    count UInt64,
    first_received_at DateTime64(3, 'UTC'),
    last_received_at DateTime64(3, 'UTC'),
    event_ids Array(UUID) COMMENT 'evidence, earliest first, at most 100',
    event_ms Array(Int64) COMMENT 'event time of each evidence id, Unix milliseconds: merging needs it',
    group_values Map(LowCardinality(String), Nullable(String)),
    hosts Array(String), users Array(String), src_ips Array(String), dst_ips Array(String),
    stored_at DateTime64(3, 'UTC') DEFAULT now64(3, 'UTC')
)
ENGINE = ReplacingMergeTree(stored_at)
ORDER BY (rule_id, group_key, range_key, ordinal)
TTL toDateTime(stored_at) + INTERVAL 400 DAY;

-- One row per revision of an episode, never changed. State lives in finding_activity.
CREATE TABLE IF NOT EXISTS security_finding
(
    finding_id String COMMENT 'made when the episode is first stored',
    revision UInt32 COMMENT 'from 1',
    rule_id String,
    rule_hash String COMMENT 'SHA-256 of the rule text, hex',
    title String,
    severity LowCardinality(String) COMMENT 'informational, low, medium, high, critical',
    risk UInt8 COMMENT '0 to 100',
    group_key String,
    group_values Map(LowCardinality(String), Nullable(String)),
    hosts Array(String), users Array(String), src_ips Array(String), dst_ips Array(String),
    tags Array(String) COMMENT 'as in the rule, attack.t1110.001',
    count UInt64 COMMENT 'matches, or firing windows of a correlation',
    late_count UInt64 COMMENT 'of those, arrived late: they lie before the end of an earlier revision',
    first_ts DateTime64(3, 'UTC') COMMENT 'event time',
    last_ts DateTime64(3, 'UTC') COMMENT 'event time',
    last_received_at DateTime64(3, 'UTC') COMMENT 'arrival of the newest event behind it',
    event_ids Array(UUID) COMMENT 'evidence, earliest first, at most 100',
    query_sql String COMMENT 'shows all rows behind it',
    query_params String COMMENT 'JSON object of its bound parameters',
    run_id String DEFAULT '',
    superseded_by String DEFAULT '' COMMENT 'the finding this one was joined into; its own id when a late event took its ground away',
    created_at DateTime64(3, 'UTC') COMMENT 'when revision 1 was stored',
    updated_at DateTime64(3, 'UTC') COMMENT 'when this revision was stored',
    INDEX ix_group group_key TYPE bloom_filter(0.01) GRANULARITY 1
)
ENGINE = ReplacingMergeTree(updated_at)
ORDER BY (finding_id, revision)
SETTINGS non_replicated_deduplication_window = 10000;

-- Who did what, when and why. Hash-chained per finding.
CREATE TABLE IF NOT EXISTS finding_activity
(
    finding_id String,
    version UInt64 COMMENT 'from 1, without gaps',
    at DateTime64(3, 'UTC'),
    actor String,
    kind LowCardinality(String) COMMENT 'acknowledge, investigate, resolve, false_positive, reopen, assign, comment',
    state LowCardinality(String) COMMENT 'after it',
    close_reason LowCardinality(String) DEFAULT '' COMMENT 'after it: true_positive, benign, duplicate or empty',
    assignee String DEFAULT '' COMMENT 'after it; empty for nobody',
    comment String DEFAULT '',
    previous_hash String COMMENT 'hash of the row before, empty for the first',
    hash String COMMENT 'SHA-256 over previous_hash and every column before it, hex'
)
ENGINE = MergeTree
ORDER BY (finding_id, version)
SETTINGS non_replicated_deduplication_window = 10000;

-- What Grafana and the plugin read: newest revision and newest state.
CREATE OR REPLACE VIEW security_finding_current AS
SELECT
    f.finding_id AS finding_id, f.revision AS revision, f.rule_id AS rule_id, f.rule_hash AS rule_hash,
    f.title AS title, f.severity AS severity, f.risk AS risk,
    f.group_key AS group_key, f.group_values AS group_values,
    f.hosts AS hosts, f.users AS users, f.src_ips AS src_ips, f.dst_ips AS dst_ips, f.tags AS tags,
    f.count AS count, f.late_count AS late_count,
    f.first_ts AS first_ts, f.last_ts AS last_ts, f.last_received_at AS last_received_at,
    f.event_ids AS event_ids, f.query_sql AS query_sql, f.query_params AS query_params,
    f.run_id AS run_id, f.superseded_by AS superseded_by, f.created_at AS created_at,
    greatest(f.updated_at, a.at) AS updated_at,
    a.version AS version,
    if(a.version = 0, 'new', a.state) AS state,
    a.close_reason AS close_reason,
    a.assignee AS assignee
FROM (SELECT * FROM security_finding ORDER BY revision DESC, updated_at DESC LIMIT 1 BY finding_id) AS f
LEFT JOIN
(
    SELECT finding_id, max(finding_activity.version) AS version, max(finding_activity.at) AS at,
        argMax(finding_activity.state, finding_activity.version) AS state,
        argMax(finding_activity.close_reason, finding_activity.version) AS close_reason,
        argMax(finding_activity.assignee, finding_activity.version) AS assignee
    FROM finding_activity GROUP BY finding_id
) AS a ON a.finding_id = f.finding_id
