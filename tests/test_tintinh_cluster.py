"""Datasets by one process: equal to the corpus of the same archive, resumed exactly, and honest about damage."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from corpus import forgotten
from corpus.errors import QueryError
from corpus.records import Article, Query
from corpus.store import Corpus
from crawler.errors import ArchiveError
from crawler.ingest import read, replay
from crawler.source import Source
from nlp.artefact import newest
from nlp.tag import Tagger
from tests.archived import only_file, written
from tests.archived import page as archived_page
from tests.pages import village
from tests.rows import rows_of
from tests.small_archive import html, pages, write_archive
from tintinh.cluster import asking, partition, reading, stages
from tintinh.cluster.asking import TrendQuestion, WordQuestion
from tintinh.cluster.dataset import Dataset
from tintinh.cluster.errors import ClusterError
from tintinh.cluster.jobs import Failure, Here
from tintinh.cluster.merge import Opinions, merge
from tintinh.cluster.partition import Piece, plan
from tintinh.cluster.standing import settle
from tintinh.cluster.storage import Storage
from tintinh.commands.opinions import annotate
from tintinh.settings import settings

SOURCES: dict[str, Source] = {"bao_lang": village()}
SMALL = 6_000
"""Bytes of a partition here: of six files some are cut into ranges, some lie together."""


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Storage:
    return Storage(str(write_archive(tmp_path_factory.mktemp("cluster") / "archive")))


@pytest.fixture(scope="module")
def model() -> tuple[Path, Tagger]:
    folder = newest(settings().shipped_models)
    return folder, Tagger.load(folder)


@pytest.fixture(scope="module")
def made(archive: Storage, model: tuple[Path, Tagger], tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """The archive read and annotated, to be looked at only."""
    dataset = Dataset.at(str(tmp_path_factory.mktemp("cluster") / "made"))
    assert not stages.read_archive(Here(), archive, dataset, SOURCES, size=SMALL).failures
    assert not stages.annotate(Here(), dataset, stages.packed(model[0], model[1].by)).failures
    return dataset


@pytest.fixture(scope="module")
def corpus(archive: Storage, model: tuple[Path, Tagger], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The corpus of the same archive, by one machine's commands."""
    path = tmp_path_factory.mktemp("cluster") / "corpus.sqlite"
    with Corpus.open(path) as opened:
        kinds = {outcome.kind for outcome in replay(opened, Path(archive.address), SOURCES)}
        assert kinds == {"article", "copy", "same", "changed", "rejected"}
        annotate(opened, model[1])
    return path


@pytest.fixture
def dataset(made: Dataset, tmp_path: Path) -> Dataset:
    """A copy of the finished dataset, to be changed."""
    shutil.copytree(made.storage.address, tmp_path / "dataset")
    return Dataset.at(str(tmp_path / "dataset"))


def again(archive: Storage, dataset: Dataset, sources: dict[str, Source] = SOURCES) -> stages.Summary:
    return stages.read_archive(Here(), archive, dataset, sources, size=SMALL)


def test_a_merged_dataset_is_the_corpus_row_for_row(made: Dataset, corpus: Path, tmp_path: Path) -> None:
    merged = tmp_path / "merged.sqlite"
    for _ in range(2):  # a second time changes nothing
        with Corpus.open(merged) as opened:
            taken = Opinions()
            for _ in merge(made, opened, taken, opinions=True):
                pass
            assert not list(opened.check())
        expected, found = rows_of(corpus), rows_of(merged)
        for table, rows in expected.items():
            assert found[table] == rows, table
    assert (taken.segmented, taken.tagged, taken.named) == (0, 0, 0)
    assert len(expected["articles"]) > 40
    assert len(expected["copies"]) >= 4
    assert len(expected["mentions"]) > 40


def test_a_labelled_corpus_keeps_its_labels(made: Dataset, corpus: Path, tmp_path: Path) -> None:
    shutil.copy(corpus, tmp_path / "labelled.sqlite")
    with Corpus.open(tmp_path / "labelled.sqlite") as opened:
        labelled = next(opened.articles())
        opened.add_tagging(labelled.id, replace(labelled.taggings[0], by="hand:lan", themes=(), primary=None))
        list(merge(made, opened, Opinions(), opinions=True))
        assert opened.article(labelled.id) is not None
        assert next(opened.articles()).taggings[0].by == "hand:lan"


