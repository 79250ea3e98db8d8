"""``tintinh forget``: a story is gone from every file, the rest is as it was, and no way leads it in again."""

from __future__ import annotations

import gzip
import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from benchmarks.doomed import FORGETTING, code_of, started
from corpus import database, erasures, forgotten
from corpus.records import Query
from corpus.store import Corpus
from crawler.archive import ArchiveWriter, read_archive, read_page
from crawler.verify import Checked, verify
from tests.command import Done, tintinh
from tests.forgettable import (
    BESIDE,
    COPY,
    OLD,
    SECOND,
    SECRETS,
    URL,
    left_in,
    make,
    page,
    rows_of,
    told,
    without_beside,
)
from tests.made_articles import story
from tests.small_paper import HOME, Answer, Paper, article, listing, running, write_source
from tests.terminal import Terminal


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("made")
    make(home)
    return home


@pytest.fixture
def home(made: Path, tmp_path: Path) -> Path:
    shutil.copytree(made, tmp_path / "home")
    return tmp_path / "home"


def corpus_of(home: Path) -> Path:
    return home / "data" / "var" / "corpus.sqlite"


def archive_of(home: Path) -> Path:
    return home / "data" / "archive"


def left_in_archive(home: Path) -> Iterator[str]:
    for path in sorted(archive_of(home).rglob("*")):
        if path.is_file():
            said = without_beside(gzip.decompress(path.read_bytes()))
            yield from (f"{secret} in {path.name}" for secret in SECRETS if secret.encode() in said)


def assert_whole(home: Path) -> None:
    """Corpus and archive are sound, and each page the corpus knows is where it says."""
    with Corpus.open(corpus_of(home), read_only=True) as corpus:
        assert corpus.check() == []
        assert list(verify(archive_of(home), corpus.connection, Checked())) == []
        for record in corpus.pages():
            assert record.place is not None
            assert read_page(archive_of(home), record.place).url == record.url


def forked(*arguments: str | Path, home: Path, before: Callable[[], None] | None = None) -> Done:
    """As ``tintinh``, in a process forked from one that has imported everything already."""
    process = started(home, tuple(map(str, arguments)), before=before)
    process.join()
    assert process.exitcode is not None
    said = Done(process.exitcode, *((home / name).read_text(encoding="utf-8") for name in ("out", "err")))
    assert "Traceback" not in said.err, said.err
    return said


def impatient() -> None:
    """Wait for another process not half a minute, but a moment."""
    database.BUSY_SECONDS = 0.2


