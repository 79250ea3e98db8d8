"""Revisits, and the request as it was sent: what the archive says beside the pages."""

from __future__ import annotations

import gzip
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from corpus.records import Page
from crawler.archive import ArchiveWriter, read_archive, read_page, read_warc
from crawler.errors import RevisitError
from tests.archived import NIGHT, only_file, page, written

LATER = NIGHT + timedelta(minutes=9)


def unchanged(status: int) -> Page:
    one = page(1, at=LATER)
    return one if status == 200 else replace(one, status=304, body=b"", raw=b"", headers=(("ETag", '"x"'),))


@pytest.mark.parametrize(("status", "profile"), [(200, "identical-payload-digest"), (304, "server-not-modified")])
def test_a_revisit_is_no_page_and_says_of_which_it_speaks(tmp_path: Path, status: int, profile: str) -> None:
    first = page(1)
    with ArchiveWriter(tmp_path) as writer:
        place = writer.write(first)
        noted = writer.write_revisit(
            unchanged(status), refers_to_url=first.url, refers_to_date=first.fetched_at, payload_digest=first.digest
        )
        after = writer.write(page(2))
    with only_file(tmp_path).open("rb") as file:
        ((record, payload),) = [
            (one, one.content_stream().read())
            for one in ArchiveIterator(file, check_digests="raise")
            if one.rec_type == "revisit"
        ]
    assert payload == b""
    said = record.rec_headers
    assert said["WARC-Profile"] == f"http://netpreserve.org/warc/1.1/revisit/{profile}"
    assert (said["WARC-Target-URI"], said["WARC-Refers-To-Target-URI"]) == (first.url, first.url)
    assert datetime.fromisoformat(said["WARC-Refers-To-Date"]) == first.fetched_at
    assert datetime.fromisoformat(said["WARC-Date"]) == LATER
    assert said["WARC-Payload-Digest"] == first.digest
    assert record.http_headers.get_statuscode() == str(status)
    assert list(read_warc(only_file(tmp_path))) == [first, page(2)]
    assert [one for one, _ in read_archive(tmp_path)] == [place, after]
    with pytest.raises(RevisitError, match=rf"the record at offset {noted.offset} is a revisit"):
        read_page(tmp_path, noted)


def test_a_revisit_that_would_lose_a_body_is_refused(tmp_path: Path) -> None:
    first = page(1)

    def note(one: Page, digest: str = first.digest, at: datetime = NIGHT) -> None:
        writer.write_revisit(one, refers_to_url=first.url, refers_to_date=at, payload_digest=digest)

    with ArchiveWriter(tmp_path) as writer:
        writer.write(first)
        size = only_file(tmp_path).stat().st_size
        with pytest.raises(ValueError, match=r"its body is sha256:\w+, not the stored sha256:\w+; write it whole"):
            note(page(1, b"<html>another</html>", at=LATER))
        with pytest.raises(ValueError, match="an answer 200 or 304 from the web, not 404"):
            note(replace(first, status=404))
        with pytest.raises(ValueError, match="must carry a time zone"):
            note(first, at=NIGHT.replace(tzinfo=None))
        assert only_file(tmp_path).stat().st_size == size
        # The same body packed by another server is the same body.
        note(replace(first, raw=gzip.compress(first.body), headers=(("Content-Encoding", "gzip"),)))
        assert only_file(tmp_path).stat().st_size > size


def test_the_request_is_stored_as_it_was_sent(tmp_path: Path) -> None:
    sent = (("User-Agent", "tintinh/0.1 (+a@b.vn)"), ("Accept-Language", "vi"), ("If-None-Match", '"x"'))
    with ArchiveWriter(tmp_path) as writer:
        writer.write(page(1), request_headers=sent)
        writer.write(page(2), request_headers=(("host", "khac.example"),))
    with only_file(tmp_path).open("rb") as file:
        found = [one.http_headers for one in ArchiveIterator(file, check_digests="raise") if one.rec_type == "request"]
    assert [tuple(one.headers) for one in found] == [
        (("Host", "baodongsuoi.example"), *sent),
        (("host", "khac.example"),),
    ]
    assert found[0].statusline == "/tin/bai-1.html?x=1 HTTP/1.1"


def test_a_page_kept_in_part_is_known_for_it(tmp_path: Path) -> None:
    one = replace(page(), headers=(*page().headers, ("WARC-Truncated", "length")))
    (place,) = written(tmp_path, one)
    assert read_page(tmp_path, place) == one
    with only_file(tmp_path).open("rb") as file:
        (record,) = [each for each in ArchiveIterator(file) if each.rec_type == "response"]
    assert record.rec_headers["WARC-Truncated"] == "length"
    assert record.http_headers["WARC-Truncated"] is None