def test_what_a_corpus_forgot_is_not_merged_into_it(made: Dataset, tmp_path: Path) -> None:
    url = "https://baolang.vn/tin/1.html"
    with Corpus.open(tmp_path / "forgetful.sqlite") as opened:
        forgotten.remember(opened.connection, [[url]], forgotten.Request(datetime.now(UTC), by="lan"))
        outcomes = list(merge(made, opened, Opinions(), opinions=True))
        reasons = {one.reason for one in outcomes if one.url == url}
        assert reasons == {"forgotten"}
        assert opened.article(url) is None
        assert sum(one.kind == "article" for one in outcomes) > 30
        opened.connection.execute("INSERT INTO erasures (file, bytes) VALUES ('bao_lang/a.warc.gz', 1)")
        with pytest.raises(ClusterError, match=r"a\.warc\.gz: a forgetting that was stopped has still to replace it"):
            list(merge(made, opened, Opinions(), opinions=True))


QUESTIONS: list[tuple[Query, Any, Any, tuple[str, ...]]] = [
    (Query(), "month", None, ()),
    (Query(), "week", "source", ()),
    (Query(themes=("border",)), "month", "province", ()),
    (Query(themes=("border",), probability=0.3), "day", None, ()),
    (Query("tuần tra"), "month", "source", ()),
    (Query('"du lịch" NOT "biên giới"', stories=True), "year", None, ()),
    (Query(), "quarter", "theme", ()),
    (Query(), "month", "theme", ("border", "tourism_promotion")),
    (Query(province="Hà Giang", province_map="34", since=date(2026, 2, 3)), "month", None, ()),
    (Query(source="bao_lang", stories=True, until=date(2026, 4, 10)), "day", None, ()),
    (Query(), "month", "partner", ()),
    (Query(source="bao_lang"), "year", "partner", ("border",)),
    (Query(partner="Lào"), "month", None, ()),
    (Query(partner="trung quoc", province_map="34"), "quarter", "province", ()),
    (Query(partner="Lào", themes=("tourism_promotion",)), "week", "source", ()),
]


@pytest.mark.parametrize(("query", "by", "per", "themes"), QUESTIONS)
def test_a_trend_is_that_of_the_corpus(
    made: Dataset, corpus: Path, query: Query, by: Any, per: Any, themes: tuple[str, ...]
) -> None:
    with Corpus.open(corpus, read_only=True) as opened:
        expected = opened.trend(query, by, per, themes)
    found = stages.ask_trend(Here(), made, TrendQuestion(query, by, per, themes), changes=False)
    assert found == expected
    assert sum(row.count or 0 for row in expected.rows) > 0


@pytest.mark.parametrize(
    ("query", "against"),
    [
        (Query("tuần tra"), None),
        (Query(source="bao_lang"), Query("du lịch")),
        (Query(partner="Lào"), Query(partner="Trung Quốc")),
    ],
)
def test_keywords_are_those_of_the_corpus(made: Dataset, corpus: Path, query: Query, against: Query | None) -> None:
    with Corpus.open(corpus, read_only=True) as opened:
        expected = opened.keywords(query, against, least=2, limit=None)
    found = stages.ask_words(Here(), made, WordQuestion(query, against), order="likelihood", least=2, limit=None)
    assert found == expected
    assert found.first.words > 0


def test_of_partners_those_most_named_have_rows(made: Dataset, corpus: Path) -> None:
    with Corpus.open(corpus, read_only=True) as opened:
        expected = opened.trend(Query(), per="partner", most=1)
    found = stages.ask_trend(Here(), made, TrendQuestion(Query(), "month", "partner", ()), changes=False, most=1)
    assert found == expected
    assert len({row.group for row in found.rows}) == 1
    assert found.left_out == 2