def test_a_story_is_gone_from_every_file_and_nothing_else_is(home: Path) -> None:
    assert set(left_in(corpus_of(home))) == {f"{secret} in corpus.sqlite" for secret in SECRETS}
    assert list(left_in_archive(home))
    before = {path.name: path.stat().st_size for path in archive_of(home).rglob("*.gz")}
    with Corpus.open(corpus_of(home), read_only=True) as corpus:
        others = {one.article.url: one.article for one in corpus.articles() if one.article.url != URL}
        (copy, second) = (corpus.outcome(COPY), corpus.outcome(SECOND))
        assert copy is not None
        assert second is not None
        assert (copy.kind, second.kind) == ("copy", "copy")
        pages = list(read_archive(archive_of(home)))

    done = tintinh("forget", URL, "--yes", "--reason", "letter of 3 May", home=home)
    assert done.code == 0, done.err
    assert "article 4  2025-02-04  bao_ha_giang  Bà Xyzzyquaffle kể chuyện làng" in done.out
    assert f"  {OLD}" in done.out
    assert "in 2 editions" in done.out
    assert "2 copies at other outlets stay; name them to forget them, too" in done.out
    assert "archive  bao_ha_giang/bao_ha_giang-20250303-1.warc.gz  request 1, response 1 of 19 records" in done.out
    assert "archive  bao_ha_giang/bao_ha_giang-20250304-1.warc.gz  request 1, response 1, revisit 1" in done.out

    assert list(left_in(corpus_of(home))) == []
    assert list(left_in_archive(home)) == []
    assert_whole(home)
    after = {path.name: path.stat().st_size for path in archive_of(home).rglob("*.gz")}
    assert {name for name, size in after.items() if size != before[name]} == {
        "bao_ha_giang-20250303-1.warc.gz",
        "bao_ha_giang-20250304-1.warc.gz",
    }
    kept = [one for _, one in pages if one.url not in {URL, OLD} and one.requested_url not in {URL, OLD}]
    assert [one for _, one in read_archive(archive_of(home))] == kept
    with Corpus.open(corpus_of(home), read_only=True) as corpus:
        assert {one.article.url: one.article for one in corpus.articles()} == others
        # The first of the copies is the head now, and the second its copy.
        head, rest = corpus.outcome(COPY), corpus.outcome(SECOND)
        assert head is not None
        assert rest is not None
        assert (head.kind, rest.kind, rest.copy_of) == ("article", "copy", head.article_id)
        assert corpus.search(Query("Xyzzyquaffle")).hits == ()
        assert corpus.outcome(URL) is None
        assert corpus.outcome(OLD) is None
        assert corpus.known([URL, OLD, BESIDE, "http://www.baohagiang.vn/x"]) == {URL, OLD, BESIDE}
        told_of = corpus.connection.execute("SELECT findings FROM nights").fetchone()[0]
        assert json.loads(told_of) == [f"(forgotten) met a fault of ours; {BESIDE} did not", "two of five"]
        ((sentence, evidence),) = corpus.connection.execute(
            "SELECT sentence, evidence FROM findings WHERE kind = 'related_in_body'"
        ).fetchall()
        assert sentence == "“(forgotten)”"
        (named,) = json.loads(evidence)["pages"]
        assert json.loads(evidence)["lines"] == ["(forgotten)", "Đường dây nóng"]
        place = corpus.connection.execute("SELECT file, offset FROM pages WHERE url = ?", (named["url"],)).fetchone()
        assert place == (named["file"], named["offset"]), "the evidence names where the page lies now"
        shown = corpus.connection.execute("SELECT shown FROM listings").fetchone()[0]
        assert json.loads(shown) == [story(1).url, BESIDE]

    listed = tintinh("forget", "--list", "--json", home=home).rows()
    assert [(one["domain"], one["whole"], one["addresses"], one["reason"]) for one in listed] == [
        ("baohagiang.vn", False, 2, "letter of 3 May")
    ]
    again = tintinh("forget", URL, "--yes", home=home)
    assert (again.code, "not in the corpus; it will not be fetched" in again.out) == (0, True)


def test_nothing_is_written_without_a_yes(home: Path) -> None:
    before = {
        path: path.read_bytes() for path in sorted((home / "data").rglob("*")) if path.suffix in {".gz", ".sqlite"}
    }
    assert tintinh("forget", URL, "--dry-run", home=home).code == 0
    refused = tintinh("forget", URL, home=home, stdin="y\n")
    assert refused.code == 1
    assert "without a terminal to ask at, forgetting takes --yes" in refused.err
    with Terminal("forget", URL, home=home) as terminal:
        terminal.see("Forget this, for good?")
        terminal.press("n\r")
        assert terminal.ended() == 1
    assert before == {path: path.read_bytes() for path in before}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["baohagiang.vn"], "is no address; http://… or https://… was expected"),
        (["--domain", "https://baohagiang.vn/"], "is no domain; one like baolang.vn was expected"),
        (["--domain", "vn"], "is no domain"),
        ([], "name an ADDRESS or a --domain"),
        (["--undo"], "--undo needs an ADDRESS or --domain"),
        ([URL, "--csv"], "--csv is for --list"),
    ],
)
def test_what_cannot_be_meant_is_a_sentence(home: Path, words: list[str], said: str) -> None:
    done = forked("forget", *words, home=home)
    assert done.code == 1
    assert said in done.err


def test_a_crawl_at_work_is_left_to_finish(home: Path) -> None:
    from tintinh.alone import alone

    with alone(corpus_of(home)):
        done = forked("forget", URL, "--yes", home=home)
    assert done.code == 1
    assert "is crawling since" in done.err
    assert list(left_in(corpus_of(home)))


