"""From a site to a source, piece by piece: addresses, selectors, guesses, and what is said where there is none."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest

from corpus.records import Page
from crawler.extract import extract
from crawler.propose import Proposal, ProposalError, SavedSite, Survey, ask_saved, propose, survey
from crawler.propose.about import id_of, province_in, province_in_host
from crawler.propose.addresses import article_pattern, forms
from crawler.propose.answers import Answer, Unanswered
from crawler.propose.fields import Specimen
from crawler.propose.layouts import own_layouts
from crawler.propose.links import is_next
from crawler.propose.selectors import cost, is_stable, selectors
from crawler.propose.survey import probe
from crawler.propose.writing import literal
from tests.pages import FETCHED, page
from tests.small_paper import PARAGRAPHS

HOME = "https://baolang.vn/"
DAY = date(2026, 11, 22)


def story(number: int, *, body: str = "noi-dung-bai", day: str | None = "") -> str:
    """An article page in no known platform's layout; ``day`` None prints no date."""
    text = "".join(f"<p>{one} Chuyện riêng số {number}: {'rất ' * number}dài.</p>" for one in PARAGRAPHS)
    printed = f'<div class="gio-dang">08:3{number}, 1{number}/10/2025</div>' if day is not None else ""
    title = f"Đoạn mương thứ {number} của bản đã thông"
    return (
        f"<html><head><meta charset='utf-8'><title>{title} - Báo Lạng Sơn</title></head><body>"
        f"<div class='dau-trang'><span class='dong-ho'>Chủ nhật, 31/05/2026</span></div><div class='cot-chinh'>"
        f"<div class='duong-dan breadcrumb'><a href='/'>Trang chủ</a><a href='/xa-hoi/'>Xã hội</a></div>"
        f"<h1 class='tieu-de-bai'>{title}</h1>{printed}"
        f"<div class='mo-ta sapo'>Bản thứ {number} khơi lại đoạn mương dài bốn trăm mét trong một buổi sáng.</div>"
        f"<div class='{body}'>{text}<div class='hop-tin-cu-99812'>x</div><div class='tin-lien-quan'>"
        f"<a href='/bai-cu-{number}01.html'>Chuyện cũ của bản bên kia suối năm ngoái</a></div></div>"
        f"<p class='ten-tac-gia author'>Nông Thị Suối</p></div></body></html>"
    )


def listing(numbers: range) -> str:
    """A front or section page: a menu, and the headlines of these stories."""
    links = "".join(f"<h3><a href='{path(number)}'>Đoạn mương thứ {number} của bản</a></h3>" for number in numbers)
    menu = "<a href='/xa-hoi/'>Xã hội</a><a href='/lien-he/'>Liên hệ</a><a href='/kinh-te/'>Kinh tế</a>"
    following = "<a class='trang-sau' href='?trang=2'>Trang sau</a>"
    return f"<html><body><div class='menu'>{menu}</div>{links}{following}</body></html>"


def path(number: int) -> str:
    """The path of a story."""
    return f"/doan-muong-thu-{number}-cua-ban-{number}001.html"


def url_of(number: int) -> str:
    """The address of a story."""
    return HOME.rstrip("/") + path(number)


def site(stories: int = 6, **changed: str) -> dict[str, Answer]:
    """The answers of a small site by address."""
    bodies = {
        HOME: listing(range(1, stories + 1)),
        f"{HOME}xa-hoi/": listing(range(1, stories + 1)),
        f"{HOME}kinh-te/": "<html><body><a href='/'>Trang chủ</a></body></html>",
        **{url_of(n): story(n) for n in range(1, stories + 1)},
        **changed,
    }
    return {url: page(body, url=url) for url, body in bodies.items()}


def run(answers: Mapping[str, Answer], home: str = HOME) -> Survey:
    """The survey of a site that answers so; everything else is a page not found."""
    plan = survey(probe(home))
    try:
        wanted = next(plan)
        while True:
            wanted = plan.send({url: answers.get(url) or page("", url=url, status=404) for url in wanted})
    except StopIteration as done:
        found: Survey = done.value
        return found


def proposal(answers: Mapping[str, Answer]) -> Proposal:
    return propose(run(answers), how="live", day=DAY)


# The whole