def test_what_has_no_meaning_is_refused_before_any_work(made: Dataset) -> None:
    with pytest.raises(QueryError, match="changes are looked for in a share"):
        stages.ask_trend(Here(), made, TrendQuestion(Query(), "month", None, ()), changes=True)
    with pytest.raises(QueryError, match="the limit is -1"):
        stages.ask_words(Here(), made, WordQuestion(Query("a"), None), order="ratio", least=5, limit=-1)
    with pytest.raises(QueryError, match=r"'Làoo' is no place or partner abroad.*near it are Lào"):
        stages.ask_trend(Here(), made, TrendQuestion(Query(partner="Làoo"), "month", None, ()), changes=False)


def test_names_by_another_gazetteer_are_not_counted(made: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "signature", lambda: "gazetteer other")
    with pytest.raises(
        ClusterError, match=r"was read for names by gazetteer .*, not by gazetteer other; tintinh annotate"
    ):
        stages.ask_trend(Here(), made, TrendQuestion(Query(partner="Lào"), "month", None, ()), changes=False)


def test_other_tools_read_the_tables(made: Dataset) -> None:
    articles = pd.read_parquet(f"{made.storage.address}/articles")
    opinions = pd.read_parquet(f"{made.storage.address}/opinions")
    rejected = pd.read_parquet(f"{made.storage.address}/rejected")
    assert len(articles) == len(opinions)
    assert set(articles["source"].dropna()) == {"bao_lang"}
    assert sorted(rejected["reason"]) == ["http_404", "http_404", "http_5xx", "not_an_article"]


def test_partitions_are_ranges_and_bundles_and_hold_every_page_once(archive: Storage, made: Dataset) -> None:
    found = made.partitions()
    assert any(len(one.pieces) == 1 and one.pieces[0].start for one in found), "a range"
    assert len({one.name for one in found}) == len(found)
    assert sum(one.bytes for one in found) == sum(archive.files("*/*.warc.gz").values())
    bundled = plan(archive)
    assert [len(one.pieces) for one in bundled] == [1, 2, 1, 2], "one for each source and month"
    manifests = made.finished("articles")
    assert sum(output.rows for one in manifests.values() for output in one.outputs.values()) == len(pages())


def test_finished_partitions_are_not_made_again(archive: Storage, dataset: Dataset, model: tuple[Path, Tagger]) -> None:
    summary = again(archive, dataset)
    assert (summary.made, summary.finished) == (0, len(dataset.partitions()))
    packed = stages.packed(model[0], model[1].by)
    assert stages.annotate(Here(), dataset, packed).made == 0
    shutil.rmtree(f"{dataset.storage.address}/standing", ignore_errors=True)
    assert settle(dataset)
    assert not settle(dataset)


def test_what_is_damaged_is_made_again_and_nothing_else(
    archive: Storage, dataset: Dataset, made: Dataset, model: tuple[Path, Tagger]
) -> None:
    names = [one.name for one in dataset.partitions()]
    root = Path(dataset.storage.address)
    before = {path.name: path.read_bytes() for path in root.glob("*/*.parquet")}
    (root / f"articles/{names[0]}.parquet").write_bytes(b"cut")
    (root / f"articles/_{names[1]}.json").unlink()
    (root / f"opinions/{names[2]}.parquet").unlink()
    with pytest.raises(ClusterError, match=f"1 of {len(names)} partitions of articles are not finished"):
        list(merge(dataset, Corpus.open(root / "x.sqlite"), Opinions(), opinions=False))
    assert again(archive, dataset).made == 2
    assert stages.annotate(Here(), dataset, stages.packed(model[0], model[1].by)).made == 1
    assert {path.name: path.read_bytes() for path in root.glob("*/*.parquet")} == before, "byte for byte"


def test_other_facts_of_a_source_make_its_partitions_anew(archive: Storage, dataset: Dataset) -> None:
    changed = SOURCES["bao_lang"].model_copy(update={"agency": "TTXVN"})
    # A range in which no record begins met no source.
    met = [one.made_by for one in dataset.finished("articles").values()]
    lang, nui = (sum(f"source {name}" in made_by for made_by in met) for name in ("bao_lang", "bao_nui"))
    assert again(archive, dataset, {"bao_lang": changed}).made == lang
    declared = {"bao_lang": changed, "bao_nui": village().model_copy(update={"id": "bao_nui"})}
    assert again(archive, dataset, declared).made == nui, "no longer undeclared"


