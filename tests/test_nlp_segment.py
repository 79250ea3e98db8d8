import subprocess
import sys
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.text import clean
from nlp.document import segment_article
from nlp.segment import segment, segment_sentence, segmenter
from nlp.sentences import encodable, lines, sentences

SYLLABLES = [
    "biên",
    "phòng",
    "Hòa",
    "Bình",
    "thuỷ",
    "TP.",
    "T.Ư.",
    "2.9",
    "03/06/2021",
    "“",
    "”",
    "./.",
    "?",
    "!",
    "…",
    "đ",
]
NEWS = st.one_of(
    st.lists(st.sampled_from([*SYLLABLES, "\n", "\n\n", "a_b", "BHG", "-"]), max_size=30).map(" ".join),
    st.text(max_size=80),
)


def letters(text: str) -> str:
    return "".join(clean(text).split())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Lớp học mở ở TP. Cao Bằng. Có 40 người dự.", ["Lớp học mở ở TP. Cao Bằng.", "Có 40 người dự."]),
        ("PGS.TS. Lê Văn Tám nói chuyện. Mọi người nghe.", ["PGS.TS. Lê Văn Tám nói chuyện.", "Mọi người nghe."]),
        ("Theo T.Ư. Đoàn, lễ ra quân lùi một ngày.", ["Theo T.Ư. Đoàn, lễ ra quân lùi một ngày."]),
        ("Đoàn gồm báo chí của T.Ư. Lễ đón diễn ra gọn.", ["Đoàn gồm báo chí của T.Ư.", "Lễ đón diễn ra gọn."]),
        ("ĐTO - Chiều 2.9, xã mở hội. Khách đông.", ["ĐTO - Chiều 2.9, xã mở hội.", "Khách đông."]),
        ("Anh bảo: “Chợ vui lắm.” Rồi anh cười.", ["Anh bảo: “Chợ vui lắm.”", "Rồi anh cười."]),
        ("Công an bắt giữ Trần Văn T. Qua đấu tranh, T. khai nhận.", None),
        ("1. Phân công trực chốt. 2. Giao ban hằng tuần.", ["1. Phân công trực chốt.", "2. Giao ban hằng tuần."]),
        ("Xem tại http://tinh.example/c.html?x=1 để rõ./.", ["Xem tại http://tinh.example/c.html?x=1 để rõ./."]),
        ("Rừng cháy… may dập kịp. Ai nấy mừng!", ["Rừng cháy… may dập kịp.", "Ai nấy mừng!"]),
    ],
)
def test_sentences_of_the_provincial_press(text, expected):
    assert sentences(text) == (expected or ["Công an bắt giữ Trần Văn T.", "Qua đấu tranh, T. khai nhận."])


def test_sentences_end_at_the_same_places_in_decomposed_text():
    text = "Theo T.Ư. Đoàn, lễ lùi. Đ/c. Nguyễn V. Ơ. Lò đến T.Ư. Đảng ủy họp. Báo chí của T.Ư. Lễ đón gọn."
    decomposed = sentences(unicodedata.normalize("NFD", text))
    assert [unicodedata.normalize("NFC", sentence) for sentence in decomposed] == sentences(text)


@settings(deadline=None, max_examples=100)
@given(st.text(st.sampled_from("\ud83d\ude00\udcff\x00 .Aạ\u0323\n\ue000"), max_size=30))
def test_no_text_is_too_damaged_to_segment(text):
    joined = "".join(segment(text).sentences).replace(" ", "").replace("_", "")
    assert joined == letters(encodable(text))
    assert len(segment(text).sentences) == len(sentences(text))
    assert segment_sentence(text).encode().decode() == segment_sentence(encodable(text))


def test_words_are_the_same_in_both_tone_styles_and_keep_their_letters():
    # underthesea alone gives `tỉnh ủy` and `hòa bình` as two words, `tỉnh_uỷ` and `hoà_bình` as one
    assert segment_sentence("Tỉnh ủy Hòa Bình họp về thủy lợi") == "Tỉnh_ủy Hòa_Bình họp về thủy_lợi"
    assert segment_sentence("Tỉnh uỷ Hoà Bình họp về thuỷ lợi") == "Tỉnh_uỷ Hoà_Bình họp về thuỷ_lợi"
    assert segment_sentence("về Qui Nhơn").endswith("Qui_Nhơn")


def test_a_dateline_below_a_time_line_is_not_glued_to_it():
    assert segment("08:15, 12/04/2024\nBHG - Mưa to.").sentences == ("08 : 15 , 12/04/2024", "BHG - Mưa to .")


def test_a_segmentation_is_signed_with_the_version():
    assert segment("Mưa to.").by == segmenter() == "underthesea 9.5.0"


def test_nothing_to_read_gives_no_sentence():
    assert segment("").sentences == segment(" \n\u200b\n ").sentences == ()


@settings(deadline=None, max_examples=150)
@given(NEWS)
def test_joining_the_words_gives_back_the_letters(text):
    joined = "".join(segment(text).sentences).replace(" ", "").replace("_", "")
    assert joined == letters(text).replace("_", "")


@settings(deadline=None, max_examples=150)
@given(NEWS)
def test_no_word_spans_a_line_break_and_sentences_are_printed_pieces(text):
    assert segment(text).sentences == tuple(words for line in lines(text) for words in segment(line).sentences)
    start = 0
    for sentence in sentences(text):
        assert "\n" not in sentence
        start = text.index(sentence, start) + len(sentence)


@settings(deadline=None, max_examples=60)
@given(NEWS, NEWS)
def test_an_article_is_segmented_as_its_title_and_then_its_text(title, text):
    assert segment_article(title, text).sentences == segment(title).sentences + segment(text).sentences


def test_importing_the_segmenter_leaves_the_root_logger_alone():
    code = (
        "import logging, sys; from nlp.segment import segment; segment('« « « « « « « « « làng');"
        "assert 'underthesea' in sys.modules;"  # a tie, of which underthesea itself is asked
        "assert logging.getLogger().handlers == [], logging.getLogger().handlers"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