def test_exports_that_name_it_are_named_and_left(home: Path) -> None:
    folder = home / "papers"
    folder.mkdir()
    for form in ("csv", "json"):
        assert forked("export", f"--{form}", "--out", folder / f"all.{form}", home=home).code == 0
    assert forked("export", "--source", "bao_dong_thap", "--csv", "--out", folder / "other.csv", home=home).code == 0
    assert forked("export", "--parquet", folder / "parquet", home=home).code == 0
    assert forked("archive", "export", folder / "all.warc.gz", home=home).code == 0
    (folder / "broken.parquet").write_bytes(b"PAR1 and no more")
    done = forked("forget", URL, "--dry-run", "--exports", folder, home=home)
    named = {line.partition(str(folder))[2].split()[0] for line in done.out.splitlines() if "names it" in line}
    assert {name.split("/")[1] for name in named} == {"all.csv", "all.json", "all.warc.gz", "parquet"}
    assert f"all.csv (its manifest: {folder}/all.csv.manifest.json)" in done.out
    assert f"(its manifest: {folder}/parquet/_manifest.json)" in done.out
    assert f"{folder}/broken.parquet: could not be searched" in done.out


def test_a_domain_goes_with_its_subdomains_and_stays_away(home: Path) -> None:
    with Corpus.open(corpus_of(home)) as corpus:
        corpus.keep(story(20, url="https://media.baohagiang.vn/anh/1/"), page=None, place=None)
    done = forked("forget", "--domain", "BaoHaGiang.vn", "--yes", home=home)
    assert done.code == 0, done.err
    assert_whole(home)
    with Corpus.open(corpus_of(home)) as corpus:
        assert {one.article.source for one in corpus.articles()} == {"bao_dong_thap", "ptth_ha_giang"}
        for url in ("https://baohagiang.vn/moi/", "http://www.baohagiang.vn/x", "https://video.baohagiang.vn/1"):
            outcome = corpus.keep(story(30, url=url), page=None, place=None)
            assert (outcome.kind, outcome.reason) == ("rejected", "forgotten")
        assert corpus.keep(story(31, url="https://khacbaohagiang.vn/1"), page=None, place=None).kind == "article"
    assert forked("forget", "--undo", "--domain", "baohagiang.vn", home=home).code == 0
    with Corpus.open(corpus_of(home)) as corpus:
        assert corpus.keep(story(30), page=None, place=None).kind == "article"
        assert not forgotten.anything(corpus.connection)


def test_no_other_way_leads_it_in_again(home: Path, tmp_path: Path) -> None:
    foreign = tmp_path / "foreign"
    with ArchiveWriter(foreign) as writer:
        writer.write(page(told()))
        writer.write(page(told(), requested_url="https://baohagiang.vn/di-qua/"))
        writer.write(page(story(40)))
    (warc,) = foreign.rglob("*.gz")
    row = {"title": told().title, "text": told().text, "url": URL.replace("https://", "http://www.")}
    (tmp_path / "rows.jsonl").write_text(json.dumps(row, ensure_ascii=False), encoding="utf-8")
    saved = (
        f"<html><link rel=canonical href='{URL}?utm_source=x'><meta property='og:url' content='{URL}'><body>"
        + article("Bà Xyzzyquaffle kể chuyện làng", "12/10/2026", "một lần nữa").decode()
    )
    (tmp_path / "saved.html").write_text(saved, encoding="utf-8")
    assert forked("forget", URL, "--yes", home=home).code == 0
    size = sum(path.stat().st_size for path in archive_of(home).rglob("*.gz"))

    done = forked("import", tmp_path / "rows.jsonl", tmp_path / "saved.html", warc, "--json", home=home)
    assert sum(row.get("rejected forgotten", 0) for row in done.rows()) == 4, done.out
    assert sum(row["article"] for row in done.rows()) == 1
    assert "was forgotten on request" in done.err
    assert list(left_in(corpus_of(home))) == []
    assert list(left_in_archive(home)) == []
    with Corpus.open(corpus_of(home), read_only=True) as corpus:
        assert corpus.known(["https://baohagiang.vn/di-qua/"]) == {"https://baohagiang.vn/di-qua/"}
    assert size < sum(path.stat().st_size for path in archive_of(home).rglob("*.gz")), "the other story is archived"

    replayed = forked("replay", "--archive", foreign, "--yes", "--json", home=home)
    assert sum(row.get("rejected forgotten", 0) for row in replayed.rows()) == 2, replayed.out
    assert list(left_in(corpus_of(home))) == []


