"""Articles, pages and rejections made up for the tests of the corpus; every sentence is ours."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

from corpus import Corpus
from corpus.records import VIETNAM, Article, Block, BlockKind, Page, Tagging

NIGHT = datetime(2025, 3, 2, 18, 0, tzinfo=UTC)

_WHO = [
    "Ông Vàng Mí Lử",
    "Bà Trần Thị Sáu",
    "Thượng tá Nông Văn Kiên",
    "Chị Lò Thị Mai",
    "Anh Sùng A Páo",
    "Đoàn công tác",
]
_WHAT = [
    "kiểm tra tuyến đường",
    "trao quà cho học sinh",
    "mở phiên chợ",
    "trồng lại rừng",
    "họp với bà con",
    "khai giảng lớp nghề",
]
_WHERE = [
    "ở thôn Lũng Hòa",
    "tại xã Phú Ninh",
    "bên bờ sông Gâm",
    "trên đèo Mã Phục",
    "ở chợ Bản Phiệt",
    "tại đồn Tam Thanh",
]
_WHY = [
    "để kịp mùa mưa",
    "theo lời hẹn từ Tết",
    "vì giá chè đang lên",
    "sau ba tháng chờ vốn",
    "nhằm giữ giống cũ",
    "như đã bàn với dân",
]
_NOUNS = [
    "gạo",
    "ngô",
    "chè",
    "cá",
    "mận",
    "lúa",
    "trâu",
    "khèn",
    "thuốc",
    "sách",
    "gỗ",
    "đá",
    "nước",
    "điện",
    "đường",
    "cầu",
    "trường",
    "lớp",
    "bếp",
    "vải",
]


def sentences(seed: int, count: int = 9) -> list[str]:
    """Made-up sentences of some twenty words, other ones for every seed."""
    pick = random.Random(seed)  # noqa: S311 - no secrets, the same stories every time
    return [
        f"{pick.choice(_WHO)} {pick.choice(_WHAT)} {pick.choice(_WHERE)} {pick.choice(_WHY)}, {pick.choice(_NOUNS)} "
        f"{pick.randrange(1000)} {pick.choice(_NOUNS)} {pick.choice(_NOUNS)} {pick.randrange(1000)}."
        for _ in range(count)
    ]


def paragraph_blocks(*texts: str) -> tuple[Block, ...]:
    """Plain paragraphs."""
    return tuple(Block(BlockKind.PARAGRAPH, text) for text in texts)


def story(n: int, **changes: Any) -> Article:
    """Story number ``n``: its own address, text and day, in Hà Giang unless told otherwise."""
    said = sentences(n)
    fields: dict[str, Any] = {
        "url": f"https://baohagiang.vn/xa-hoi/202503/chuyen-{n}-{n:07x}/",
        "source": "bao_ha_giang",
        "title": f"Chuyện thứ {n} ở vùng cao",
        "lead": said[0],
        "blocks": (
            Block(BlockKind.LEAD, said[0]),
            Block(BlockKind.PARAGRAPH, " ".join(said[1:4])),
            Block(BlockKind.CAPTION, f"Bà con trong buổi họp số {n}.", credit="Ảnh: Minh Đức"),
            Block(BlockKind.PARAGRAPH, " ".join(said[4:7])),
            Block(BlockKind.PARAGRAPH, " ".join(said[7:])),
            Block(BlockKind.DROPPED, "Các tin khác", reason="related"),
        ),
        "authors": ("Hoàng Yến", "Đức Lộc"),
        "agency": None,
        "published_at": datetime(2025, 2, 1, 8, 30, tzinfo=VIETNAM) + timedelta(days=n % 28),
        "published_precision": "minute",
        "published_from": "printed",
        "section": "Xã hội",
        "tags": ("vùng cao",),
        "place": None,
        "province": "Hà Giang",
        "language": "vi",
        "extractor": "rules",
        "extractor_version": "1",
        "page_digest": f"sha256:{n:064x}",
        "fetched_at": NIGHT + timedelta(seconds=n),
    }
    return Article(**{**fields, **changes})


def page_of(article: Article, **changes: Any) -> Page:
    """A page that this article could have been read from (the digest is the body's, not the article's)."""
    fields: dict[str, Any] = {
        "url": article.url,
        "requested_url": article.url,
        "fetched_at": article.fetched_at,
        "status": 200,
        "headers": (("Content-Type", "text/html; charset=utf-8"),),
        "body": article.title.encode(),
        "source": article.source,
    }
    return Page(**{**fields, **changes})


def put(
    corpus: Corpus, day: str | None, themes: tuple[str, ...] | None, *, text: int | None = None, **changes: object
) -> None:
    """Keep the next story, of ``day`` and tagged with ``themes`` where there are any; the same ``text`` is a copy."""
    n = corpus.stats().articles + 1
    at = datetime.fromisoformat(day).replace(tzinfo=VIETNAM) if day else None
    dated = {
        "published_at": at,
        "published_precision": "day" if at else None,
        "published_from": "printed" if at else None,
    }
    blocks = paragraph_blocks(*sentences(text if text is not None else n))
    outcome = corpus.keep(story(n, lead=None, blocks=blocks, **{**dated, **changes}), page=None, place=None)
    if themes is not None and outcome.article_id is not None:
        corpus.add_tagging(outcome.article_id, Tagging("model-1", themes, themes[0] if themes else None))
