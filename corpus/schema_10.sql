-- With what a count by day groups by: else the days before the first whole month of a trend, and after the last, are
-- each looked up in articles, rows of half a kilobyte that lie all over the file (corpus/counting.py).
DROP INDEX articles_newest;
CREATE INDEX articles_newest ON articles (published_at DESC, id DESC, source, province, province_63, province_34);
-- Which outlet writes of which provinces is in the tallies now.
DROP INDEX articles_outlet_places;
-- Which sections and authors there are, however they are spelled (corpus/conditions.py).
CREATE INDEX articles_section ON articles (section, published_at DESC, id DESC);
CREATE INDEX authors_name ON authors (name);
