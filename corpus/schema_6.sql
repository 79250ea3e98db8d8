-- Schema 6. What makes a million articles answer quickly. Both tables are derived (corpus/tallies.py): kept in the
-- transaction that changes what they count, compared by `tintinh check`, made anew under another rule.

-- The themes given by the tagging in use (view current_taggings), for to rank every tagging of a theme takes a second.
CREATE TABLE standing_themes (
    theme      TEXT NOT NULL,
    article_id INTEGER NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    PRIMARY KEY (theme, article_id)
) WITHOUT ROWID;
CREATE INDEX standing_themes_article ON standing_themes (article_id);

-- How many articles there are of each month and theme, by province ('*' in the place of the outlet) and by outlet ('*'
-- in the places of the province): not of each outlet in each province, which would be as many rows as articles.
-- '' stands for what is not known: a day, a province, an outlet. The theme '' counts every article, '*' every article
-- with a tagging, a slug those given it.
CREATE TABLE tallies (
    source      TEXT NOT NULL,
    theme       TEXT NOT NULL,
    month       TEXT NOT NULL,     -- of published_day
    province_63 TEXT NOT NULL,
    province    TEXT NOT NULL,
    province_34 TEXT NOT NULL,
    articles    INTEGER NOT NULL,
    stories     INTEGER NOT NULL,  -- those that are no near-duplicate of an earlier one
    PRIMARY KEY (source, theme, month, province_63, province, province_34)
) WITHOUT ROWID;

-- The newest of an outlet or a province, without sorting all of them.
DROP INDEX articles_source;
CREATE INDEX articles_source_newest ON articles (source, published_at DESC, id DESC);
CREATE INDEX articles_province ON articles (province, published_at DESC, id DESC);
CREATE INDEX articles_province_63 ON articles (province_63, published_at DESC, id DESC);
CREATE INDEX articles_province_34 ON articles (province_34, published_at DESC, id DESC);

-- Twelve rows an article weigh a theme, and one gives it.
DROP INDEX tagging_themes_given;
CREATE INDEX tagging_themes_given ON tagging_themes (theme, tagging_id) WHERE given > 0;

-- FTS5 writes a segment for each 1 MB of index held in memory, a hundred articles; 16 MB leave it a tenth of the merging.
INSERT INTO search (search, rank) VALUES ('hashsize', 16777216);
