-- What each night of a source looked like, kept as it was seen that night, and what was found wrong with it.

-- Of `n` (articles, lines, links …) `hits` had it; the measures are named in corpus/history.py.
CREATE TABLE night_measures (
    source     TEXT NOT NULL,
    started_at TEXT NOT NULL,  -- as in nights
    measure    TEXT NOT NULL,
    hits       INTEGER NOT NULL,
    n          INTEGER NOT NULL,
    PRIMARY KEY (source, started_at, measure)
) WITHOUT ROWID;

CREATE TABLE findings (
    source     TEXT NOT NULL,
    started_at TEXT NOT NULL,  -- as in nights
    rank       INTEGER NOT NULL,  -- 0 is the worst of its night
    kind       TEXT NOT NULL,
    severity   TEXT NOT NULL CHECK (severity IN ('broken', 'warning', 'note')),
    sentence   TEXT NOT NULL,
    evidence   TEXT NOT NULL,  -- JSON object
    PRIMARY KEY (source, started_at, rank)
) WITHOUT ROWID;

-- The articles of one night are asked for by when they were fetched.
CREATE INDEX articles_fetched ON articles (source, fetched_at);
