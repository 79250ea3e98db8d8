-- What is still to be done at the outlets, and the earlier editions of stories. Times are ISO 8601 in UTC.

-- Every article address that a listing showed, with what is to be done with it next (task NULL: nothing).
-- 'fetch': not asked for yet; 'retry': it failed; 'revisit': its article is young and is looked at again.
CREATE TABLE addresses (
    url            TEXT PRIMARY KEY,
    source         TEXT NOT NULL,
    seen_in        TEXT,              -- the feed, sitemap or listing that showed it first
    hint           TEXT,              -- the date given there, ISO 8601 at +07:00
    found_at       TEXT NOT NULL,
    task           TEXT CHECK (task IN ('fetch', 'retry', 'revisit')),
    due_at         TEXT,              -- when the task is due
    attempts       INTEGER NOT NULL DEFAULT 0,  -- failures in a row
    failing_since  TEXT,
    reason         TEXT,              -- of the last failure
    stored_at      TEXT,              -- when its article was first fetched
    visits         INTEGER NOT NULL DEFAULT 0,  -- how often it was visited again since
    visited_at     TEXT,
    fetched_at     TEXT,              -- when the answer came that the next three belong to
    etag           TEXT,              -- its validators, for a conditional request
    last_modified  TEXT,
    payload_digest TEXT               -- its digest, as its WARC record names it
) WITHOUT ROWID;
CREATE INDEX addresses_due ON addresses (source, due_at) WHERE task IS NOT NULL;

-- Feeds, sitemaps and listings that were read to the end. What one showed when whole_at was written is in `addresses`.
CREATE TABLE listings (
    url           TEXT PRIMARY KEY,
    source        TEXT NOT NULL,
    whole_at      TEXT NOT NULL,
    etag          TEXT,
    last_modified TEXT,
    shown         TEXT NOT NULL,      -- JSON list of the article addresses on its first page
    rule          TEXT NOT NULL       -- digest of the [discover] it was read by: under another one it is read anew
) WITHOUT ROWID;

-- Hosts that are not to be asked before a moment: they said so (Retry-After), or refused too often.
CREATE TABLE pauses (
    host   TEXT PRIMARY KEY,
    source TEXT NOT NULL,
    until  TEXT NOT NULL,
    reason TEXT NOT NULL
) WITHOUT ROWID;

-- Walks into the past (tintinh backfill): where each goes on.
CREATE TABLE walks (
    root   TEXT PRIMARY KEY,          -- the sitemap or section it began at
    source TEXT NOT NULL,
    since  TEXT NOT NULL,             -- the day it goes back to
    page   INTEGER NOT NULL,
    rest   TEXT NOT NULL,             -- JSON list of the addresses to read next; empty: the walk is over
    at     TEXT NOT NULL
) WITHOUT ROWID;

-- Stories as they were before an outlet changed them; the newest edition is the article itself.
CREATE TABLE revisions (
    article_id INTEGER NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    number     INTEGER NOT NULL,      -- from 1, the first
    article    TEXT NOT NULL,         -- JSON of the whole article
    fetched_at TEXT NOT NULL,
    page_id    INTEGER REFERENCES pages (id),
    PRIMARY KEY (article_id, number)
) WITHOUT ROWID;

CREATE INDEX pages_fetched ON pages (fetched_at);
