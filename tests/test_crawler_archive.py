"""WARC in, WARC out: our own files, others' files, and files that something happened to."""

from __future__ import annotations

import gzip
import os
import shutil
import subprocess
import sys
import zlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator

from corpus.records import ArchivePlace, Page
from crawler.archive import ArchiveWriter, read_archive, read_page, read_warc
from crawler.errors import ArchiveError
from tests.archived import HTML, NIGHT, only_file, page, written


def test_a_page_comes_back_as_it_went_in(tmp_path: Path) -> None:
    zipped = gzip.compress(HTML)
    one = replace(
        page(),
        requested_url="https://baodongsuoi.example/cu/bai-1.html",
        headers=(("Content-Encoding", "gzip"), ("Content-Length", str(len(zipped))), ("X-Tên", "Đồng Suối")),
        raw=zipped,
    )
    (place,) = written(tmp_path, one)
    assert read_page(tmp_path, place) == one
    assert list(read_warc(only_file(tmp_path))) == [one]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    raw=st.binary(max_size=2000),
    status=st.integers(100, 599),
    encoding=st.sampled_from(["", "gzip", "deflate"]),
    values=st.lists(st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=20), max_size=4),
    moment=st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)),  # noqa: DTZ001 - made aware below
)
def test_any_page_comes_back(
    tmp_path: Path, *, raw: bytes, status: int, encoding: str, values: list[str], moment: datetime
) -> None:
    wire = {"": raw, "gzip": gzip.compress(raw), "deflate": zlib.compress(raw)}[encoding]
    headers = [("X-Value", value) for value in values] + ([("Content-Encoding", encoding)] if encoding else [])
    one = Page("https://a.vn/x", "https://a.vn/y", moment.replace(tzinfo=UTC), status, tuple(headers), raw, wire, "s")
    (place,) = written(tmp_path, one)
    assert read_page(tmp_path, place) == one
    shutil.rmtree(tmp_path / "s")


def test_files_are_for_a_source_and_a_vietnamese_day(tmp_path: Path) -> None:
    late = NIGHT.replace(hour=17)  # 00:30 of June in Việt Nam
    places = written(tmp_path, page(1), page(2, at=late), page(3, source=None), page(4, at=late))
    assert [place.file for place in places] == [
        "bao_dong_suoi/bao_dong_suoi-20260531-1.warc.gz",
        "bao_dong_suoi/bao_dong_suoi-20260601-1.warc.gz",
        "other/other-20260531-1.warc.gz",
        "bao_dong_suoi/bao_dong_suoi-20260601-1.warc.gz",
    ]
    assert read_page(tmp_path, places[2]).source is None


def test_other_tools_read_it_and_its_digests_hold(tmp_path: Path) -> None:
    written(tmp_path, page(1), page(2))
    with only_file(tmp_path).open("rb") as file:
        records = [
            (one.rec_type, one.rec_headers["WARC-Payload-Digest"], one.content_stream().read(), one.http_headers)
            for one in ArchiveIterator(file, check_digests="raise")
        ]
    assert [kind for kind, *_ in records] == ["warcinfo", "response", "request", "response", "request"]
    assert records[1][1] == "sha256:" + page().digest.removeprefix("sha256:")
    assert records[1][2] == HTML
    assert str(records[2][3]).startswith("GET /tin/bai-1.html?x=1 HTTP/1.1\r\nHost: baodongsuoi.example")
    checked = subprocess.run(
        [sys.executable, "-m", "warcio.cli", "check", str(only_file(tmp_path))], capture_output=True, check=False
    )
    assert (checked.returncode, checked.stdout) == (0, b"")


def test_a_stored_transfer_encoding_does_not_confuse_readers(tmp_path: Path) -> None:
    body = b"5\r\nthis looks chunked, and is not"
    one = replace(page(body=body), headers=(("Transfer-Encoding", "chunked"), ("Content-Length", "9999")))
    (place,) = written(tmp_path, one)
    assert read_page(tmp_path, place) == one
    with only_file(tmp_path).open("rb") as file:
        (response,) = [r.content_stream().read() for r in ArchiveIterator(file) if r.rec_type == "response"]
    assert response == body


def test_a_page_of_which_only_the_body_is_known(tmp_path: Path) -> None:
    one = replace(page(), raw=None, headers=(("Content-Encoding", "gzip"), ("Content-Type", "text/html")))
    (place,) = written(tmp_path, one)
    assert read_page(tmp_path, place) == one


def test_files_rotate_and_are_never_shared_by_two_writers(tmp_path: Path) -> None:
    with ArchiveWriter(tmp_path, rotate_at=800) as one, ArchiveWriter(tmp_path, rotate_at=800) as other:
        places = [writer.write(page(n)) for n, writer in enumerate([one, other, one, other, one, other])]
    assert len({place.file for place in places}) >= 4
    for first, second in ((places[0::2], places[1::2]),):
        assert not {place.file for place in first} & {place.file for place in second}
    assert [read_page(tmp_path, place).url for place in places] == [page(n).url for n in range(6)]


