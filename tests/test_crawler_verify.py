"""Is the archive whole: what verify finds in files that something happened to, and what repair and export keep."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from corpus import archived
from corpus.records import ArchivePlace, Rejection
from corpus.store import Corpus
from crawler.archive import ArchiveWriter, read_archive, read_page, read_warc
from crawler.copying import export, rescue, set_aside, summary
from crawler.errors import ArchiveError
from crawler.verify import Checked, Finding, verify
from tests.archived import NIGHT, page
from tests.command import tintinh

NAME = "bao_dong_suoi/bao_dong_suoi-20260531-1.warc.gz"


def made(home: Path, numbers: range = range(1, 4)) -> list[ArchivePlace]:
    """An archive of some pages and a corpus that knows them."""
    with ArchiveWriter(home / "archive") as writer, Corpus.open(home / "corpus.sqlite") as corpus:
        found = []
        for number in numbers:
            one = page(number, at=NIGHT + timedelta(minutes=number))
            found.append(writer.write(one))
            known(corpus, number, found[-1])
        return found


def known(corpus: Corpus, number: int, place: ArchivePlace) -> None:
    one = page(number, at=NIGHT + timedelta(minutes=number))
    corpus.keep(Rejection(one.url, one.source, "not_an_article", "no article"), page=one, place=place)


def findings(home: Path, source: str | None = None) -> tuple[list[Finding], Checked]:
    checked = Checked()
    with Corpus.open(home / "corpus.sqlite") as corpus:
        return list(verify(home / "archive", corpus.connection, checked, source=source)), checked


def test_a_whole_archive_has_no_findings(tmp_path: Path) -> None:
    made(tmp_path)
    found, checked = findings(tmp_path)
    assert found == []
    assert (checked.files, checked.records, checked.pages, checked.revisits) == (1, 7, 3, 0)


def test_rotated_files_are_all_in_the_index(tmp_path: Path) -> None:
    with (
        ArchiveWriter(tmp_path / "archive", rotate_at=1500) as writer,
        Corpus.open(tmp_path / "corpus.sqlite") as corpus,
    ):
        for number in range(1, 8):
            known(corpus, number, writer.write(page(number, at=NIGHT + timedelta(minutes=number))))
        files = archived.files(corpus.connection)
    assert len(files) >= 3
    assert sum(files.values()) == 7
    assert set(files) == {one.relative_to(tmp_path / "archive").as_posix() for one in tmp_path.glob("archive/*/*")}
    found, checked = findings(tmp_path)
    assert (found, checked.files, checked.pages) == ([], len(files), 7)


Damage = Callable[[Path, list[ArchivePlace]], None]


def cut(path: Path, at: list[ArchivePlace]) -> None:
    path.write_bytes(path.read_bytes()[: at[2].offset + 50])


def flip(path: Path, at: list[ArchivePlace]) -> None:
    data = bytearray(path.read_bytes())
    data[at[1].offset + 40 : at[1].offset + 60] = bytes(20)
    path.write_bytes(bytes(data))


def page_instead(path: Path, at: list[ArchivePlace]) -> None:
    path.write_bytes(b"<html><body>not a warc</body></html>")


def gone(path: Path, at: list[ArchivePlace]) -> None:
    path.unlink()


def forged(path: Path, at: list[ArchivePlace]) -> None:
    """A record whose content was changed by somebody who packed it again, so that only the digests tell."""
    data = path.read_bytes()
    start, end = at[2].offset, at[2].offset + at[2].length
    record = gzip.decompress(data[start:end]).replace("Nậm Dịch".encode(), "Nậm Dạch".encode())
    # Not compressed, so that it is of another length for sure: its id is another one each time, and packs otherwise.
    path.write_bytes(data[:start] + gzip.compress(record, compresslevel=0, mtime=0))


@pytest.mark.parametrize(
    ("damage", "expected"),
    [
        (cut, {("cut", 2)}),
        (flip, {("damaged", 1)}),
        (page_instead, {("no_warc", None), ("no_page", 1), ("no_page", 2), ("no_page", 0)}),
        (gone, {("missing_file", None)}),
        (forged, {("digest", 2), ("other_page", 2)}),
    ],
)
def test_damage_is_named_with_file_and_offset(tmp_path: Path, damage: Damage, expected: set[tuple[str, int]]) -> None:
    at = made(tmp_path)
    damage(tmp_path / "archive" / NAME, at)
    found, _ = findings(tmp_path)
    offsets = {place.offset: number for number, place in enumerate(at)}
    assert {(one.kind, offsets.get(one.offset or -1)) for one in found} == expected
    assert all(one.file == NAME and str(one).startswith(NAME) and one.do for one in found)


def test_orphans_both_ways(tmp_path: Path) -> None:
    at = made(tmp_path)
    with ArchiveWriter(tmp_path / "archive") as writer:
        alone = writer.write(page(9))  # killed before the corpus heard of it
    with Corpus.open(tmp_path / "corpus.sqlite") as corpus:
        known(corpus, 7, replace(at[0], offset=at[0].offset + 1))
        corpus.connection.execute("UPDATE pages SET url = 'https://khac.example/' WHERE offset = ?", (at[1].offset,))
    found, _ = findings(tmp_path)
    assert {(one.kind, one.file, one.offset) for one in found} == {
        ("no_row", alone.file, alone.offset),
        ("no_page", NAME, at[0].offset + 1),
        ("other_page", NAME, at[1].offset),
    }
    sentences = "\n".join(map(str, found))
    assert f"{page(9).url}; tintinh replay --source bao_dong_suoi brings it in" in sentences
    assert f"offset {at[1].offset}: the corpus has https://khac.example/ here" in sentences


def test_strangers_and_other_sources(tmp_path: Path) -> None:
    made(tmp_path)
    (tmp_path / "archive/bao_dong_suoi/ghi-chu.txt").write_text("x", encoding="utf-8")
    (tmp_path / "archive/bao_dong_suoi/sao-luu (1).warc.gz").write_bytes(b"")
    found, _ = findings(tmp_path)
    assert [(one.kind, one.do.split(": ")[-1]) for one in found] == [
        ("stranger", "no command reads it"),
        ("stranger", "replay stops at it"),
    ]
    (tmp_path / "archive/khac").mkdir()
    assert findings(tmp_path, "khac")[0] == []


def test_a_revisit_needs_no_row_but_its_page(tmp_path: Path) -> None:
    made(tmp_path)
    with ArchiveWriter(tmp_path / "archive") as writer:
        for number, at in ((1, NIGHT + timedelta(minutes=1)), (2, NIGHT)):
            one = page(number, at=NIGHT + timedelta(hours=1))
            writer.write_revisit(one, refers_to_url=one.url, refers_to_date=at, payload_digest=one.digest)
    found, checked = findings(tmp_path)
    assert checked.revisits == 2
    assert [one.kind for one in found] == ["revisit"]
    assert page(2).url in found[0].what


def test_repair_keeps_every_whole_record_and_the_damaged_file(tmp_path: Path) -> None:
    at = made(tmp_path)
    archive, path = tmp_path / "archive", tmp_path / "archive" / NAME
    flip(path, at)
    hurt = path.read_bytes()
    done = tintinh(
        "archive", "repair", path, "--archive", archive, "--corpus", tmp_path / "corpus.sqlite", home=tmp_path
    )
    assert done.code == 0, done.err
    assert f"lost: {page(2).url}" in done.err
    assert path.with_name(path.name + ".damaged").read_bytes() == hurt
    assert [one.url for _, one in read_archive(archive)] == [page(1).url, page(3).url]
    with Corpus.open(tmp_path / "corpus.sqlite") as corpus:
        kept = {one.url: one.place for one in corpus.pages()}
    assert kept[page(2).url] is None
    for number in (1, 3):
        place = kept[page(number).url]
        assert place is not None
        assert read_page(archive, place).url == page(number).url
    found, checked = findings(tmp_path)
    assert (found, checked.pages) == ([], 2)
    with pytest.raises(ArchiveError, match="there is nothing to repair"):
        rescue(archive, next(archive.glob("*/*-2.warc.gz")))


def test_repair_of_what_holds_nothing_leaves_it(tmp_path: Path) -> None:
    at = made(tmp_path)
    path = tmp_path / "archive" / NAME
    page_instead(path, at)
    with pytest.raises(ArchiveError, match="holds no whole record"):
        rescue(tmp_path / "archive", path)
    assert [one.name for one in path.parent.iterdir()] == [path.name]
    (path.with_name(path.name + ".damaged")).touch()
    with pytest.raises(ArchiveError, match="is there already"):
        set_aside(path)


def test_the_command_prints_findings_and_exits_with_2(tmp_path: Path) -> None:
    at = made(tmp_path)
    options = ("--archive", tmp_path / "archive", "--corpus", tmp_path / "corpus.sqlite")
    well = tintinh("archive", "verify", *options, home=tmp_path)
    assert (well.code, well.out) == (0, "")
    assert "1 files, 7 records, 3 pages, 0 revisits: all is well" in well.err
    cut(tmp_path / "archive" / NAME, at)
    told = tintinh("archive", "verify", *options, home=tmp_path)
    assert told.code == 2
    assert told.out.startswith(f"{NAME}: offset {at[2].offset}: the last record was cut short")
    listed = tintinh("archive", "verify", *options, "--json", "--source", "bao_dong_suoi", home=tmp_path)
    assert [(row["kind"], row["offset"]) for row in listed.rows()] == [("cut", at[2].offset)]
    assert "bao_dong_suoi have" in tintinh("archive", "verify", *options, "--source", "x", home=tmp_path).err
    alone = tintinh("archive", "verify", "--archive", tmp_path / "archive", home=tmp_path)
    assert alone.code == 2
    assert "there is no corpus at" in alone.err
    (row,) = tintinh("archive", "list", "--archive", tmp_path / "archive", "--json", home=tmp_path).rows()
    assert (row["file"], row["pages"], row["damaged"]) == (NAME, 2, 1)
    assert row["first"] == "2026-05-31T21:31:01.250000+07:00"


def test_an_export_is_standard_warc_of_the_chosen_pages(tmp_path: Path) -> None:
    archive = tmp_path / "archive"
    with ArchiveWriter(archive) as writer:
        for number in range(1, 5):
            writer.write(page(number, at=NIGHT + timedelta(days=number)))
        writer.write(page(9, at=NIGHT + timedelta(days=2), source="khac"))
    second = (NIGHT + timedelta(days=2)).date()

    def chosen(name: str, **options: object) -> list[str]:
        assert export(archive, tmp_path / name, **options) == len(list(read_warc(tmp_path / name)))  # type: ignore[arg-type]
        return [one.url.split("/")[-1].split(".")[0] for one in read_warc(tmp_path / name)]

    assert chosen("all.warc.gz") == ["bai-1", "bai-2", "bai-3", "bai-4", "bai-9"]
    assert chosen("one.warc.gz", source="khac") == ["bai-9"]
    assert chosen("days.warc.gz", since=second, until=second) == ["bai-2", "bai-9"]
    assert chosen("url.warc.gz", url="https://baodongsuoi.example/tin/bai-3") == ["bai-3"]
    assert chosen("none.warc.gz", url="https://khac.example/") == []
    with (tmp_path / "days.warc.gz").open("rb") as file:
        kinds = [(one.rec_type, one.content_stream().read()) for one in ArchiveIterator(file, check_digests="raise")]
    assert [kind for kind, _ in kinds] == ["warcinfo", "response", "request", "response", "request"]
    assert kinds[1][1] == page(2).body
    with pytest.raises(ArchiveError, match="is there already"):
        export(archive, tmp_path / "all.warc.gz")
    with pytest.raises(ArchiveError, match=r"ends with \.warc\.gz was expected"):
        export(archive, tmp_path / "all.zip")
    assert not list(tmp_path.glob("*.part"))


def test_an_export_of_a_damaged_file_leaves_nothing(tmp_path: Path) -> None:
    at = made(tmp_path)
    flip(tmp_path / "archive" / NAME, at)
    done = tintinh("archive", "export", tmp_path / "x.warc.gz", "--archive", tmp_path / "archive", home=tmp_path)
    assert done.code == 1
    assert f"the record at offset {at[1].offset} is damaged" in done.err
    assert not list(tmp_path.glob("x.*"))
    one = summary(tmp_path / "archive", tmp_path / "archive" / NAME)
    assert (one.pages, one.damaged) == (2, 1)
    assert json.dumps(one.bytes) == str((tmp_path / "archive" / NAME).stat().st_size)


def test_check_takes_a_revisit_for_what_it_is(tmp_path: Path) -> None:
    (tmp_path / "data/var").mkdir(parents=True)
    first, again = page(1), page(1, at=NIGHT + timedelta(days=1))
    with (
        ArchiveWriter(tmp_path / "data/archive") as writer,
        Corpus.open(tmp_path / "data/var/corpus.sqlite") as corpus,
    ):
        place = writer.write(first)
        noted = writer.write_revisit(
            again, refers_to_url=first.url, refers_to_date=first.fetched_at, payload_digest=first.digest
        )
        for one, at in ((first, place), (again, noted)):
            corpus.keep(Rejection(one.url, one.source, "not_an_article", "no article"), page=one, place=at)
    checked = tintinh("check", home=tmp_path)
    assert "2 pages found whole" in checked.out
    assert tintinh("archive", "verify", home=tmp_path).code == 0
