-- Schema 2. What a page says of a story beside its text. Articles stored before have none of it until they are read again.
-- updated_at is ISO 8601 at +07:00, as published_at; NULL where the page names no later change.
ALTER TABLE articles ADD COLUMN updated_at TEXT;

-- The way from the front page to the story, in order.
CREATE TABLE breadcrumbs (
    article_id INTEGER NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    n          INTEGER NOT NULL,
    step       TEXT NOT NULL,
    PRIMARY KEY (article_id, n)
) WITHOUT ROWID;

CREATE TABLE pictures (
    article_id INTEGER NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    n          INTEGER NOT NULL,
    url        TEXT NOT NULL,
    alt        TEXT,
    caption    TEXT,
    credit     TEXT,
    PRIMARY KEY (article_id, n)
) WITHOUT ROWID;

-- What read each field: rules, structured, generic, screen or inferred. A field that the article lacks has no row.
CREATE TABLE readers (
    article_id INTEGER NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    field      TEXT NOT NULL,
    reader     TEXT NOT NULL,
    PRIMARY KEY (article_id, field)
) WITHOUT ROWID;
