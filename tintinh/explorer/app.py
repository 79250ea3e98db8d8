"""The explorer as a Datasette: its router, static files, permissions and JSON API, and our pages as a plugin.

Our pages open the corpus anew for each request (a millisecond): a corpus that a night writes to, or that is made anew
beside, is seen as it is. Datasette itself is given the file only where its own pages are asked for (``open_sql``);
without, no table and no SQL is reachable at all.
"""

from __future__ import annotations

from datasette.app import Datasette
from datasette.database import Database
from datasette.plugins import pm

from tintinh.explorer import plugin
from tintinh.explorer.drawing import STATIC
from tintinh.explorer.site import Site

DATABASE = "corpus"
"""The name of the corpus in Datasette's own addresses: ``/corpus``, ``/corpus/articles.json``."""

MILLISECONDS = 1_000
"""The longest that one query may run in Datasette's own pages."""


class Explorer(Datasette):
    """A Datasette that knows its ``site``; every other Datasette of the process is left alone by our plugin."""

    def __init__(self, site: Site) -> None:
        self.site = site
        if not pm.is_registered(plugin):
            pm.register(plugin, "tintinh")
        super().__init__(
            static_mounts=[("-/explorer", str(STATIC))],
            settings={
                "sql_time_limit_ms": MILLISECONDS,
                "default_allow_sql": site.open_sql,
                "allow_download": False,
                "num_sql_threads": 4,
                "default_page_size": 50,
                "max_returned_rows": 1_000,
                "allow_csv_stream": False,
                "suggest_facets": False,
            },
        )
        self.remove_database("_memory")
        if site.open_sql:
            # Not as an immutable file: a night may write to it while we read.
            self.add_database(Database(self, str(site.corpus), is_mutable=True), name=DATABASE)
