-- Matches by the groups that correlations ask for: a range reads those of the groups it touches, however many there are.
CREATE TABLE IF NOT EXISTS rule_match_group
(
    group_key UInt64 COMMENT 'hash of rule, its text, run, the fields read, and the group values: matchKey in detect/compile/match-key.ts',
    ts DateTime64(3, 'UTC') COMMENT 'event time',
    event_id UUID,
    rule_id LowCardinality(String),
    run_id LowCardinality(String) DEFAULT '',
    received_at DateTime64(3, 'UTC'),
    stored_at DateTime64(3, 'UTC') DEFAULT now64(3, 'UTC'),
    fields Map(LowCardinality(String), Nullable(String)) COMMENT 'as in rule_match'
)
ENGINE = ReplacingMergeTree(stored_at)
PARTITION BY toDate(received_at)
PRIMARY KEY (group_key, ts)
ORDER BY (group_key, ts, event_id)
TTL toDateTime(received_at) + INTERVAL 8 DAY
SETTINGS index_granularity = 128;

CREATE TABLE IF NOT EXISTS rule_match_group_door AS rule_match_group ENGINE = Null;
ALTER TABLE rule_match_group_door ADD COLUMN IF NOT EXISTS epoch UInt64;
CREATE MATERIALIZED VIEW IF NOT EXISTS rule_match_group_guard TO rule_match_group AS SELECT * EXCEPT (epoch) FROM rule_match_group_door
    WHERE throwIf(epoch != (SELECT max(lease_holder.epoch) FROM lease_holder WHERE name = 'writer'), 'another process is the writer') = 0;

-- Of which text of the rule a match is. MODIFY QUERY: at no time is there a door without its guard.
ALTER TABLE rule_match ADD COLUMN IF NOT EXISTS rule_hash LowCardinality(String) DEFAULT '' COMMENT 'of the rule that matched; empty for rows of before: they count for every text';
ALTER TABLE rule_match_door ADD COLUMN IF NOT EXISTS rule_hash LowCardinality(String) DEFAULT '';
ALTER TABLE rule_match_guard MODIFY QUERY SELECT * EXCEPT (epoch) FROM rule_match_door
    WHERE throwIf(epoch != (SELECT max(lease_holder.epoch) FROM lease_holder WHERE name = 'writer'), 'another process is the writer') = 0;
