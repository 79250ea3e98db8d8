-- Schema 1. Facts and opinions are in different tables; every opinion hangs on its article and goes with it.
-- Times: published_at is ISO 8601 at +07:00, every other time ISO 8601 in UTC.

-- What was fetched, and where the bytes lie in the archive (NULL where a page was never archived).
CREATE TABLE pages (
    id            INTEGER PRIMARY KEY,
    url           TEXT NOT NULL,
    requested_url TEXT NOT NULL,
    source        TEXT,
    fetched_at    TEXT NOT NULL,
    status        INTEGER NOT NULL,
    digest        TEXT NOT NULL,
    file          TEXT,
    offset        INTEGER,
    length        INTEGER
);
CREATE UNIQUE INDEX pages_place ON pages (file, offset) WHERE file IS NOT NULL;
CREATE INDEX pages_requested ON pages (requested_url, digest);

-- Facts. AUTOINCREMENT: the id of an article that was withdrawn is never given to another.
CREATE TABLE articles (
    id                  INTEGER PRIMARY KEY AUTOINCREMENT,
    url                 TEXT NOT NULL UNIQUE,
    source              TEXT,
    title               TEXT NOT NULL,
    lead                TEXT,
    agency              TEXT,
    published_at        TEXT,
    published_day       TEXT,  -- the day of published_at at +07:00
    published_precision TEXT CHECK (published_precision IN ('minute', 'day')),
    published_from      TEXT CHECK (published_from IN ('printed', 'structured', 'inferred')),
    section             TEXT,
    place               TEXT,
    province            TEXT,  -- on the article's own day
    province_63         TEXT,  -- under the map before 2025-07-01; NULL where it cannot be known
    province_34         TEXT,  -- under the map from 2025-07-01 on
    language            TEXT NOT NULL,
    extractor           TEXT NOT NULL,
    extractor_version   TEXT NOT NULL,
    page_digest         TEXT NOT NULL,
    fetched_at          TEXT NOT NULL,
    page_id             INTEGER REFERENCES pages (id)
);
CREATE INDEX articles_newest ON articles (published_at DESC, id DESC);
CREATE INDEX articles_source ON articles (source, published_day);
CREATE INDEX articles_day ON articles (published_day);

CREATE TABLE blocks (
    article_id INTEGER NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    n          INTEGER NOT NULL,
    kind       TEXT NOT NULL,
    text       TEXT NOT NULL,
    reason     TEXT,
    credit     TEXT,
    PRIMARY KEY (article_id, n)
) WITHOUT ROWID;

CREATE TABLE authors (
    article_id INTEGER NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    n          INTEGER NOT NULL,
    name       TEXT NOT NULL,
    PRIMARY KEY (article_id, n)
) WITHOUT ROWID;

CREATE TABLE article_tags (
    article_id INTEGER NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    n          INTEGER NOT NULL,
    tag        TEXT NOT NULL,
    PRIMARY KEY (article_id, n)
) WITHOUT ROWID;

-- What became of each address. 'article': it is the address of a stored article (a copy or not: see copies);
-- 'same': it leads to an article stored under another address; 'rejected': see reason and detail.
CREATE TABLE outcomes (
    url        TEXT PRIMARY KEY,
    source     TEXT,
    kind       TEXT NOT NULL CHECK (kind IN ('article', 'same', 'rejected')),
    reason     TEXT,
    detail     TEXT,
    article_id INTEGER REFERENCES articles (id),
    page_id    INTEGER REFERENCES pages (id),
    at         TEXT NOT NULL,
    tries      INTEGER NOT NULL DEFAULT 1
) WITHOUT ROWID;
CREATE INDEX outcomes_article ON outcomes (article_id);

-- Near-duplicates (corpus/duplicates.py): a copy points to its head, a head is never itself a copy.
CREATE TABLE copies (
    article_id INTEGER PRIMARY KEY REFERENCES articles (id) ON DELETE CASCADE,
    head_id    INTEGER NOT NULL REFERENCES articles (id),
    similarity REAL NOT NULL
);
CREATE INDEX copies_head ON copies (head_id);

CREATE TABLE duplicate_keys (
    key        INTEGER NOT NULL,
    article_id INTEGER NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    PRIMARY KEY (key, article_id)
) WITHOUT ROWID;
CREATE INDEX duplicate_keys_article ON duplicate_keys (article_id);

-- Search (corpus/index.py): no text is kept a second time; unicode61 alone would drop tones and keep đ.
CREATE VIRTUAL TABLE search USING fts5 (
    title_toned, body_toned, title_folded, body_folded,
    content = '', tokenize = 'unicode61 remove_diacritics 0'
);

-- Opinions, each signed by what made it.
CREATE TABLE segmentations (
    article_id INTEGER NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    made_by    TEXT NOT NULL,
    sentences  TEXT NOT NULL,  -- one a line
    at         TEXT NOT NULL,
    PRIMARY KEY (article_id, made_by)
) WITHOUT ROWID;

-- The id rises with every tagging ever added, so it orders them by age whatever the clock did.
CREATE TABLE taggings (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    article_id    INTEGER NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    made_by       TEXT NOT NULL,
    primary_theme TEXT,
    at            TEXT NOT NULL,
    UNIQUE (article_id, made_by)
);

CREATE TABLE tagging_themes (
    tagging_id  INTEGER NOT NULL REFERENCES taggings (id) ON DELETE CASCADE,
    theme       TEXT NOT NULL,
    probability REAL,              -- 0-1, NULL where none was stated (a hand label)
    given       INTEGER NOT NULL,  -- 0 where the theme was weighed and not given, else its place among those given
    evidence    TEXT,              -- JSON list of sentences
    PRIMARY KEY (tagging_id, theme)
) WITHOUT ROWID;
CREATE INDEX tagging_themes_given ON tagging_themes (theme, given);

-- The one tagging of an article that questions use: a hand label before a model's, among equals the newest.
CREATE VIEW current_taggings AS
SELECT id, article_id, made_by, primary_theme, at
FROM taggings
WHERE id = (
    SELECT rival.id FROM taggings AS rival
    WHERE rival.article_id = taggings.article_id
    ORDER BY rival.made_by GLOB 'hand:*' DESC, rival.id DESC
    LIMIT 1
);

CREATE VIEW current_themes AS
SELECT t.article_id, g.theme, g.probability, g.given, g.evidence, t.made_by
FROM current_taggings AS t JOIN tagging_themes AS g ON g.tagging_id = t.id
WHERE g.given > 0;

CREATE TABLE nights (
    id         INTEGER PRIMARY KEY,
    source     TEXT NOT NULL,
    started_at TEXT NOT NULL,
    ended_at   TEXT NOT NULL,
    found      INTEGER NOT NULL,
    known      INTEGER NOT NULL,
    stored     INTEGER NOT NULL,
    copies     INTEGER NOT NULL,
    same       INTEGER NOT NULL,
    generic    INTEGER NOT NULL,
    rejected   TEXT NOT NULL,  -- JSON object, reason to count
    findings   TEXT NOT NULL   -- JSON list of sentences
);
CREATE INDEX nights_source ON nights (source, started_at);

-- By which rules the derived tables (search, duplicate_keys) were made: another rule, and they are made again.
CREATE TABLE derived (
    name TEXT PRIMARY KEY,
    rule TEXT NOT NULL
) WITHOUT ROWID;