def test_a_corpus_made_anew_takes_over_what_the_old_one_forgot(home: Path, made: Path) -> None:
    assert forked("forget", URL, "--yes", "--reason", "asked", home=home).code == 0
    new = home / "new.sqlite"
    shutil.copy(corpus_of(made), new)  # as from a backup of the archive
    words = ("--like", corpus_of(home), "--corpus", new, "--archive", home / "archive")
    shutil.copytree(archive_of(made), home / "archive")
    done = forked("forget", *words, "--yes", home=home)
    assert done.code == 0, done.err
    assert "Bà Xyzzyquaffle kể chuyện làng" in done.out
    assert list(left_in(new)) == []
    rows, others = rows_of(new), rows_of(corpus_of(home))
    assert sorted(rows["forgotten"]) == sorted(others["forgotten"])
    assert rows == others
    (entry,) = forked("forget", "--list", "--json", "--corpus", new, home=home).rows()
    assert (entry["reason"], entry["addresses"]) == ("asked", 2)


def test_a_replay_waits_until_a_stopped_forgetting_is_finished(home: Path) -> None:
    process = started(home, ["forget", URL, "--yes"], "committed", 1)
    process.join()
    assert process.exitcode == -9
    refused = forked("replay", "--yes", home=home)
    assert refused.code == 1
    assert "has still to replace it: tintinh forget" in refused.err
    assert forked("forget", home=home).code == 0
    assert forked("replay", "--yes", home=home).code == 0
    assert list(left_in(corpus_of(home))) == []


def settings_of(home: Path, folder: Path, paper: Paper) -> list[str | Path]:
    mapped = [part for host, url in paper.connect_to.items() for part in ("--connect-to", f"{host}={url}")]
    return ["night", "--sources-dir", folder, *mapped, "--delay", "0", "--json"]


def test_a_night_does_not_fetch_it_again(tmp_path: Path) -> None:
    folder = write_source(tmp_path / "sources")
    target, print_view = f"{HOME}tin/bai-3.html", f"{HOME}tin/bai-3-in.html"
    with running() as paper:
        for path in ("/tin/hong.html", "/tin/tai-ve.html", "/tin/di-mat.html"):
            paper.answers[path] = Answer(status=404)
        first = forked(*settings_of(tmp_path, folder, paper), home=tmp_path)
        assert first.code in {0, 2}, first.err
        assert forked("forget", target, "--yes", home=tmp_path).code == 0
        assert_whole(tmp_path)
        # It is still in the listing; a redirect leads to it; a view for print says that it is the same story.
        canonical = f"<head><link rel='canonical' href='{target}'><meta property='og:url' content='{target}'>"
        paper.answers["/tin/bai-3-in.html"] = Answer(
            paper.answers["/tin/bai-3.html"].body.replace(b"<head>", canonical.encode())
        )
        paper.answers["/tin/qua-day.html"] = Answer(status=301, location="/tin/bai-3.html")
        more = "".join(
            f"<h3><a href='/tin/{name}.html'>Chuyện mới của bản</a></h3>" for name in ("bai-3-in", "qua-day")
        )
        paper.answers["/xa-hoi/"] = Answer(
            listing(range(12, 2, -1), None).replace(b"<body>", b"<body>" + more.encode())
        )
        paper.asked.clear()
        second = forked(*settings_of(tmp_path, folder, paper), home=tmp_path)
        assert second.code in {0, 2}, second.err
        asked = paper.articles_asked()
        assert "/tin/bai-3.html" not in asked
        assert {"/tin/bai-3-in.html", "/tin/qua-day.html"} <= set(asked)
        (row,) = second.rows()
        assert row["rejected"]["forgotten"] == 2
        paper.asked.clear()
        forked(*settings_of(tmp_path, folder, paper), home=tmp_path)
        assert {"/tin/bai-3.html", "/tin/bai-3-in.html", "/tin/qua-day.html"}.isdisjoint(paper.articles_asked())
    with Corpus.open(corpus_of(tmp_path), read_only=True) as corpus:
        assert corpus.article(target) is None
        assert corpus.article(print_view) is None
        assert corpus.check() == []
    whole = corpus_of(tmp_path).read_bytes() + b"".join(
        gzip.decompress(path.read_bytes()) for path in archive_of(tmp_path).rglob("*.gz")
    )
    assert "riêng3x7 ".encode() not in whole
    assert "riêng4x7 ".encode() in whole


