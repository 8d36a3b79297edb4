-- What people and the service decided about single rules: the newest row of a rule and a question rules.
CREATE TABLE IF NOT EXISTS rule_control
(
    rule_id String,
    action LowCardinality(String) COMMENT 'disable or enable: whether it runs at all; quarantine or release: whether it is held back',
    rule_hash String DEFAULT '' COMMENT 'quarantine: of the rule that was held; a rule with another hash is free',
    reason String COMMENT 'a sentence for people',
    actor String COMMENT 'who; service when the service did it',
    at DateTime64(6, 'UTC') DEFAULT now64(6, 'UTC')
)
ENGINE = MergeTree
ORDER BY (rule_id, at);