def test_pages_written_together_are_on_the_disk_when_the_block_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[int] = []
    really = os.fsync
    monkeypatch.setattr("crawler.archive.os.fsync", lambda file: (synced.append(1), really(file))[1])
    pages = [page(n) for n in range(6)]
    with ArchiveWriter(tmp_path, rotate_at=2_000) as writer:
        writer.write(pages[0])
        alone = len(synced)
        with writer.together():
            places = [writer.write(one) for one in pages[1:]]
            files = {place.file for place in places}
            within = len(synced)
        after = len(synced)
        writer.write(pages[0])
        assert len(synced) > after, "outside the block each page is on the disk at once"
    assert alone >= 1
    assert len(files) > 1, "the test wants a file that was closed inside the block"
    assert after > within
    assert [found.url for _, found in read_archive(tmp_path)] == [one.url for one in [*pages, pages[0]]]
    assert [read_page(tmp_path, place).url for place in places] == [one.url for one in pages[1:]]


def test_a_failed_write_leaves_the_file_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full_disk(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    with ArchiveWriter(tmp_path) as writer:
        before = writer.write(page(1))
        size = only_file(tmp_path).stat().st_size
        with monkeypatch.context() as patched:
            patched.setattr("crawler.archive.os.fsync", full_disk)
            with pytest.raises(OSError, match="No space left"):
                writer.write(page(2))
        assert only_file(tmp_path).stat().st_size == size
        after = writer.write(page(3))
    assert [one.url for one in read_warc(only_file(tmp_path))] == [page(1).url, page(3).url]
    assert [read_page(tmp_path, place).url for place in (before, after)] == [page(1).url, page(3).url]


@pytest.mark.parametrize("lost", [1, 30, 200])
def test_a_record_cut_by_a_kill_is_left_out_with_a_warning(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, lost: int
) -> None:
    places = written(tmp_path, page(1), page(2))
    path = only_file(tmp_path)
    end = places[1].offset + places[1].length
    path.write_bytes(path.read_bytes()[: end - lost])
    assert [one.url for one in read_warc(path)] == [page(1).url]
    assert f"{path}: the last record, at offset {places[1].offset}, was cut short and is left out" in caplog.text
    with pytest.raises(ArchiveError, match=rf"{path.name}: ends at byte {end - lost}, inside the record"):
        read_page(tmp_path, places[1])
    # The next night begins a file of its own.
    (later,) = written(tmp_path, page(3))
    assert later.file.endswith("-2.warc.gz")
    assert [one.url for _, one in read_archive(tmp_path)] == [page(1).url, page(3).url]


def test_zeros_after_a_crash_of_the_machine_count_as_cut(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    written(tmp_path, page(1))
    path = only_file(tmp_path)
    path.write_bytes(path.read_bytes() + bytes(5000))
    assert len(list(read_warc(path))) == 1
    assert "was cut short" in caplog.text


def test_damage_in_the_middle_names_file_and_offset(tmp_path: Path) -> None:
    places = written(tmp_path, page(1), page(2), page(3))
    path = only_file(tmp_path)
    data = bytearray(path.read_bytes())
    data[places[1].offset + 40 : places[1].offset + 60] = bytes(20)
    path.write_bytes(bytes(data))
    with pytest.raises(ArchiveError, match=rf"{path.name}: the record at offset {places[1].offset} is damaged"):
        list(read_warc(path))
    with pytest.raises(ArchiveError, match=rf"the record at offset {places[1].offset} is damaged"):
        read_page(tmp_path, places[1])
    assert read_page(tmp_path, places[2]).url == page(3).url


def test_a_place_that_is_no_response_and_a_file_that_is_not_there(tmp_path: Path) -> None:
    (place,) = written(tmp_path, page(1))
    with pytest.raises(ArchiveError, match="the record at offset 0 is not an HTTP response"):
        read_page(tmp_path, ArchivePlace(place.file, 0, place.offset))
    with pytest.raises(ArchiveError, match=r"khong-co\.warc\.gz: there is no such archive file"):
        list(read_warc(tmp_path / "khong-co.warc.gz"))


def test_replay_order_is_the_order_of_fetching(tmp_path: Path) -> None:
    def minute(number: int, source: str) -> Page:
        return page(number, at=NIGHT + timedelta(minutes=number), source=source)

    written(tmp_path, minute(1, "b"), minute(4, "b"), page(9, at=NIGHT + timedelta(days=1), source="a"))
    written(tmp_path, minute(0, "c"), minute(2, "a"), minute(3, "c"))
    found = [one.url for _, one in read_archive(tmp_path)]
    assert found == [page(n).url for n in (0, 1, 2, 3, 4, 9)]
    assert [one.source for _, one in read_archive(tmp_path, source="c")] == ["c", "c"]
    june = (NIGHT + timedelta(days=1)).date()
    assert [one.url for _, one in read_archive(tmp_path, since=june)] == [page(9).url]


def test_a_stranger_in_the_archive_folder_is_named(tmp_path: Path) -> None:
    written(tmp_path, page(1))
    only_file(tmp_path).with_name("sao-luu (1).warc.gz").write_bytes(b"")
    with pytest.raises(ArchiveError, match=r"sao-luu \(1\)\.warc\.gz: is no archive file"):
        list(read_archive(tmp_path))
