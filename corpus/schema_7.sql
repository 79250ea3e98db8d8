-- Schema 7. What somebody asked us to forget (corpus/forgotten.py). Nothing here says what it was.

-- Addresses and domains that are neither fetched nor stored again.
CREATE TABLE forgotten (
    digest TEXT PRIMARY KEY,  -- SHA-256 of the address without scheme and www., or of the domain
    story  TEXT NOT NULL,     -- the digest that the addresses of one story share
    whole  INTEGER NOT NULL CHECK (whole IN (0, 1)),  -- 1: the domain with all its addresses
    domain TEXT,              -- the host; NULL for a saved file
    at     TEXT NOT NULL,
    reason TEXT,
    by     TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX forgotten_story ON forgotten (story);

-- What a `tintinh forget` has still to do; rows are left only by one that was stopped.
CREATE TABLE erasures (
    file  TEXT PRIMARY KEY,   -- archive file whose rewritten copy is to take its place; '': old bytes are in the database
    bytes INTEGER NOT NULL    -- of the rewritten copy
) WITHOUT ROWID;