def test_other_code_makes_all_anew_and_a_worker_with_other_code_is_refused(
    archive: Storage, dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "code_of", lambda packages: "other")
    summary = again(archive, dataset)
    assert len(summary.failures) == len(dataset.partitions())
    assert "this worker runs another tintinh" in summary.failures[0].reason
    monkeypatch.setattr(stages, "code_of", lambda packages: "other")
    assert again(archive, dataset).made == len(dataset.partitions())


def test_a_new_night_changes_the_partitions_of_its_month(tmp_path: Path) -> None:
    night, later = (archived_page(n, html(n).encode(), source="bao_lang") for n in (1, 2))
    written(tmp_path / "archive", night)
    archive, dataset = Storage(str(tmp_path / "archive")), Dataset.at(str(tmp_path / "dataset"))
    stages.read_archive(Here(), archive, dataset, SOURCES)
    (first,) = dataset.partitions()
    written(tmp_path / "archive", later)
    summary = stages.read_archive(Here(), archive, dataset, SOURCES)
    (both,) = dataset.partitions()
    assert (first.name, summary.made) == (both.name, 1)
    # Smaller partitions are others, and what they replace is gone.
    stages.read_archive(Here(), archive, dataset, SOURCES, size=both.bytes - 1)
    assert len(dataset.partitions()) == 2
    held = {path.name for path in (tmp_path / "dataset/articles").iterdir()}
    assert held == {
        f"{mark}{one.name}.{end}" for one in dataset.partitions() for mark, end in (("", "parquet"), ("_", "json"))
    }


def test_a_dataset_is_of_one_selection(archive: Storage, tmp_path: Path) -> None:
    dataset = Dataset.at(str(tmp_path / "one"))
    summary = stages.read_archive(Here(), archive, dataset, SOURCES, source="bao_lang", since=date(2026, 6, 1))
    assert sum(summary.rows.values()) == 24
    with pytest.raises(ClusterError, match=r"is a dataset of .*, source bao_lang, since 2026-06-01, not of"):
        stages.read_archive(Here(), archive, dataset, SOURCES)


def test_a_page_that_trips_over_our_fault_is_a_row_of_rejected(
    archive: Storage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, made: Dataset
) -> None:
    def broken(page: Any, source: Source | None) -> Any:
        result = read(page, source)
        if isinstance(result, Article) and page.url.endswith("/11.html"):
            return replace(result, title="nửa chữ \ud83d")
        if isinstance(result, Article) and page.url.endswith("/12.html"):
            return replace(result, updated_at=datetime(2026, 1, 1))  # noqa: DTZ001 - the fault
        return result

    monkeypatch.setattr(reading, "read", broken)
    dataset = Dataset.at(str(tmp_path / "broken"))
    summary = stages.read_archive(Here(), archive, dataset, SOURCES)
    assert not summary.failures
    rejected = pd.read_parquet(tmp_path / "broken/rejected")
    bugs = rejected[rejected["reason"] == "bug"]
    assert sorted(url[-8:] for url in bugs["url"]) == ["/11.html", "/11.html", "/12.html", "/12.html"]
    whole = sum(one.outputs["articles"].rows for one in made.finished("articles").values())
    assert summary.rows["articles"] == whole - 4


def test_a_damaged_file_fails_its_partition_by_name_and_no_other(tmp_path: Path) -> None:
    written(tmp_path / "archive", archived_page(1, html(1).encode(), source="bao_lang"))
    path = only_file(tmp_path / "archive")
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(bytes(content))
    written(tmp_path / "archive", archived_page(2, html(2).encode(), source="bao_nui"))
    dataset = Dataset.at(str(tmp_path / "dataset"))
    summary = stages.read_archive(Here(), Storage(str(tmp_path / "archive")), dataset, SOURCES)
    (failure,) = summary.failures
    assert failure.name == "bao_lang-20260531-1"
    assert "is damaged" in failure.reason
    assert summary.made == 1
    with pytest.raises(ClusterError, match=r"1 of 2 partitions of articles are not finished \(bao_lang-20260531-1\)"):
        dataset.finished("articles")


