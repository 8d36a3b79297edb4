-- Who may write findings and triage: one process at a time, by a lease. A take-over is the next epoch, so the newest row rules.
CREATE TABLE IF NOT EXISTS lease_holder
(
    name String COMMENT 'what is leased: writer',
    epoch UInt64 COMMENT 'from 1; each take is the next one, inserted with the deduplication token name|epoch: only one wins',
    owner String COMMENT 'the process that took it',
    at DateTime64(6, 'UTC') DEFAULT now64(6, 'UTC') COMMENT 'when it was taken, by the store clock'
)
ENGINE = MergeTree
ORDER BY (name, epoch)
SETTINGS non_replicated_deduplication_window = 1000;

CREATE TABLE IF NOT EXISTS lease_beat
(
    name String,
    epoch UInt64 COMMENT 'of the take that it prolongs',
    at DateTime64(6, 'UTC') DEFAULT now64(6, 'UTC') COMMENT 'the holder lived then, by the store clock',
    released UInt8 DEFAULT 0 COMMENT '1: given back, free at once'
)
ENGINE = ReplacingMergeTree(at)
ORDER BY (name, epoch);

-- A claim of a dead owner is taken over under the next generation.
ALTER TABLE ledger_claim ADD COLUMN IF NOT EXISTS takes UInt64 DEFAULT 0 COMMENT 'generation of the claim that this one takes over; 0 for none';

-- Doors: what the writer stores, it inserts here with its epoch. The view behind each door lets rows through only while
-- that epoch is the newest; the engine itself refuses a process that slept through a take-over. One statement per table.
CREATE TABLE IF NOT EXISTS ledger_claim_door AS ledger_claim ENGINE = Null;
ALTER TABLE ledger_claim_door ADD COLUMN IF NOT EXISTS epoch UInt64;
CREATE MATERIALIZED VIEW IF NOT EXISTS ledger_claim_guard TO ledger_claim AS SELECT * EXCEPT (epoch) FROM ledger_claim_door
    WHERE throwIf(epoch != (SELECT max(lease_holder.epoch) FROM lease_holder WHERE name = 'writer'), 'another process is the writer') = 0;

CREATE TABLE IF NOT EXISTS ledger_done_door AS ledger_done ENGINE = Null;
ALTER TABLE ledger_done_door ADD COLUMN IF NOT EXISTS epoch UInt64;
CREATE MATERIALIZED VIEW IF NOT EXISTS ledger_done_guard TO ledger_done AS SELECT * EXCEPT (epoch) FROM ledger_done_door
    WHERE throwIf(epoch != (SELECT max(lease_holder.epoch) FROM lease_holder WHERE name = 'writer'), 'another process is the writer') = 0;

CREATE TABLE IF NOT EXISTS ledger_reset_door AS ledger_reset ENGINE = Null;
ALTER TABLE ledger_reset_door ADD COLUMN IF NOT EXISTS epoch UInt64;
CREATE MATERIALIZED VIEW IF NOT EXISTS ledger_reset_guard TO ledger_reset AS SELECT * EXCEPT (epoch) FROM ledger_reset_door
    WHERE throwIf(epoch != (SELECT max(lease_holder.epoch) FROM lease_holder WHERE name = 'writer'), 'another process is the writer') = 0;

CREATE TABLE IF NOT EXISTS rule_run_door AS rule_run ENGINE = Null;
ALTER TABLE rule_run_door ADD COLUMN IF NOT EXISTS epoch UInt64;
CREATE MATERIALIZED VIEW IF NOT EXISTS rule_run_guard TO rule_run AS SELECT * EXCEPT (epoch) FROM rule_run_door
    WHERE throwIf(epoch != (SELECT max(lease_holder.epoch) FROM lease_holder WHERE name = 'writer'), 'another process is the writer') = 0;

CREATE TABLE IF NOT EXISTS rule_match_door AS rule_match ENGINE = Null;
ALTER TABLE rule_match_door ADD COLUMN IF NOT EXISTS epoch UInt64;
CREATE MATERIALIZED VIEW IF NOT EXISTS rule_match_guard TO rule_match AS SELECT * EXCEPT (epoch) FROM rule_match_door
    WHERE throwIf(epoch != (SELECT max(lease_holder.epoch) FROM lease_holder WHERE name = 'writer'), 'another process is the writer') = 0;

CREATE TABLE IF NOT EXISTS finding_contribution_door AS finding_contribution ENGINE = Null;
ALTER TABLE finding_contribution_door ADD COLUMN IF NOT EXISTS epoch UInt64;
CREATE MATERIALIZED VIEW IF NOT EXISTS finding_contribution_guard TO finding_contribution AS SELECT * EXCEPT (epoch) FROM finding_contribution_door
    WHERE throwIf(epoch != (SELECT max(lease_holder.epoch) FROM lease_holder WHERE name = 'writer'), 'another process is the writer') = 0;

CREATE TABLE IF NOT EXISTS security_finding_door AS security_finding ENGINE = Null;
ALTER TABLE security_finding_door ADD COLUMN IF NOT EXISTS epoch UInt64;
CREATE MATERIALIZED VIEW IF NOT EXISTS security_finding_guard TO security_finding AS SELECT * EXCEPT (epoch) FROM security_finding_door
    WHERE throwIf(epoch != (SELECT max(lease_holder.epoch) FROM lease_holder WHERE name = 'writer'), 'another process is the writer') = 0;

CREATE TABLE IF NOT EXISTS finding_activity_door AS finding_activity ENGINE = Null;
ALTER TABLE finding_activity_door ADD COLUMN IF NOT EXISTS epoch UInt64;
CREATE MATERIALIZED VIEW IF NOT EXISTS finding_activity_guard TO finding_activity AS SELECT * EXCEPT (epoch) FROM finding_activity_door
    WHERE throwIf(epoch != (SELECT max(lease_holder.epoch) FROM lease_holder WHERE name = 'writer'), 'another process is the writer') = 0;
