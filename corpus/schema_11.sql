-- Schema 11. The look-up keys of the articles stored last. Keys are random numbers, so that the 82,000 of 2,000 articles
-- lie in 60,000 pages of a tree of 41 million and each of those is written twice, to the log and to the file; here they
-- share some thousand. They go over into duplicate_keys in the order of keys, many to a page (corpus/recent.py).
CREATE TABLE recent_keys (
    key        INTEGER NOT NULL,
    article_id INTEGER NOT NULL,
    PRIMARY KEY (key, article_id)
) WITHOUT ROWID;

-- A load has FTS5 merge sixteen segments of one size at a time, some pages with each write (corpus/loading.py). From
-- sixteen on FTS5 would by itself merge them all at once, gigabytes in one transaction at a million articles.
INSERT INTO search (search, rank) VALUES ('crisismerge', 64);
