"""The morning report: its sections say what the corpus answers, in both languages, and nothing of a page gets out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree, html
from scipy.stats import binomtest

from corpus.intervals import wilson
from corpus.mentions import Entity, Mention
from corpus.new_names import new_names
from corpus.provinces import names_34, provinces_63
from corpus.records import VIETNAM, Query
from corpus.store import Corpus
from nlp.themes import load_themes
from tests.both_languages import require_both
from tests.command import tintinh
from tests.made_articles import paragraph_blocks, sentences, story
from tests.made_month import HOSTILE, LAST, NAMES, live_a_month
from tintinh.morning import charts, words
from tintinh.morning.period import Period, day_of, last_nights, period_of
from tintinh.morning.shares import Share, difference, moved
from tintinh.morning.tiles import tiles
from tintinh.report import Asked, write_report

ROOT = Path(__file__).parents[1]
DAY = date(2026, 11, 21)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Corpus]:
    with Corpus.open(tmp_path_factory.mktemp("month") / "corpus.sqlite") as made:
        live_a_month(made)
        yield made


@pytest.fixture(scope="module")
def text(corpus: Corpus) -> str:
    out = corpus.path.with_name("report.html")
    write_report(corpus, last_nights(corpus), load_themes(), NAMES, out)
    return out.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def page(text: str) -> html.HtmlElement:
    return html.fromstring(text)


def cells(page: html.HtmlElement, table: str) -> list[list[str]]:
    """The fields of a table's body in Vietnamese."""
    return [[_vietnamese(cell) for cell in row] for row in page.xpath(f'//table[@class="{table}"]/tbody/tr')]


def _vietnamese(cell: html.HtmlElement) -> str:
    texts = cell.xpath('.//text()[not(ancestor::*[@class="en"])]')
    return " ".join(" ".join(texts).split())


def test_what_was_collected_stands_beside_its_usual(page: html.HtmlElement) -> None:
    rows = cells(page, "nights")
    assert [(row[0], row[1], row[2], row[3]) for row in rows] == [
        ("Báo C & con", "hỏng × 2", "6", "7"),
        ('Báo "B"', "ghi chú", "6", "7"),
        ("Báo A <b>đậm</b>", "✓ như dự kiến", "6", "7"),
    ]
    assert all(len(row[4]) == 28 for row in rows), "a sign for each of 28 days"


def test_what_broke_is_ranked_and_shows_its_evidence_and_command(page: html.HtmlElement) -> None:
    found = page.xpath('//div[starts-with(@class, "finding")]')
    assert [one.get("class") for one in found] == ["finding broken", "finding warning", "finding note"]
    worst = _vietnamese(found[0])
    assert worst.startswith("Báo C & con: Mất ngày đăng hỏng · 0 of 6 new articles have a date")
    assert "selector date: span<.post-date" in worst
    assert found[0].xpath(".//code/text()") == ["tintinh health bao_c"]


def test_themes_are_those_of_the_corpus(corpus: Corpus, page: html.HtmlElement) -> None:
    rows = {row[0]: row for row in cells(page, "themes")}
    assert len(rows) == len(load_themes())
    period = Period(DAY)
    expected = []
    for query in (period.asked(), period.before()):
        found = [row for row in corpus.theme_by_province(query, stories=True) if row.theme == "border"]
        expected.append((sum(row.count for row in found), sum(row.denominator for row in found)))
    (now, of), (before, of_before) = expected
    assert (now, of) == (16, 16), "eighteen articles, two of them copies"
    border = rows["Biên giới"]
    assert (border[1], border[4]) == (f"{now}/{of}", f"{before}/{of_before}")
    assert border[-1] == "▲ nhiều hơn"
    assert rows["Biển, đảo"][1] == f"0/{of}"
    assert rows["Biển, đảo"][-1] == ""


def test_provinces_are_coloured_by_the_corpus_s_shares(corpus: Corpus, page: html.HtmlElement) -> None:
    rows = {row[0]: row[1:] for row in cells(page, "provinces")}
    answer = corpus.theme_by_province(Period(DAY).both("34"), stories=True)
    # In the made month every story has at most one theme, so the themed ones are the theme's.
    assert rows == {
        row.province: [str(row.count), str(row.denominator), f"{100 * row.count / row.denominator:.0f} %"]
        for row in answer
        if row.theme == "border"
    }
    titles = page.xpath('//div[@class="chart vi"]//*[local-name()="title"]/text()')
    count, total, percent = rows["Cà Mau"]
    assert f"Cà Mau: {count}/{total} ({percent})" in titles
    assert sum("0/0" in title for title in titles) == 31, "every province has its tile, and a title on it"


