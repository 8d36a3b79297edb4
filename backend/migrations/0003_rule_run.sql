-- The ledger: which ranges of arrived rows were read, with which rules, by whom, and what came of it.
CREATE TABLE IF NOT EXISTS rule_set
(
    rule_set_hash String COMMENT 'SHA-256 over the members, hex',
    rule_id String COMMENT 'Sigma id',
    rule_hash String COMMENT 'SHA-256 of the rule text, hex',
    at DateTime64(3, 'UTC') DEFAULT now64(3, 'UTC')
)
ENGINE = ReplacingMergeTree(at)
ORDER BY (rule_set_hash, rule_id);

CREATE TABLE IF NOT EXISTS ledger_claim
(
    stream String COMMENT 'table uuid | shard | purpose (live, or backfill:<rule hash>)',
    partition String COMMENT 'partition_id of the table read',
    lo UInt64 COMMENT 'first block number, inclusive',
    hi UInt64 COMMENT 'last block number, inclusive',
    gen UInt64 COMMENT 'never reused; a taken-over claim has the next',
    owner String COMMENT 'who claims it',
    at DateTime64(6, 'UTC') DEFAULT now64(6, 'UTC')
)
ENGINE = MergeTree
ORDER BY (stream, partition, lo, gen)
SETTINGS non_replicated_deduplication_window = 10000;

CREATE TABLE IF NOT EXISTS ledger_done
(
    stream String,
    partition String,
    lo UInt64,
    hi UInt64,
    gen UInt64,
    owner String,
    rule_set_hash String,
    taken_at DateTime64(6, 'UTC') COMMENT 'the store clock when the range was listed',
    rows UInt64 COMMENT 'rows read'
)
ENGINE = MergeTree
ORDER BY (stream, partition, lo, gen);

CREATE TABLE IF NOT EXISTS ledger_reset
(
    stream String,
    above UInt64 COMMENT 'block numbers above it were given out anew; done ranges older than `at` end here',
    at DateTime64(6, 'UTC') DEFAULT now64(6, 'UTC')
)
ENGINE = MergeTree
ORDER BY (stream, at);

-- One row per range (rule_id empty), and one per rule with matches, errors or folds in it.
CREATE TABLE IF NOT EXISTS rule_run
(
    at DateTime64(3, 'UTC') COMMENT 'when the range was finished',
    stream String,
    partition String,
    lo UInt64,
    hi UInt64,
    gen UInt64 DEFAULT 0 COMMENT 'generation of the claim; a range done again after a crash replaces its rows by it',
    owner String,
    rule_set_hash String,
    rule_id String COMMENT 'empty on the row of the range',
    rule_hash String DEFAULT '',
    rows_read UInt64,
    matches UInt64,
    findings UInt64 COMMENT 'finding revisions written',
    folded UInt64 COMMENT 'matches counted without an evidence id',
    duration_ms UInt64,
    error String DEFAULT ''
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(at)
ORDER BY (at, stream, partition, lo, rule_id)
TTL toDateTime(at) + INTERVAL 400 DAY
