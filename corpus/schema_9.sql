-- Which outlet writes of which provinces, asked by every trend by province (corpus/coverage.py), without reading all
-- articles: some steps through this index for each outlet and province.
CREATE INDEX articles_outlet_places ON articles (source, province, province_63);