def test_a_cut_last_record_is_left_out(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    written(tmp_path / "archive", *(archived_page(n, html(n).encode(), source="bao_lang") for n in (1, 2)))
    path = only_file(tmp_path / "archive")
    path.write_bytes(path.read_bytes()[:-900])
    summary = stages.read_archive(
        Here(), Storage(str(tmp_path / "archive")), Dataset.at(str(tmp_path / "dataset")), SOURCES
    )
    assert (summary.failures, summary.rows["articles"]) == ([], 1)
    assert "was cut short" in caplog.text


def test_ranges_that_do_not_meet_are_told(made: Dataset) -> None:
    manifests = made.finished("articles")
    name = next(name for name, one in manifests.items() if one.inputs[0].start)
    wrong = manifests[name].inputs[0].model_copy(update={"began": 17})
    with pytest.raises(ClusterError, match="those after begin at 17; tintinh archive verify says more"):
        reading.require_seams({**manifests, name: manifests[name].model_copy(update={"inputs": [wrong]})})


def test_at_any_address_that_fsspec_knows(archive: Storage) -> None:
    afar, dataset = Storage("memory://archive"), Dataset.at("memory://dataset")
    for name in archive.files("*/*.warc.gz"):
        content = archive.read(name)
        assert content is not None
        afar.write(name, content)
    summary = stages.read_archive(Here(), afar, dataset, SOURCES)
    assert (summary.failures, sum(summary.rows.values())) == ([], len(pages()))
    assert stages.read_archive(Here(), afar, dataset, SOURCES).made == 0
    assert sum(1 for _ in dataset.rows("articles", dataset.partitions()[0].name, ["url"])) > 0


def test_errors_are_sentences(tmp_path: Path) -> None:
    with pytest.raises(ClusterError, match="holds no archive files"):
        plan(Storage(str(tmp_path)))
    with pytest.raises(ClusterError, match="holds no dataset; tintinh replay"):
        Dataset.at(str(tmp_path)).partitions()
    with pytest.raises(ArchiveError, match="is no archive file"):
        Piece("bao_lang/strange.warc.gz", 0, 1).day  # noqa: B018 - it raises
    with pytest.raises(ClusterError, match="nosuch://x: fsspec cannot open it"):
        Storage("nosuch://x").exists()
    (tmp_path / "_dataset.json").write_text(json.dumps({"format": 99}), encoding="utf-8")
    with pytest.raises(ClusterError, match="describes no dataset"):
        Dataset.at(str(tmp_path)).partitions()


def test_a_writer_that_is_killed_leaves_no_half_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    storage = Storage(str(tmp_path))
    storage.write("articles/a.parquet", b"old")

    def killed(*_: Any) -> None:
        raise KeyboardInterrupt

    files: Callable[..., None] = storage._opened[0].mv
    monkeypatch.setattr(type(storage._opened[0]), "mv", killed)
    with pytest.raises(KeyboardInterrupt):
        storage.write("articles/a.parquet", b"new")
    monkeypatch.undo()
    assert files is not None
    assert storage.read("articles/a.parquet") == b"old"
    assert len(list((tmp_path / "articles").iterdir())) == 2
    storage.sweep("articles")
    assert [path.name for path in (tmp_path / "articles").iterdir()] == ["a.parquet"]


def test_a_failure_stops_no_other_job() -> None:
    from tintinh.cluster.jobs import Job

    def work(number: int) -> int:
        if number == 1:
            raise ClusterError("no")
        return number

    found = list(Here().run([Job(str(n), work, (n,)) for n in range(3)]))
    assert found == [0, Failure("1", "no"), 2]


def test_the_size_of_a_partition_bounds_it(archive: Storage) -> None:
    for size in (2_000, 9_000, partition.SIZE):
        assert all(one.bytes <= size for one in plan(archive, size=size))