@pytest.fixture(scope="module")
def forgotten_whole(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("whole") / "home"
    shutil.copytree(made, home)
    assert code_of(home, "forget", URL, "--yes") == 0
    return home


@pytest.mark.parametrize("place", FORGETTING)
@pytest.mark.parametrize("count", [1, 2])
def test_killed_anywhere_it_is_finished_by_the_next_run(
    home: Path, forgotten_whole: Path, place: str, count: int
) -> None:
    process = started(home, ["forget", URL, "--yes"], place, count)
    process.join()
    if process.exitcode == 0:
        assert count == 2, f"{place} was never reached"
        return
    assert process.exitcode == -9
    with Corpus.open(corpus_of(home)) as corpus:
        committed = erasures.is_pending(corpus.connection) or bool(forgotten.among(corpus.connection, [URL]))
        faults = corpus.check()
        assert all("forgetting that was stopped" in fault for fault in faults)
        if not committed:
            assert corpus.article(URL) is not None, "all of it, or nothing"
            assert {one.kind for one in verify(archive_of(home), corpus.connection, Checked())} <= {"forgetting"}
    words = ("forget", URL, "--yes") if count == 1 or not committed else ("forget",)
    code = code_of(home, *words)
    said = (home / "err").read_text(encoding="utf-8")
    assert code == 0 or (words == ("forget",) and "name an ADDRESS" in said), said
    assert_whole(home)
    assert list(left_in(corpus_of(home))) == []
    assert list(left_in_archive(home)) == []
    assert rows_of(corpus_of(home)) == rows_of(corpus_of(forgotten_whole))
    for path in sorted(archive_of(forgotten_whole).rglob("*")):
        other = archive_of(home) / path.relative_to(archive_of(forgotten_whole))
        assert path.is_dir() or path.read_bytes() == other.read_bytes()
    assert len(list(archive_of(home).rglob("*"))) == len(list(archive_of(forgotten_whole).rglob("*")))


def test_beside_a_reader_it_says_what_is_left_and_finishes_later(home: Path) -> None:
    with Corpus.open(corpus_of(home), read_only=True) as reader:
        reader.connection.execute("BEGIN")
        assert reader.article(URL) is not None
        done = forked("forget", URL, "--yes", home=home, before=impatient)
        assert done.code == 1
        assert "another process reads the corpus" in done.err
    assert forked("forget", home=home).code == 0
    assert list(left_in(corpus_of(home))) == []


def test_without_vacuum_the_words_are_gone_too(home: Path) -> None:
    assert forked("forget", URL, "--yes", "--no-vacuum", home=home).code == 0
    assert list(left_in(corpus_of(home))) == []


def test_a_damaged_archive_file_is_not_rewritten_blindly(home: Path) -> None:
    path = archive_of(home) / "bao_ha_giang" / "bao_ha_giang-20250303-1.warc.gz"
    with Corpus.open(corpus_of(home), read_only=True) as corpus:
        offset = max(
            record.place.offset for record in corpus.pages() if record.place and record.place.file.endswith(path.name)
        )
    data = bytearray(path.read_bytes())
    data[offset + 30 : offset + 60] = bytes(30)
    path.write_bytes(data)
    done = forked("forget", URL, "--yes", home=home)
    assert done.code == 1
    assert "what is to be forgotten may lie there, so nothing was" in done.err
    with Corpus.open(corpus_of(home), read_only=True) as corpus:
        assert corpus.article(URL) is not None
    assert not list(archive_of(home).rglob("*.forgetting"))


def test_a_cut_record_of_it_goes_too(home: Path) -> None:
    path = archive_of(home) / "bao_ha_giang" / "bao_ha_giang-20250306-1.warc.gz"
    with ArchiveWriter(archive_of(home)) as writer:
        writer.write(page(story(50), fetched_at=told().fetched_at.replace(day=5)))
        place = writer.write(page(told(), fetched_at=told().fetched_at.replace(day=5)))
    assert place.file.endswith(path.name)
    with path.open("r+b") as file:
        os.ftruncate(file.fileno(), place.offset + place.length - 12)
    done = forked("forget", URL, "--yes", home=home)
    assert done.code == 0, done.err
    assert f"{path.name}  a cut record of" in done.out
    assert path.stat().st_size < place.offset + 1
