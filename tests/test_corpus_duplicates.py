"""Near-duplicates: one story in several papers is found, two stories of one kind are not."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus import Article, Corpus, Outcome, duplicates
from tests.made_articles import paragraph_blocks, sentences, story

WIRE = (
    "Sáng 12/3, tại cửa khẩu quốc tế Thanh Thủy, đoàn công tác của tỉnh và đoàn bạn đã trao đổi về việc giữ đường hàng "
    "hóa thông suốt trong mùa vải, đồng thời thống nhất mở thêm hai luồng kiểm hóa vào ban đêm.",
    "Theo số liệu nêu tại buổi làm việc, hai tháng đầu năm có 1.840 chuyến xe qua cửa khẩu, nhiều hơn cùng kỳ 17 %, "
    "phần lớn chở nông sản của các hợp tác xã vùng thấp và thiết bị máy móc nhập về cho hai nhà máy mới.",
    "Hai bên cũng bàn cách phối hợp tuần tra chung trên đoạn sông biên giới dài 14 km, nhất là những đêm nước cạn, "
    "khi các nhóm buôn lậu thường dùng bè mảng đưa hàng đông lạnh sang bờ bên này.",
    "Kết thúc buổi gặp, hai trưởng đoàn ký biên bản ghi nhớ và hẹn gặp lại vào tháng 6, sau khi mỗi bên đã thử vận "
    "hành luồng đêm trong bốn tuần liên tục và có báo cáo riêng về chi phí.",
)
FOOTBALL = (
    (
        "Chiều 5/4, giải bóng đá thanh niên tỉnh khai mạc tại sân vận động Hà Giang với tám đội tham dự, chia thành "
        "hai bảng đấu vòng tròn một lượt, chọn hai đội đứng đầu mỗi bảng vào bán kết.",
        "Ở trận ra quân, đội Vị Xuyên thắng đội Quang Bình 2-0 nhờ hai bàn của tiền đạo mang áo số 9 ở cuối hiệp một, "
        "trước gần một nghìn khán giả đội mưa đến cổ vũ.",
    ),
    (
        "Chiều 9/4, giải bóng đá thanh niên tỉnh tại sân vận động Hà Giang bước vào lượt trận cuối vòng bảng, xác định "
        "bốn đội đi tiếp sau những màn rượt đuổi tỷ số kéo dài tới phút bù giờ.",
        "Đội Đồng Văn gây bất ngờ khi hòa đội chủ nhà 3-3, qua đó giành vé vì hơn đối thủ một thẻ vàng, còn đội Bắc Mê "
        "phải dừng bước dù không thua trận nào.",
    ),
)


@pytest.fixture
def corpus(tmp_path: Path) -> Iterator[Corpus]:
    with Corpus.open(tmp_path / "corpus.sqlite") as opened:
        yield opened
        assert opened.check() == []


def put(corpus: Corpus, n: int, *paragraphs: str, **changes: Any) -> Outcome:
    return corpus.keep(written(n, *paragraphs, **changes), page=None, place=None)


def written(n: int, *paragraphs: str, **changes: Any) -> Article:
    return story(n, lead=None, blocks=paragraph_blocks(*paragraphs), **changes)


def with_words_changed(paragraphs: tuple[str, ...], share: float, seed: int = 1) -> tuple[str, ...]:
    pick = random.Random(seed)  # noqa: S311 - the same edits every time
    return tuple(
        " ".join(pick.choice(["này", "rằng", "vẫn", "đã"]) if pick.random() < share else word for word in text.split())
        for text in paragraphs
    )


EDITS: dict[str, Callable[[], tuple[str, ...]]] = {
    "word for word": lambda: WIRE,
    "the last paragraph cut": lambda: WIRE[:-1],
    "the first paragraph cut": lambda: WIRE[1:],
    "half of it cut": lambda: WIRE[:2],
    "one word in twenty changed": lambda: with_words_changed(WIRE, 0.05),
    "tone marks in the other style": lambda: tuple(text.replace("hóa", "hoá").replace("Thủy", "Thuỷ") for text in WIRE),
    "a dateline and a signature added": lambda: ("(TTXVN) Tin từ biên giới.", *WIRE, "Theo Minh Quân"),
    "in capitals, on one line": lambda: (" ".join(WIRE).upper(),),
}


@pytest.mark.parametrize("edit", EDITS)
def test_a_reprint_is_found_under_any_title(corpus: Corpus, edit: str) -> None:
    for n in range(20, 40):
        put(corpus, n, *sentences(n))
    head = put(corpus, 1, *WIRE)
    outcome = put(corpus, 2, *EDITS[edit](), title="Hai bên mở luồng đêm ở cửa khẩu", source="ptth_ha_giang")
    assert (outcome.kind, outcome.copy_of) == ("copy", head.article_id)
    assert outcome.similarity is not None
    assert 0.3 < outcome.similarity <= 1


def test_two_stories_of_one_tournament_are_two(corpus: Corpus) -> None:
    assert [put(corpus, n, *text).kind for n, text in enumerate(FOOTBALL)] == ["article", "article"]


def test_very_short_texts_are_never_copies(corpus: Corpus) -> None:
    notice = "Ngày mai cắt điện từ 7 giờ tại ba thôn phía bắc để sửa đường dây, đề nghị bà con biết."
    assert [put(corpus, n, notice).kind for n in range(3)] == ["article"] * 3


def test_a_notice_quoted_in_a_long_report_makes_no_copy(corpus: Corpus) -> None:
    put(corpus, 1, WIRE[0])
    assert put(corpus, 2, WIRE[0], *sentences(5, 20)).kind == "article"


def test_copies_point_to_the_first_seen_never_to_a_copy(corpus: Corpus) -> None:
    put(corpus, 1, *WIRE)
    half, other = (*WIRE[:3], *sentences(8, 2)), (*WIRE[1:3], *sentences(8, 2))
    assert put(corpus, 2, *half).copy_of == 1
    # Like the second, hardly like the first: one family all the same, and its head is the first.
    assert duplicates.similarity(duplicates.shingles(other), duplicates.shingles(WIRE)) is None
    assert put(corpus, 3, *other).copy_of == 1


def test_a_line_that_all_articles_share_hides_no_copy(corpus: Corpus) -> None:
    contact = (
        "Mọi ý kiến đóng góp xin gửi về tòa soạn theo số điện thoại và hộp thư in ở cuối trang báo này, "
        "xin cảm ơn bạn đọc."
    )
    for n in range(1, 240):
        assert put(corpus, n, *sentences(n), contact).kind == "article"
    assert put(corpus, 900, *sentences(230), contact).copy_of == 230
    assert put(corpus, 901, *sentences(3), contact).copy_of == 3


def test_keys_are_the_same_in_every_process_and_release() -> None:
    """These numbers lie in people's databases: if they change, ``duplicates.RULE`` must change with them."""
    program = (
        "import json, sys; from corpus.duplicates import keys, shingles;"
        "texts = json.loads(sys.argv[1]); print(json.dumps(sorted(keys(texts, shingles(texts)))))"
    )
    texts = list(WIRE)
    done = subprocess.run(
        [sys.executable, "-c", program, json.dumps(texts)], capture_output=True, text=True, check=True,
        env={"PYTHONHASHSEED": "7"}, cwd=Path(__file__).parent.parent,
    )  # fmt: skip
    found = sorted(duplicates.keys(texts, duplicates.shingles(texts)))
    assert json.loads(done.stdout) == found
    assert len(found) == 32 + 4
    assert (found[0], found[-1]) == PINNED
    assert duplicates.RULE == "shingles 4, affine32 seed 1, 32 bands of 3, paragraphs from 15 words"


