-- Schema 8. The look-up keys of near-duplicates without an index by article, which took as much of the file as the keys
-- themselves and a third of the time of storing: an article's keys are made again from its text to be taken out
-- (corpus/duplicates.py). Without that index nothing may hang on articles (id) here: each withdrawn article would have
-- every key read.
ALTER TABLE duplicate_keys RENAME TO duplicate_keys_1;
CREATE TABLE duplicate_keys (
    key        INTEGER NOT NULL,
    article_id INTEGER NOT NULL,
    PRIMARY KEY (key, article_id)
) WITHOUT ROWID;
INSERT INTO duplicate_keys (key, article_id) SELECT key, article_id FROM duplicate_keys_1 ORDER BY key, article_id;
DROP TABLE duplicate_keys_1;