def test_a_site_of_its_own_making_gets_selectors_of_its_own() -> None:
    made = proposal(site())
    source = made.source
    assert (source.id, source.name, source.kind) == ("bao_lang_son", "Báo Lạng Sơn", "paper")
    assert source.province_on(DAY) == "Lạng Sơn"
    assert "A guess from the name" in made.toml
    assert source.discover.article == r"-\d+\.html$"
    assert source.discover.sections == (f"{HOME}xa-hoi/",)
    assert source.discover.next == "a.trang-sau"
    (layout,) = source.layout
    assert (layout.body, layout.title, layout.date) == ("div.noi-dung-bai", "h1", "div.gio-dang")
    assert layout.lead in {"div.mo-ta", "div.sapo"}
    assert "div.tin-lien-quan" in layout.drop
    assert not any("99812" in css for css in layout.drop)
    assert all(one.by_rules and not one.differs for one in made.read)
    assert made.source.verified == "saved page", "nobody looked at it"


def test_what_a_person_looked_at_live_is_live_and_nothing_else() -> None:
    found = run(site())
    assert propose(found, how="live", day=DAY, looked_at=True).source.verified == "live"
    assert propose(found, how="rehearsal", day=DAY, looked_at=True).source.verified == "saved page"
    assert "live articles on 2026-11-22" in propose(found, how="live", day=DAY).source.facts


def test_a_known_platform_is_preferred_and_keeps_the_file_short() -> None:
    body = "b-maincontent"
    pages = {url: answer for url, answer in site().items() if "doan-muong" not in url}
    for n in range(1, 7):
        url = url_of(n)
        pages[url] = page(story(n, body=body), url=url)
    made = proposal(pages)
    assert made.source.platform == "b_maincontent"
    assert "[[layout]]" not in made.toml
    assert len(made.toml.splitlines()) <= 15


def test_pages_without_a_date_are_said_to_have_none() -> None:
    undated = {url_of(n): story(n, day=None) for n in range(1, 7)}
    made = proposal(site(**undated))
    assert made.source.expect.min_dated_share == 0.0
    assert made.source.layout[0].date is None, "the clock in the header is the date of none"
    assert any("no article was found to print its date" in note for note in made.notes)


def test_what_a_platform_lacks_is_added_to_it() -> None:
    box = "<div class='hop-ngoai widget'>Hộp thời tiết hôm nay cho biết trời nhiều mây, có mưa rào về chiều.</div>"
    menu = listing(range(1, 7)).replace("-cua-ban-", "-cua-ban-post")
    pages: dict[str, Answer] = {url: page(menu, url=url) for url in (HOME, f"{HOME}xa-hoi/")}
    for n in range(1, 7):
        text = story(n, body="article__body").replace(
            "<div class='tin-lien-quan'>", f"{box}<div class='tin-lien-quan'>"
        )
        text = text.replace("tieu-de-bai", "article__title").replace("mo-ta sapo", "article__sapo")
        url = url_of(n).replace("-cua-ban-", "-cua-ban-post")
        pages[url] = page(text, url=url)
    made = proposal(pages)
    assert made.source.platform == "hemera"
    (over,) = made.toml.split("[[layout]]")[1:]
    assert "div.widget" in over or "div.hop-ngoai" in over
    assert "body" not in over, "the platform's own"
    assert made.source.discover.article == r"-post\d+\.html$"
    assert "article =" not in made.toml, "the platform's own"
    assert all(one.by_rules and "body" not in one.differs for one in made.read)


def test_names_that_fit_many_sites_make_no_platform() -> None:
    pages = site(**{url_of(n): story(n, body="article__body").replace("mo-ta", "article__sapo") for n in range(1, 7)})
    made = proposal(pages)
    assert made.source.platform is None, "the addresses are of another system"
    assert made.source.layout[0].body == "div.article__body"


def test_a_site_whose_front_page_lists_all_has_it_for_a_section() -> None:
    answers = {url: answer for url, answer in site().items() if url not in {f"{HOME}xa-hoi/", f"{HOME}kinh-te/"}}
    made = proposal(answers)
    assert made.source.discover.sections == (HOME,)


def test_films_and_advertisements_with_addresses_of_their_own_are_no_articles() -> None:
    others = "".join(
        f"<a href='/rao-vat-ban-dat-gia-re-mat-tien-{n}77.html'>Bán đất giá rẻ mặt tiền đường lớn</a>"
        f"<a href='/phong-su/{n}.htm'>Xem lại chương trình tối hôm qua tại đây</a>"
        for n in range(400, 406)
    )
    films = {f"{HOME}phong-su/{n}.htm": "<video></video>" for n in range(400, 406)}
    found = run(site(**films, **{HOME: listing(range(1, 7)).replace("</body>", f"{others}</body>")}))
    assert found.pattern.forms == (r"-\d+\.html$",)
    assert not any("rao-vat" in url for url in found.pattern.matched)
    assert any("phong-su" in url for url in found.pattern.matched), "they looked like articles until they were read"
    assert len(found.read) == 6