def test_the_story_that_three_papers_carried_comes_first(page: html.HtmlElement) -> None:
    stories = page.xpath('//ol[@class="stories"]/li')
    assert len(stories) == 10
    assert stories[0].findtext("h3/a") == HOSTILE
    assert "3 cơ quan đăng" in _vietnamese(stories[0])
    assert [link.text for link in stories[0].xpath("./div/a")] == [NAMES["bao_a"], NAMES["bao_b"], NAMES["bao_c"]]


def test_nothing_of_a_page_becomes_markup_and_nothing_is_loaded(text: str, page: html.HtmlElement) -> None:
    assert "<script" not in text
    assert not page.xpath("//script | //b[text()='đậm'] | //i[text()='nghiêng'] | //link | //iframe | //object")
    assert not page.xpath("//@*[starts-with(name(), 'on')]")
    # Addresses stand only where a reader clicks on an article.
    addresses = page.xpath(
        "//@src | //@srcset | //@data | //*[not(self::a)]/@href | //@*[local-name()='href'][not(..//self::a)]"
    )
    assert addresses == []
    links = page.xpath("//a/@href")
    assert links
    assert all(link.startswith("https://bao_") for link in links), "javascript: is shown as text, not as a link"
    assert "url(" not in text
    assert "@import" not in text
    assert page.xpath('//meta[@http-equiv="Content-Security-Policy"]/@content') == [
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    ]


def test_the_page_is_sound(text: str, page: html.HtmlElement) -> None:
    assert len(text.encode()) < 400_000
    assert [one.get("id") for one in page.xpath("//section")] == [
        "broken", "night", "stories", "names", "coverage", "map", "corpus",
    ]  # fmt: skip
    ids = page.xpath("//@id")
    assert len(ids) == len(set(ids))
    for svg in re.findall(r"<svg.*?</svg>", text, re.DOTALL):
        etree.fromstring(svg)
    # Every element that must be closed is: what a strict reader finds wrong beside what HTML allows.
    parser = etree.HTMLParser(recover=False)
    etree.fromstring(
        re.sub(r"</?(main|nav|section|header|footer|svg|details|summary)\b[^>]*>", "", _no_svg(text)), parser
    )


def _no_svg(text: str) -> str:
    return re.sub(r"<svg.*?</svg>", "", text, flags=re.DOTALL)


def test_new_partners_and_gates_are_those_that_the_year_before_did_not_name(corpus: Corpus, tmp_path: Path) -> None:
    with Corpus.open(tmp_path / "names.sqlite") as made:
        laos = Entity("country:la", "country", "Lào", country="LA")
        gate = Entity("gate:na-meo.thanh-hoa", "gate", "Na Mèo", "VN", "Thanh Hóa")
        hana = Entity("foreign:kr-hana", "foreign", "<b>Hana</b>", country="KR")
        home = Entity("province:ha-giang", "province", "Hà Giang", "VN", "Hà Giang")
        made.keep_entities([laos, gate, hana, home])
        days = [("2026-11-21", [laos, hana, home]), ("2026-11-21", [gate, hana]), ("2026-11-20", [laos, home]),
                ("2025-11-20", [gate]), ("2026-11-21", None)]  # fmt: skip
        for n, (day, named) in enumerate(days):
            at = datetime.fromisoformat(day).replace(tzinfo=VIETNAM)
            blocks = paragraph_blocks(*sentences(n + 1))
            article = story(n, title=f"{HOSTILE} {n}", lead=None, blocks=blocks, published_at=at, source="bao_a")
            number = made.keep(article, page=None, place=None).article_id
            assert number is not None
            if named is not None:
                mentions = tuple(Mention(one.id, at, at + 1, "name") for at, one in enumerate(named))
                made.add_mentions([(number, mentions)], "g")
        found = new_names(made.connection, DAY, DAY)
        # Na Mèo was named, but 366 days ago.
        assert [(one.entity.name, one.ids) for one in found.names] == [("<b>Hana</b>", (1, 2)), ("Na Mèo", (2,))]
        assert (found.past, found.unread) == (1, 1)
        out = write_report(made, [], load_themes(), NAMES, tmp_path / "report.html")
    page = html.fromstring(out.read_text(encoding="utf-8"))
    rows = [_vietnamese(row) for row in page.xpath('//ul[@class="names"]/li')]
    assert rows[0].startswith("<b>Hana</b> địa phương nước ngoài 2 bài <script>alert('x')</script>")
    assert rows[1].startswith("Na Mèo cửa khẩu <script>")
    section = _vietnamese(page.xpath('//section[@id="names"]')[0])
    assert "1 bài của kỳ này chưa được đọc tên" in section
    # Nobody has read the month for names.
    bare = write_report(corpus, last_nights(corpus), load_themes(), NAMES, tmp_path / "bare.html")
    assert "Chưa có bài nào của 365 ngày trước" in bare.read_text(encoding="utf-8")