PINNED = (-8620136761848325810, 9013996583052353424)

WORDS = st.lists(
    st.sampled_from(["đèo", "suối", "nương", "chợ", "khèn", "váy", "lanh", "ngô", "đá", "mây", "sương", "núi", "bản"]),
    max_size=80,
)


@given(WORDS, WORDS)
def test_similarity_is_symmetric_and_between_0_and_1(one: list[str], other: list[str]) -> None:
    a, b = duplicates.shingles([" ".join(one)]), duplicates.shingles([" ".join(other)])
    alike = duplicates.similarity(a, b)
    assert alike == duplicates.similarity(b, a)
    assert alike is None or 0 < alike <= 1
    assert duplicates.similarity(a, a) == (1.0 if len(one) >= duplicates.MIN_WORDS else None)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, 6), min_size=1, max_size=12), st.data())
def test_heads_are_heads_whatever_comes_and_changes(
    tmp_path_factory: Any, order: list[int], data: st.DataObject
) -> None:
    """Some families of reprints arrive mixed; some articles change to another family: never a chain, never a cycle."""
    texts = [(*WIRE[: 2 + n % 3], *sentences(n // 3, 2)) for n in range(7)]
    with Corpus.open(tmp_path_factory.mktemp("heads") / "corpus.sqlite") as corpus:
        for step, n in enumerate(order):
            which = data.draw(st.integers(0, max(0, step - 1)))
            put(corpus, which, *texts[n])
        assert corpus.check() == []
        for stored in corpus.articles():
            assert stored.copy_of is None or stored.copy_of < stored.id