# Nothing comes of it


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ({HOME: Unanswered("robots", "x")}, "robots.txt forbids it to us"),
        ({HOME: Unanswered("offsite", "https://bao-moi.vn/: is not on one of the hosts")}, "leads to another site"),
        ({HOME: Unanswered("dns", f"{HOME}: no such host")}, "could not be read .*no such host.*check the address"),
        ({}, "the server answered 404"),
        (
            {HOME: page("<html><body><p>Đang tải…</p></body></html>", url=HOME)},
            "no links to articles were found on 1 pages",
        ),
        (site(3), "0 articles could be read, 5 were expected"),
        (
            site(6, **{url_of(n): "<p>…</p>" for n in (1, 2)}),
            "4 articles could be read, 5",
        ),
    ],
)
def test_a_site_that_gives_no_source_is_one_sentence(answers: dict[str, Answer], said: str) -> None:
    with pytest.raises(ProposalError, match=said) as error:
        proposal(answers)
    assert "\n" not in str(error.value)


def test_no_shared_body_is_said() -> None:
    each = {url_of(n): story(n, body=f"c{n}").replace("cot-chinh", f"d{n}") for n in range(1, 7)}
    with pytest.raises(ProposalError, match="no element holds the running text on most of 6 articles"):
        proposal(site(**each))


# Layouts


def specimen(text: str, url: str = f"{HOME}a-1001.html") -> Specimen:
    made = page(text, url=url)
    return Specimen(made, extract(made))


def test_two_looks_give_two_layouts() -> None:
    new = [specimen(story(n), f"{HOME}{n}") for n in range(1, 6)]
    old = [
        specimen(
            story(n, body="than-bai-cu").replace("cot-chinh", "khung-cu").replace("tieu-de-bai", "tua-cu"), f"{HOME}{n}"
        )
        for n in (6, 7, 8)
    ]
    layouts = own_layouts([*new, *old], probe(HOME))
    assert [layout.body for layout in layouts] == ["div.noi-dung-bai", "div.than-bai-cu"]
    assert [layout.title for layout in layouts] == ["h1", "h1"]


def test_selectors_of_one_page_or_one_build_are_not_offered() -> None:
    assert all(map(is_stable, ("title5", "noi-dung", "bd02", "article__body", "contentNews")))
    assert not any(map(is_stable, ("news-12345", "css-1x2ab3", "a1b2c3d4", "_3kQ9z", "2col", "deadbeef")))
    root = specimen(story(1)).root
    (heading,) = root.iter("h1")
    offered = list(selectors(heading))
    assert offered[0] == "h1.tieu-de-bai"
    assert min(offered, key=cost) == "h1"


# Addresses


@pytest.mark.parametrize(
    ("url", "form"),
    [
        ("https://a.vn/mot-bai-a196670.html", r"-a\d+\.html$"),
        ("https://a.vn/mot-bai-post1234.html", r"-post\d+\.html$"),
        ("https://a.vn/kinh-te/mot-bai-1234.html", r"-\d+\.html$"),
        ("https://a.vn/x/202112/mot-bai-0c4f1e7/", r"/\d{6}/[A-Za-z0-9-]+-[0-9a-f]{6,8}/?$"),
        ("https://a.vn/x/202112/mot-bai-1036033/", r"/\d{6}/[^/]+-\d+/?$"),
        ("https://a.vn/12/34567/Mot_bai.aspx", r"/\d+/\d+/[^/]+\.aspx$"),
        ("https://a.vn/?gd=27&cn=101&tc=4455", r"[?&]gd=\d+&cn=\d+&tc=\d+$"),
        ("https://a.vn/tin.aspx?id=4455", r"tin\.aspx\?id=\d+$"),
        ("https://a.vn/tin/mot-bai-viet-dai-hon.htm", r"/(?:[A-Za-z0-9]+-){4,}[A-Za-z0-9]+\.htm$"),
        ("https://a.vn/tin/445566", r"/\d{3,}/?$"),
    ],
)
def test_an_address_is_generalised(url: str, form: str) -> None:
    assert form in forms(url)
    found = article_pattern([url.replace("445", f"44{n}") if "445" in url else f"{url}" for n in range(1)], [], least=1)
    assert found is not None
    assert found.matches(url)


def test_the_pattern_matches_articles_and_no_section() -> None:
    articles = [f"https://a.vn/kinh-te/gia-lua-mua-nay-thang-{n}-{n}4501.html" for n in range(1, 9)]
    sections = ["https://a.vn/van-hoa-the-thao-va-du-lich/", "https://a.vn/lien-he.html", "https://a.vn/chuyen-muc-12/"]
    found = article_pattern(articles, sections)
    assert found is not None
    assert found.pattern == r"-\d+\.html$"
    assert not any(map(found.matches, sections))
    assert article_pattern(articles[:4], sections) is None
    assert article_pattern(sections * 3, sections) is None


