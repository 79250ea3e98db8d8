"""What can go wrong when partitions are worked on, as one sentence that names the thing."""

from __future__ import annotations

from crawler.errors import TintinhError


class ClusterError(TintinhError):
    """A dataset, a partition or a scheduler that cannot be used as it stands."""
