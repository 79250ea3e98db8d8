"""What a night leaves for the next: nothing that was found is lost, nothing is asked for too early or too often."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from corpus.store import Corpus
from tests.nights import CHECKOUT, arguments, database, night, turn_clock
from tests.small_paper import HOME, HOST, Answer, Paper, article, listing, running, write_source


@pytest.fixture
def paper() -> Iterator[Paper]:
    with running() as paper:
        # Nothing odd here: each test breaks what it is about.
        paper.answers["/sitemap.xml"] = Answer(
            b'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"></urlset>', kind="text/xml"
        )
        paper.answers["/robots.txt"] = Answer(status=404, body=b"<html>Disallow: /</html>")
        yield paper


def agenda(home: Path) -> dict[str, tuple[str | None, int, str | None]]:
    with database(home) as connection:
        rows = connection.execute("SELECT url, task, attempts, reason FROM addresses").fetchall()
    return {url.rpartition("/")[2]: tuple(rest) for url, *rest in rows}


def test_what_failed_is_due_later_even_if_no_listing_shows_it_any_more(tmp_path: Path, paper: Paper) -> None:
    paper.answers["/tin/bai-12.html"] = Answer(status=500)
    paper.answers["/tin/bai-11.html"] = Answer(status=410)
    paper.answers["/tin/bai-10.html"] = Answer(status=302, location="/tin/bai-10.html")
    first = night(tmp_path, paper)
    assert dict(first.rejected) == {"http_5xx": 1, "http_410": 1, "redirect_loop": 1}
    assert agenda(tmp_path)["bai-12.html"] == ("retry", 1, "http_5xx")
    assert agenda(tmp_path)["bai-11.html"] == (None, 1, "http_410")
    assert agenda(tmp_path)["bai-10.html"] == ("retry", 1, "redirect_loop")

    for path in ("/rss.xml", "/xa-hoi/"):  # the stories have scrolled away
        paper.answers[path] = Answer(listing(range(0), None)) if path == "/xa-hoi/" else paper.answers["/sitemap.xml"]
    night(tmp_path, paper)
    assert paper.articles_asked() == [], "half an hour has not passed"
    paper.answers["/tin/bai-12.html"] = Answer(article("Chuyện thứ 12 của bản", "12/10/2026", "muộn mà còn"))
    turn_clock(tmp_path, 0.6)
    late = night(tmp_path, paper)
    assert paper.articles_asked() == ["/tin/bai-12.html"]
    assert (late.found, late.stored + late.copies) == (1, 1)
    assert agenda(tmp_path)["bai-12.html"] == (None, 0, None)


def test_an_address_is_given_up_in_the_end(tmp_path: Path, paper: Paper) -> None:
    paper.answers["/tin/bai-12.html"] = Answer(status=500)
    for attempt in range(1, 6):
        account = night(tmp_path, paper)
        assert dict(account.rejected) == ({"http_5xx": 1} if attempt == 1 else {}), "counted once"
        assert paper.articles_asked().count("/tin/bai-12.html") == 1
        assert agenda(tmp_path)["bai-12.html"] == ("retry" if attempt < 5 else None, attempt, "http_5xx")
        turn_clock(tmp_path, 25)
    night(tmp_path, paper)
    assert paper.articles_asked() == []


def test_a_host_that_asks_for_a_pause_gets_it(tmp_path: Path, paper: Paper) -> None:
    paper.answers["/tin/bai-11.html"] = Answer(status=429, retry_after="7200")
    first = night(tmp_path, paper)
    assert len(paper.articles_asked()) <= 3, "what was on its way may still come; nothing more is asked for"
    assert "answered 429 and asked for a pause; it is left alone until" in first.findings[0]
    assert len([one for one in first.findings if "left alone" in one]) == 1
    assert sum(first.rejected.values()) <= 1, "what was not asked for is no rejection"

    paper.answers["/tin/bai-11.html"] = paper.answers["/tin/bai-5.html"]
    night(tmp_path, paper)
    assert paper.asked == [], "a second start within the pause asks nothing at all, not even robots.txt"
    turn_clock(tmp_path, 2.1)
    assert night(tmp_path, paper).stored >= 9
    assert set(paper.articles_asked()) <= {f"/tin/bai-{n}.html" for n in range(1, 13)}
    with Corpus.open(tmp_path / "corpus.sqlite") as corpus:
        assert corpus.stats().articles >= 11


def test_a_short_pause_is_waited_out(tmp_path: Path, paper: Paper) -> None:
    paper.answers["/tin/bai-11.html"] = Answer(status=503, retry_after="1")
    account = night(tmp_path, paper)
    assert paper.articles_asked().count("/tin/bai-11.html") == 2
    assert (account.stored, dict(account.rejected)) == (11, {"http_5xx": 1})
    assert (account.ended_at - account.started_at).total_seconds() > 1


def test_a_host_that_refuses_again_and_again_is_left_alone(tmp_path: Path, paper: Paper) -> None:
    for n in range(1, 13):
        paper.answers[f"/tin/bai-{n}.html"] = Answer(status=403)
    paper.answers["/xa-hoi/"] = Answer(listing(range(12, 0, -1), None))
    account = night(tmp_path, paper, RETRY_TIMES=1)
    assert 5 <= len(paper.articles_asked()) <= 6
    # Of one cause the verdict tells once; that the host was left alone is in the finding's evidence.
    assert "(http_403 " in "\n".join(account.findings)
    with database(tmp_path) as connection:
        assert connection.execute("SELECT host, reason FROM pauses").fetchall() == [
            (HOST, "refused 5 addresses in a row (http_403)")
        ]
    turn_clock(tmp_path, 30)
    for n in range(1, 13):
        paper.answers[f"/tin/bai-{n}.html"] = Answer(article(f"Chuyện {n}", "01/10/2026", f"riêng{n}"))
    assert night(tmp_path, paper).copies + 1 == 12


@pytest.mark.parametrize("answer", [Answer(status=500), Answer(broken=True)], ids=["500", "broken"])
def test_without_robots_txt_nothing_is_fetched(tmp_path: Path, paper: Paper, answer: Answer) -> None:
    paper.answers["/robots.txt"] = answer
    account = night(tmp_path, paper)
    assert set(paper.asked) == {"/robots.txt"}
    said = [one for one in account.findings if "robots.txt could not be read" in one]
    assert len(said) == 1
    assert "so nothing of that host was fetched" in said[0]
    assert dict(account.rejected) == {}

    paper.answers["/robots.txt"] = Answer(status=404)
    assert night(tmp_path, paper).stored == 12


def test_an_answer_that_breaks_off_in_its_gzip_is_asked_for_again(tmp_path: Path, paper: Paper) -> None:
    listed = paper.answers["/xa-hoi/"]
    page = paper.answers["/tin/bai-2.html"]
    paper.answers["/xa-hoi/"] = Answer(listed.body, zipped=True, cut=True)
    paper.answers["/tin/bai-2.html"] = Answer(page.body, zipped=True, cut=True)
    account = night(tmp_path, paper)
    assert "xa-hoi/ could not be read (connection" in "\n".join(account.findings)
    assert account.stored == 3  # those of the feed

    paper.answers["/xa-hoi/"] = listed
    account = night(tmp_path, paper)
    assert dict(account.rejected) == {"connection": 1}
    assert account.stored == 8

    paper.answers["/tin/bai-2.html"] = page
    turn_clock(tmp_path, 1)
    assert night(tmp_path, paper).stored == 1


def test_a_crawl_delay_is_kept(tmp_path: Path, paper: Paper) -> None:
    paper.answers["/robots.txt"] = Answer(b"User-agent: *\nCrawl-delay: 0.5\n", kind="text/plain")
    paper.answers["/xa-hoi/"] = Answer(listing(range(12, 9, -1), None))
    account = night(tmp_path, paper)
    assert account.stored == 3
    assert (account.ended_at - account.started_at).total_seconds() > 0.5 * (len(paper.asked) - 2)


def test_an_unchanged_second_night_asks_conditionally_and_fetches_nothing(tmp_path: Path, paper: Paper) -> None:
    for path in ("/rss.xml", "/xa-hoi/"):
        answer = paper.answers[path]
        paper.answers[path] = Answer(answer.body, kind=answer.kind, etag=f'"{path} 1"')
    assert night(tmp_path, paper).stored == 12
    night(tmp_path, paper)
    assert paper.unchanged == ["/rss.xml", "/xa-hoi/"]
    assert paper.articles_asked() == []
    assert "/xa-hoi/?trang=2" not in paper.asked

    paper.answers["/xa-hoi/"] = Answer(listing(range(13, 9, -1), "/xa-hoi/?trang=2"), etag='"2"')
    paper.answers["/tin/bai-13.html"] = Answer(article("Chuyện thứ 13", "13/10/2026", "mười ba " * 30))
    assert night(tmp_path, paper).found == 4
    assert paper.articles_asked() == ["/tin/bai-13.html"]
    assert paper.unchanged == ["/rss.xml"]
    assert "/xa-hoi/?trang=2" not in paper.asked, "below the new article the page runs on into the last reading"

    for number in range(14, 18):
        paper.answers[f"/tin/bai-{number}.html"] = Answer(article(f"Chuyện thứ {number}", "13/10/2026", "mười " * 30))
    paper.answers["/xa-hoi/"] = Answer(listing(range(17, 13, -1), "/xa-hoi/?trang=2"), etag='"3"')
    paper.answers["/xa-hoi/?trang=2"] = Answer(listing(range(13, 9, -1), "/xa-hoi/?trang=3"))
    night(tmp_path, paper)
    assert "/xa-hoi/?trang=2" in paper.asked, "nothing on the first page was there before"
    assert "/xa-hoi/?trang=3" not in paper.asked


def test_an_index_of_sitemaps_may_stay_as_it_is_while_they_change(tmp_path: Path, paper: Paper) -> None:
    def sitemap(*numbers: int) -> bytes:
        return "".join(
            ["<urlset>", *(f"<url><loc>{HOME}tin/bai-{n}.html</loc></url>" for n in numbers), "</urlset>"]
        ).encode()

    parts = "".join(f"<sitemap><loc>{HOME}phan-{n}.xml</loc></sitemap>" for n in (1, 2))
    index = f"<sitemapindex>{parts}</sitemapindex>".encode()
    paper.answers["/sitemap.xml"] = Answer(index, kind="text/xml", etag='"muc luc"')
    paper.answers["/phan-1.xml"] = Answer(sitemap(1, 2), kind="text/xml", etag='"cu"')
    paper.answers["/phan-2.xml"] = Answer(sitemap(3), kind="text/xml", etag='"moi 1"')
    paper.answers["/rss.xml"] = paper.answers["/xa-hoi/"] = Answer(listing(range(0), None))
    assert night(tmp_path, paper).stored == 3
    paper.answers["/phan-2.xml"] = Answer(sitemap(4, 3), kind="text/xml", etag='"moi 2"')
    assert night(tmp_path, paper).stored == 1
    assert paper.unchanged == ["/phan-1.xml"]
    assert night(tmp_path, paper).known == 4
    assert paper.unchanged == ["/phan-1.xml", "/phan-2.xml"]


def test_a_listing_that_broke_off_is_read_again_to_where_it_had_to_come(tmp_path: Path, paper: Paper) -> None:
    paper.answers["/xa-hoi/"] = Answer(paper.answers["/xa-hoi/"].body, etag='"1"')
    paper.answers["/xa-hoi/?trang=2"] = Answer(status=500)
    first = night(tmp_path, paper)
    assert first.stored == 4
    paper.answers["/xa-hoi/?trang=2"] = Answer(listing(range(8, 4, -1), "/xa-hoi/?trang=3"))
    again = night(tmp_path, paper)
    assert paper.unchanged == [], "its first page was not noted as read whole"
    assert (again.stored, len(paper.articles_asked())) == (8, 8)


def test_what_since_left_out_is_found_by_a_night_without_it(tmp_path: Path, paper: Paper) -> None:
    paper.answers["/rss.xml"] = replace(paper.answers["/rss.xml"], etag='"1"')
    paper.answers["/xa-hoi/"] = Answer(listing(range(0), None))
    assert night(tmp_path, paper, "-a", "since=2026-10-11").stored == 2
    assert night(tmp_path, paper).stored == 1
    assert (paper.articles_asked(), paper.unchanged) == (["/tin/bai-10.html"], [])


def test_a_mended_pattern_reads_an_unchanged_listing_anew(tmp_path: Path, paper: Paper) -> None:
    paper.answers["/xa-hoi/"] = Answer(paper.answers["/xa-hoi/"].body, etag='"1"')
    night(tmp_path, paper)
    source = tmp_path / "sources" / "bao_dong_suoi.toml"
    source.write_text(source.read_text("utf-8").replace("max_pages", "x").replace("a.sau", "a[class~=sau]"), "utf-8")
    night(tmp_path, paper)
    assert paper.unchanged == []


def test_pages_made_by_counting_end_where_the_outlet_has_no_more(tmp_path: Path, paper: Paper) -> None:
    change_source(tmp_path, 'next = "a.sau"', 'pages = "{section}?trang={n}"')
    paper.answers["/xa-hoi/?trang=3"] = Answer(listing(range(4, 0, -1), None))
    account = night(tmp_path, paper)
    assert (account.stored, account.findings) == (12, ())
    assert paper.asked.count("/xa-hoi/?trang=4") == 1


def test_an_endless_listing_is_bounded_and_said(tmp_path: Path, paper: Paper) -> None:
    change_source(tmp_path, 'next = "a.sau"', 'pages = "{section}?trang={n}"\nmax_pages = 4')
    paper.answers["/rss.xml"] = paper.answers["/sitemap.xml"]
    for page in range(2, 9):
        paper.answers[f"/xa-hoi/?trang={page}"] = paper.answers["/xa-hoi/"]
    night(tmp_path, paper)
    assert [path for path in paper.asked if "trang" in path] == ["/xa-hoi/?trang=2"], "it only repeats itself"

    for page in range(1, 9):
        numbers = range(100 + page * 4, 104 + page * 4)
        path = "/xa-hoi/" if page == 1 else f"/xa-hoi/?trang={page}"
        paper.answers[path] = Answer(listing(numbers, None))
    account = night(tmp_path, paper)
    assert [path for path in paper.asked if "trang" in path] == [f"/xa-hoi/?trang={n}" for n in (2, 3, 4)]
    assert "each of the 4 pages that a night reads had something new" in "\n".join(account.findings)


def test_a_feed_of_ten_megabytes_is_a_verdict(tmp_path: Path, paper: Paper) -> None:
    paper.answers["/rss.xml"] = Answer(b"<rss>" + b" " * 10_000_000 + b"</rss>", kind="text/xml", zipped=True)
    account = night(tmp_path, paper)
    assert account.stored == 12
    (finding,) = account.findings
    assert "rss.xml could not be read (too_large" in finding


def test_an_endpoint_answers_with_addresses_or_html(tmp_path: Path, paper: Paper) -> None:
    change_source(
        tmp_path, 'next = "a.sau"', 'endpoints = ["/xem-them?trang={n}"]\njson_path = "data.items[].html"\nmax_pages=9'
    )
    kind = "application/json"
    for page in (1, 2):
        links = listing(range(20 + page, 20 + page + 1), None).decode()
        body = {"data": {"items": [{"html": links}, {"html": f"/tin/bai-{page}.html"}]}}
        paper.answers[f"/xem-them?trang={page}"] = Answer(json.dumps(body).encode(), kind=kind)
    paper.answers["/xem-them?trang=3"] = Answer(b'{"data": {"items": []}}', kind=kind)
    account = night(tmp_path, paper)
    assert {"/tin/bai-21.html", "/tin/bai-22.html", "/tin/bai-1.html", "/tin/bai-2.html"} <= set(paper.articles_asked())
    assert account.findings == ()
    paper.answers["/xem-them?trang=1"] = Answer(b'{"data": []}', kind=kind)
    assert "has no key 'items'" in "\n".join(night(tmp_path, paper).findings)


def change_source(home: Path, old: str, new: str) -> None:
    """The paper's source under ``home`` with one line changed."""
    path = write_source(home / "sources") / "bao_dong_suoi.toml"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def test_a_walk_into_the_past_stops_where_it_should(tmp_path: Path, paper: Paper) -> None:
    paper.answers["/xa-hoi/"] = Answer(listing(range(12, 9, -1), "/xa-hoi/?trang=2"))
    for page in range(2, 5):
        numbers = range(15 - 3 * page, 12 - 3 * page, -1)
        paper.answers[f"/xa-hoi/?trang={page}"] = Answer(listing(numbers, f"/xa-hoi/?trang={page + 1}"))
    paper.answers["/xa-hoi/?trang=3"] = Answer(status=500)
    walk(tmp_path, paper, "2026-10-08")
    assert len(paper.articles_asked()) == 6
    with database(tmp_path) as connection:
        ((page, rest),) = connection.execute("SELECT page, rest FROM walks WHERE root LIKE '%/xa-hoi/'").fetchall()
        assert (page, json.loads(rest)) == (3, [f"{HOME}xa-hoi/?trang=3"])
        assert connection.execute("SELECT count(*) FROM nights").fetchone() == (0,), "it is no night"

    paper.answers["/xa-hoi/?trang=3"] = Answer(listing(range(6, 3, -1), "/xa-hoi/?trang=4"))
    walk(tmp_path, paper, "2026-10-08")
    assert [path for path in paper.asked if "xa-hoi" in path] == ["/xa-hoi/?trang=3", "/xa-hoi/?trang=4"]
    assert paper.articles_asked() == [f"/tin/bai-{n}.html" for n in (6, 5, 4)], "a page too far, and no further"
    walk(tmp_path, paper, "2026-10-08")
    assert paper.asked == [], "the walk is over"


def walk(home: Path, paper: Paper, back_to: str) -> None:
    paper.asked.clear()
    command = [*arguments(home, paper), "-a", f"back_to={back_to}"]
    subprocess.run(command, cwd=CHECKOUT, capture_output=True, timeout=90, check=True)
