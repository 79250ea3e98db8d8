-- Places and partners: an opinion of the newest gazetteer, one of each article.

-- What the ids of mentions mean.
CREATE TABLE entities (
    id       TEXT PRIMARY KEY,  -- kind:key
    kind     TEXT NOT NULL,
    name     TEXT NOT NULL,
    country  TEXT,              -- ISO 3166
    province TEXT,              -- of the map of 63
    within   TEXT,              -- the place abroad it lies in
    opposite TEXT               -- the gate across the border
) WITHOUT ROWID;

-- Which articles were read for names, and by what; one that names nothing has a row here and none in mentions.
CREATE TABLE namings (
    article_id INTEGER PRIMARY KEY REFERENCES articles (id) ON DELETE CASCADE,
    made_by    TEXT NOT NULL,
    at         TEXT NOT NULL
);

CREATE TABLE mentions (
    article_id INTEGER NOT NULL REFERENCES namings (article_id) ON DELETE CASCADE,
    entity     TEXT NOT NULL REFERENCES entities (id),
    start      INTEGER NOT NULL,  -- in characters of the title, a line break, and the text
    end        INTEGER NOT NULL,
    rule       TEXT NOT NULL,
    PRIMARY KEY (article_id, start)
) WITHOUT ROWID;
CREATE INDEX mentions_entity ON mentions (entity, article_id);
