"""The sample corpus: three years of invented news from twelve invented outlets, made from texts we wrote.

``data/sample/plan.csv`` says which text runs where and when; ``tintinh.sample.plan`` drew it once by a seed, and
``tintinh.sample.build`` makes the corpus that it describes.
"""

from tintinh.sample.build import build_sample, sample_corpus

__all__ = ["build_sample", "sample_corpus"]
