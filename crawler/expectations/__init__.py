"""What a night must yield, declared and learned, and the verdict on it: findings, the worst first.

``verdict`` is pure; ``judged`` measures the night that just ended in the corpus, keeps measures and findings, and
returns the sentences for the night's account; ``settled`` looks over the nights of all sources together afterwards.
"""

from crawler.expectations.declared import FEW, Counts
from crawler.expectations.judge import judged, ranked, verdict
from crawler.expectations.learned import History
from crawler.expectations.settle import settled

__all__ = ["FEW", "Counts", "History", "judged", "ranked", "settled", "verdict"]
