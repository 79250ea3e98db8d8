"""What the fuzzing of readers begins with: sound input of every kind, all of it ours."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from benchmarks.recorded import read_cases
from corpus.records import Page
from crawler.archive import ArchiveWriter
from crawler.publishing import PLATFORMS
from crawler.source import SOURCES
from nlp.arrays import pack
from nlp.artefact import CARD, FILES, MANIFEST, METRICS, MODEL, WORDS
from nlp.features import SIGNALS
from nlp.segment import segmenter

HOST = "https://baosuoinguon.example"
NIGHT = datetime(2026, 5, 31, 14, 30, 1, tzinfo=UTC)
THEMES = ("border", "tourism")
STORY = (
    '<!DOCTYPE html><html lang="vi"><head><meta charset="utf-8"><title>Khơi mương ở Khuổi Vài</title>'
    '<link rel="canonical" href="/tin/khoi-muong-12.html"><script type="application/ld+json">{"@type": "NewsArticle",'
    ' "headline": "Khơi mương", "datePublished": "2026-05-30T08:30:00+07:00", "author": {"name": "Lan Chi"}}</script>'
    '</head><body><h1>Khơi mương ở Khuổi Vài</h1><div class="ngay">08:30, 30/05/2026</div><div class="noi-dung">'
    + "<p>Sáng nay, bà con thôn Khuổi Vài mang cuốc xẻng ra khơi lại đoạn mương dài hơn bốn trăm mét.</p>" * 6
    + '<img src="/anh/1.jpg" alt="Mương"><p class="caption">Bà con khơi mương. Ảnh: Minh</p></div></body></html>'
).encode()


def pages() -> tuple[bytes, ...]:
    """The story above, and one recorded page of each of a dozen outlets, invented by us."""
    cases = read_cases()
    return (STORY, *(case.page.body for case in cases[:: max(1, len(cases) // 12)]))


def feeds() -> tuple[bytes, ...]:
    """RSS and Atom."""
    rss = f"""<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>Báo</title>
        <item><title><![CDATA[Khơi mương ở Khuổi Vài]]></title><link>{HOST}/tin/khoi-muong-12.html</link>
        <pubDate>Sat, 30 May 2026 08:30:00 +0700</pubDate></item>
        <item><title>Chợ phiên</title><guid>{HOST}/tin/cho-13.html</guid><pubDate>30/05/2026 09:00</pubDate></item>
        </channel></rss>"""
    atom = f"""<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><entry><title>Chợ phiên</title>
        <link rel="alternate" href="{HOST}/tin/cho-13.html"/><updated>2026-05-30T09:00:00Z</updated></entry></feed>"""
    return rss.encode(), atom.encode(), rss.replace("utf-8", "utf-16").encode("utf-16")


def sitemaps() -> tuple[bytes, ...]:
    """A sitemap, an index of sitemaps, one of them packed."""
    space = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
    rows = "".join(
        f"<url><loc>{HOST}/tin/chuyen-{n}.html</loc><lastmod>2026-05-{n:02d}</lastmod></url>" for n in range(1, 9)
    )
    index = (
        f"<sitemapindex {space}><sitemap><loc>{HOST}/s1.xml</loc><lastmod>2026-05</lastmod></sitemap></sitemapindex>"
    )
    plain = f'<?xml version="1.0"?><urlset {space}>{rows}</urlset>'
    return plain.encode(), index.encode(), gzip.compress(plain.encode(), mtime=0)


def listings() -> tuple[bytes, ...]:
    """Pages of links."""
    links = "".join(f"<h3><a href='/tin/chuyen-{n}.html?utm_source=a'>Chuyện thứ {n} ở bản</a></h3>" for n in range(9))
    return (f"<html><body>{links}<a class='sau' href='?trang=2'>Trang sau</a></body></html>".encode(),)


def endpoints() -> tuple[bytes, ...]:
    """Answers of an interface for programs."""
    rows = [
        {"url": f"/tin/chuyen-{n}.html", "date": f"2026-05-{n:02d}T08:00:00", "title": "Chuyện"} for n in range(1, 6)
    ]
    return json.dumps({"data": {"rows": rows}}, ensure_ascii=False).encode(), json.dumps(rows).encode()


def archives() -> tuple[bytes, ...]:
    """WARC by record, whole, and plain; WACZ."""
    url = f"{HOST}/tin/khoi-muong-12.html"
    headers = (("Content-Type", "text/html; charset=utf-8"), ("Content-Encoding", "gzip"))
    page = Page(url, url, NIGHT, 200, headers, STORY, gzip.compress(STORY, mtime=0), "bao_suoi_nguon")
    saved = Page(
        "urn:sha256:" + "a" * 64, "urn:sha256:" + "a" * 64, NIGHT, 200, (("Content-Type", "text/html"),), STORY
    )
    with TemporaryDirectory() as folder:
        with ArchiveWriter(Path(folder)) as writer:
            writer.write(page, (("User-Agent", "tintinh"),))
            writer.write_revisit(page, refers_to_url=url, refers_to_date=NIGHT, payload_digest=page.digest)
            writer.write(saved)
        by_record = b"".join(path.read_bytes() for path in sorted(Path(folder).rglob("*.gz")))
    plain = gzip.decompress(by_record)
    wacz = io.BytesIO()
    with zipfile.ZipFile(wacz, "w") as packed:
        packed.writestr("archive/data.warc.gz", by_record)
        packed.writestr("datapackage.json", "{}")
    return by_record, gzip.compress(plain, mtime=0), plain, wacz.getvalue()


def sources() -> tuple[bytes, ...]:
    """Files of outlets, some over a platform."""
    return tuple(path.read_bytes() for path in sorted(SOURCES.glob("*.toml"))[::6])


def tables() -> tuple[bytes, ...]:
    """Files of publishing systems."""
    return tuple(path.read_bytes() for path in sorted(PLATFORMS.glob("*.toml")))


def rows() -> tuple[bytes, ...]:
    """JSON Lines of articles."""
    row = {"title": "Khơi mương", "text": "Bà con khơi mương.\nNước về ruộng.", "url": f"{HOST}/tin/1.html"}
    full = {
        **row,
        "date": "2026-05-30",
        "authors": ["Lan Chi"],
        "tags": ["mương"],
        "province": "Hà Giang",
        "lead": "Vui",
    }
    return tuple(
        "\n".join(json.dumps(one, ensure_ascii=False) for one in some).encode() for some in ([row, full], [full])
    )


def labels() -> tuple[bytes, ...]:
    """Labelled news."""
    path = Path(__file__).parents[1] / "data" / "labelled" / "themes.jsonl"
    return (b"\n".join(path.read_bytes().split(b"\n")[:6]) + b"\n",)


def model() -> dict[str, bytes]:
    """The files of a model of two themes and five words."""
    words = ("biên", "giới", "du_lịch", "khách", "mương")
    arrays = {
        "idf": np.ones(5),
        "words": np.zeros((2, 5)),
        "signals": np.zeros((2, len(SIGNALS))),
        "bias": np.zeros(2),
    }
    files = {
        WORDS: "".join(f"{one}\n" for one in words).encode(),
        MODEL: pack(arrays),
        METRICS: b"{}\n",
        CARD: b"Card\n",
    }
    return {**files, MANIFEST: signed(files)}


def signed(files: dict[str, bytes]) -> bytes:
    """The manifest of a model of these files."""
    facts = {
        "format": 2,
        "name": "themes",
        "version": "2026-05-31",
        "created": "2026-05-31",
        "seed": 0,
        "segmenter": segmenter(),
        "scikit_learn": "1.8.0",
        "background": None,
        "trained_on": [{"file": "a.jsonl", "articles": 3, "themes": {"border": 2}}],
        "files": {name: hashlib.sha256(files[name]).hexdigest() for name in FILES},
        "themes": dict.fromkeys(THEMES, 0.5),
        "keywords": {"border": ["biên giới"], "tourism": ["du lịch"]},
    }
    return json.dumps(facts, ensure_ascii=False).encode()


def models() -> tuple[bytes, ...]:
    """Each file of the model after a byte that says which it is."""
    return tuple(bytes([n]) + data for n, data in enumerate(model().values()))


def queries() -> tuple[bytes, ...]:
    """What people type."""
    typed = (
        "chợ phiên",
        '"du lịch" OR Lào',
        'biên giới (Lào OR Campuchia) NOT "biên phòng"',
        "hoà*",
        '"du lị"*',
        "a AND b",
    )
    return tuple(one.encode() for one in typed)


def addresses() -> tuple[bytes, ...]:
    """Links as pages write them."""
    typed = (
        f"{HOST}/tin/1.html?utm_source=a&b=c#d",
        "HTTP://Bao.VN:80/tin/Khơi mương.html",
        "urn:sha256:" + "a" * 64,
        "//bao.vn/x",
        "https://[::1]:443/",
        "http://bao.vn:99999/",
    )
    return tuple(one.encode() for one in typed)