def test_two_families_of_addresses_are_two_alternatives() -> None:
    new = [f"https://a.vn/gia-lua-{n}-a10{n}.html" for n in range(1, 9)]
    old = [f"https://a.vn/kinh-te/20240{n}/gia-lua-103603{n}/" for n in range(1, 5)]
    found = article_pattern([*new, *old], ["https://a.vn/kinh-te/"])
    assert found is not None
    assert found.forms == (r"-a\d+\.html$", r"/\d{6}/[^/]+-\d+/?$")
    assert not found.missed


def test_hexadecimal_marks_are_not_cut_in_two() -> None:
    marks = ["0c4f1e7", "1234567", "abc12de", "9f00aa1", "77777aa", "e000001"]
    found = article_pattern([f"https://a.vn/x/202601/mot-bai-viet-{mark}/" for mark in marks], ["https://a.vn/x/"])
    assert found is not None
    assert found.forms == (r"/\d{6}/[A-Za-z0-9-]+-[0-9a-f]{6,8}/?$",)


@pytest.mark.parametrize("text", ["Trang sau", "Sau", "Tiếp theo", "Tiếp »", "next"])
def test_words_that_lead_to_the_next_page(text: str) -> None:
    assert is_next(text)
    assert not is_next(f"{text} là mùa gặt")


# Guesses


def test_provinces_are_read_off_names_and_hosts() -> None:
    assert province_in("Đài PT-TH Hà Giang") == "Hà Giang"
    assert province_in("Báo Bà Rịa - Vũng Tàu điện tử") == "Bà Rịa - Vũng Tàu"
    assert province_in("Báo ảnh Dân tộc và Miền núi") is None
    assert province_in_host("stttt.thuathienhue.gov.vn") == "Thừa Thiên Huế"
    assert province_in_host("www.bao-hagiang.vn") == "Hà Giang"
    assert province_in_host("dantocmiennui.baotintuc.vn") is None


def test_ids_are_made_of_the_name_or_the_host() -> None:
    assert id_of("Báo Đồng Tháp", "baodongthap.vn") == "bao_dong_thap"
    assert id_of("24 giờ", "www.tin-24.vn") == "tin_24"
    with pytest.raises(ProposalError, match="name one with --id"):
        id_of("24", "24.vn")


def test_values_are_written_as_toml_has_them() -> None:
    assert literal(r"-\d+\.html$") == r"'-\d+\.html$'"
    assert literal('Báo "Làng"') == '"Báo \\"Làng\\""'
    assert literal(("/a/", "/b/")) == '["/a/", "/b/"]'


# Saved pages


def test_a_saved_page_says_its_address_or_is_asked_for_it(tmp_path: Path) -> None:
    with pytest.raises(ProposalError, match="holds no saved page"):
        SavedSite.read(tmp_path)
    with pytest.raises(ProposalError, match="is no folder"):
        SavedSite.read(tmp_path / "missing")
    (tmp_path / "a.html").write_text("<html><body>x</body></html>", encoding="utf-8")
    with pytest.raises(ProposalError, match=r"does not give its own address; write .* to a\.json"):
        SavedSite.read(tmp_path)
    (tmp_path / "a.json").write_text(
        json.dumps({"url": "https://a.vn/b#c", "fetched_at": FETCHED.isoformat()}), encoding="utf-8"
    )
    saved = SavedSite.read(tmp_path)
    assert list(saved.pages) == ["https://a.vn/b"]
    assert saved.pages["https://a.vn/b"].fetched_at == FETCHED
    (tmp_path / "a.json").write_text("{}", encoding="utf-8")
    with pytest.raises(ProposalError, match=r"a\.json: KeyError\('url'\); an object with the key 'url' was expected"):
        SavedSite.read(tmp_path)


def test_few_saved_pages_suffice_for_a_known_platform_only(tmp_path: Path) -> None:
    pages = {url: answer for url, answer in site(3).items() if isinstance(answer, Page)}
    saved = SavedSite(tmp_path, pages)
    found = ask_saved(survey(probe(HOME), tuple(pages)), saved)
    assert len(found.read) == 3
    with pytest.raises(ProposalError, match="3 articles could be read and no known platform fits them; save 5"):
        propose(found, how="saved", day=DAY)
    known = {url: page(one.body.replace(b"noi-dung-bai", b"b-maincontent"), url=url) for url, one in pages.items()}
    made = propose(ask_saved(survey(probe(HOME), tuple(known)), SavedSite(tmp_path, known)), how="saved", day=DAY)
    assert made.source.platform == "b_maincontent"
    assert any("5 would make it sure" in note for note in made.notes)