def test_both_languages_are_complete(text: str, page: html.HtmlElement) -> None:
    shown = {
        language: page.xpath(f'//*[@class="{language}" or @class="chart {language}"]') for language in words.LANGUAGES
    }
    assert len(shown["vi"]) == len(shown["en"]) > 100
    for vietnamese, english in zip(shown["vi"], shown["en"], strict=True):
        assert vietnamese.getnext() is english, "they stand side by side"
        assert "".join(vietnamese.itertext()).strip()
        assert "".join(english.itertext()).strip()
    require_both(words.words())


def test_every_word_is_used_and_every_kind_of_finding_has_one() -> None:
    code = "".join(
        path.read_text(encoding="utf-8")
        for folder, kind in (("tintinh/templates", "*.j2"), ("tintinh/morning", "*.py"))
        for path in (ROOT / folder).rglob(kind)
    )
    used = set(re.findall(r"\"([a-z]+\.[a-z_]+)\"", code))
    keys = set(words.words())
    assert {key for key in keys if key.split(".")[0] not in ("kind", "severity")} <= used
    table = (
        (ROOT / "docs" / "operations.md")
        .read_text(encoding="utf-8")
        .partition("| kind | means |")[2]
        .partition("\n\n")[0]
    )
    kinds = set(re.findall(r"`([a-z_]+)`", "".join(line.split("|")[1] for line in table.splitlines()[2:])))
    assert {"layout_broken", "cut_short"} <= kinds
    assert {key.removeprefix("kind.") for key in keys if key.startswith("kind.")} == kinds | {"drift"}


