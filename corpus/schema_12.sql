-- Schema 12. The words of each article in order, each syllable a sign of two bytes (corpus/syllables.py): a few thousand
-- articles are looked through more quickly than the index reads the lists of two frequent words (corpus/sequences.py).
CREATE TABLE sequences (
    article_id INTEGER PRIMARY KEY REFERENCES articles (id) ON DELETE CASCADE,
    words      BLOB NOT NULL
);
