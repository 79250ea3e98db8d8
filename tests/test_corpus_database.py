"""Opening a corpus takes nothing away from those who have it open."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from corpus import Corpus
from tests.made_articles import story

KEEP_ONE = """
import sys
from pathlib import Path
from corpus import Corpus
from tests.made_articles import story
with Corpus.open(Path(sys.argv[1])) as corpus:
    corpus.keep(story(int(sys.argv[2])), page=None, place=None)
"""


def test_opening_a_corpus_again_leaves_the_locks_of_the_process_alone(tmp_path: Path) -> None:
    path = tmp_path / "corpus.sqlite"
    with Corpus.open(path) as corpus:
        corpus.keep(story(1), page=None, place=None)
    with Corpus.open(path, read_only=True) as reading:
        reading.connection.execute("BEGIN")
        assert reading.connection.execute("SELECT count(*) FROM articles").fetchone() == (1,)
        # As a server does for each request, in another thread. POSIX takes all locks of a process on a file away when
        # it closes any descriptor of it: to look at the first bytes with open() is enough.
        Corpus.open(path, read_only=True).close()
        # Another process that writes and closes must not think itself alone: it would empty and delete the log that
        # this reader still reads from.
        subprocess.run([sys.executable, "-c", KEEP_ONE, str(path), "2"], check=True, cwd=Path(__file__).parents[1])
        assert Path(f"{path}-wal").exists()
        assert reading.connection.execute("SELECT count(*) FROM articles").fetchone() == (1,)
        reading.connection.execute("COMMIT")
        assert reading.connection.execute("SELECT count(*) FROM articles").fetchone() == (2,)