def test_without_what_draws_the_tables_stand_open(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(charts, "available", lambda: False)
    out = write_report(corpus, last_nights(corpus), load_themes(), NAMES, tmp_path / "report.html")
    bare = html.fromstring(out.read_text(encoding="utf-8"))
    assert "Không có biểu đồ" in bare.text_content()
    assert not bare.xpath('//div[starts-with(@class, "chart")]')
    assert len(bare.xpath('//section[@id="coverage" or @id="map"]//details[@open]')) == 2
    assert len(cells(bare, "themes")) == len(load_themes())


@pytest.mark.parametrize("dated", [True, False])
def test_a_corpus_with_little_in_it_has_a_report_too(tmp_path: Path, dated: bool) -> None:
    with Corpus.open(tmp_path / "corpus.sqlite") as corpus:
        if dated:
            corpus.keep(story(1), page=None, place=None)
        out = write_report(corpus, [], load_themes(), {}, tmp_path / "report.html")
    page = html.fromstring(out.read_text(encoding="utf-8"))
    assert page.text_content().count("không có đêm thu thập nào") == 2
    assert "Không có gì bất thường" not in page.text_content(), "nobody looked"
    assert ("Trong kho chưa có bài nào có ngày" in page.text_content()) is not dated
    assert len(page.xpath('//ol[@class="stories"]/li')) == int(dated)


@pytest.mark.parametrize("province_map", ["34", "63"])
def test_every_province_has_one_tile_of_its_own(province_map: Any) -> None:
    names = set(names_34()) if province_map == "34" else {province.name for province in provinces_63()}
    placed = tiles(province_map)
    assert sorted(tile.province for tile in placed) == sorted(names)
    assert len({(tile.column, tile.row) for tile in placed}) == len(names)
    at = {tile.province: tile for tile in placed}
    hue = "Huế" if province_map == "34" else "Thừa Thiên Huế"
    south = ["Cao Bằng", "Thái Nguyên", "Hà Nội", "Ninh Bình", "Thanh Hóa", "Nghệ An", "Hà Tĩnh", "Quảng Trị", hue]
    south += [
        "Đà Nẵng",
        "Quảng Ngãi",
        "Gia Lai",
        "Đắk Lắk",
        "Khánh Hòa",
        "Đồng Nai",
        "TP. Hồ Chí Minh",
        "Cần Thơ",
        "Cà Mau",
    ]
    rows = [at[name].row for name in south]
    assert rows == sorted(rows), "north at the top"
    for line in (
        ["Điện Biên", "Phú Thọ", "Quảng Ninh"],
        ["An Giang", "Cần Thơ", "Vĩnh Long"],
        ["Tây Ninh", "Lâm Đồng", "Khánh Hòa"],
    ):
        columns = [at[name].column for name in line]
        assert columns == sorted(set(columns)), "east to the right"


@given(st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_intervals_are_scipy_s(counts: tuple[int, int]) -> None:
    low, high = wilson(*counts)
    known = binomtest(*counts).proportion_ci(0.95, method="wilson")
    assert (low, high) == (pytest.approx(known.low, abs=1e-12), pytest.approx(known.high, abs=1e-12))


def test_the_difference_is_newcombe_s() -> None:
    # Newcombe 1998, table II, the row 56/70 against 48/80, method 10: 0.0524 to 0.3339.
    assert difference(Share(56, 70), Share(48, 80)) == (
        pytest.approx(0.0524, abs=5e-5),
        pytest.approx(0.3339, abs=5e-5),
    )
    assert difference(Share(0, 0), Share(48, 80)) is None
    assert (moved(Share(56, 70), Share(48, 80), 1), moved(Share(48, 80), Share(56, 70), 1)) == (1, -1)
    assert moved(Share(56, 70), Share(48, 80), 12) == 0, "one of twelve looked at together"


@given(st.lists(st.floats(0, 100), min_size=1))
def test_shades_hold_every_share(shares: list[float]) -> None:
    least, step = charts.classes(min(shares), max(shares))
    assert 0 <= least <= min(shares)
    assert max(shares) <= least + 5 * step <= 100


def test_a_night_before_noon_tells_of_the_day_before(corpus: Corpus) -> None:
    assert day_of(LAST) == DAY
    assert day_of(datetime(2026, 11, 22, 5, 0, tzinfo=UTC)) == date(2026, 11, 22), "noon in Việt Nam"
    period = period_of(corpus, last_nights(corpus))
    assert period == Period(DAY)
    assert period.past == (date(2026, 10, 24), date(2026, 11, 20))
    assert {day_of(night.started_at) for night in last_nights(corpus, date(2026, 11, 10))} == {date(2026, 11, 10)}


def test_the_command_writes_a_week_by_theme_with_figures(corpus: Corpus, tmp_path: Path) -> None:
    corpus.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    done = tintinh(
        "report", "--corpus", corpus.path, "--day", "2026-11-20", "--days", "7", "--theme", "border", "--map", "63",
        "--out", tmp_path / "week.html", "--figures", tmp_path / "figures", home=tmp_path,
    )  # fmt: skip
    assert done.code == 0, done.err
    page = html.fromstring((tmp_path / "week.html").read_text(encoding="utf-8"))
    assert "Tin từ 14/11/2026 đến 20/11/2026" in page.text_content()
    assert "“Biên giới”" in page.get_element_by_id("map").text_content()
    stories = corpus.trend(Query(since=date(2026, 11, 14), until=date(2026, 11, 20), limit=None), "day", stories=True)
    assert page.xpath('string((//div[@class="tile"]/b)[1])') == str(sum(row.count for row in stories.rows))
    written = sorted(path.name for path in (tmp_path / "figures").iterdir())
    assert written == sorted(
        f"{name}-{language}.{form}"
        for name in ("themes", "days", "map")
        for language in ("vi", "en")
        for form in ("svg", "png")
    )
    assert (tmp_path / "figures" / "map-vi.png").read_bytes().startswith(b"\x89PNG")
    assert b"var(--" not in (tmp_path / "figures" / "map-en.svg").read_bytes()


def test_the_command_says_what_is_wrong(tmp_path: Path) -> None:
    missing = tintinh("report", "--corpus", tmp_path / "none.sqlite", home=tmp_path)
    assert missing.code == 1
    assert "none.sqlite" in missing.err
    unknown = tintinh("report", "--theme", "weather", home=tmp_path)
    assert unknown.code == 1
    assert "'weather' is no theme" in unknown.err


def test_a_report_of_asked_days_names_outlets_that_were_not_crawled(corpus: Corpus, tmp_path: Path) -> None:
    nights = last_nights(corpus)
    old = last_nights(corpus, date(2026, 11, 10))
    mixed = [old[0], *nights[1:]]
    out = write_report(corpus, mixed, load_themes(), NAMES, tmp_path / "report.html", Asked(DAY))
    rows = cells(html.fromstring(out.read_text(encoding="utf-8")), "nights")
    assert [row[1] for row in rows if row[0] == NAMES["bao_a"]] == ["✓ như dự kiến đêm gần nhất 11/11/2026"]
