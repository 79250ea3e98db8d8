import unicodedata
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.records import Segmentation
from nlp.artefact import newest
from nlp.document import read, segment_article
from nlp.errors import NlpError
from nlp.explain import explain, sentence_weights
from nlp.tag import Tagger
from nlp.themes import load_themes, slugs

MODELS = Path(__file__).parent.parent / "models"

PATROL = (
    "Hai đồn kề nhau cùng tuần tra đoạn biên giới Tả Van",
    "BHG - Sáng 14/3, Đồn Biên phòng Tả Van và phía bạn tuần tra chung 12 km đường biên, kiểm tra bảy cột mốc.\n"
    "Trời mưa rét, đường trơn. Hai bên thống nhất báo nhau ngay khi có người vượt biên trái phép.\n"
    "Bữa cơm trưa có canh măng và cá suối.",
)
COURSE = (
    "Tập huấn nghiệp vụ thông tin đối ngoại cho cán bộ cơ sở",
    "Chín mươi học viên từ các huyện dự lớp bồi dưỡng nghiệp vụ thông tin đối ngoại do tỉnh mở trong hai ngày.\n"
    "Báo cáo viên hướng dẫn cách cung cấp thông tin cho phóng viên nước ngoài và quảng bá hình ảnh địa phương.",
)
ORDINARY = [
    ("Xe tải lật ở đèo Cả, tài xế bị thương nhẹ", "Chiều 3/5, một xe tải chở gạch mất phanh rồi lật bên ta luy dương."),
    ("Học sinh lớp 9 thi vào lớp 10", "Sáng nay 14.000 thí sinh làm bài môn Toán. Đề được đánh giá vừa sức."),
    ("Nông dân xuống giống vụ đông", "Bà con trồng ngô nếp và khoai tây trên đất hai lúa."),
    ("Đội bóng tỉnh thắng 2-1 trên sân nhà", "Bàn quyết định đến ở phút 88 sau quả phạt góc."),
]


@pytest.fixture(scope="module")
def tagger():
    return Tagger.load(newest(MODELS))


def test_the_shipped_model_knows_the_themes_and_needs_no_note(tagger):
    assert tagger.model.themes == slugs(load_themes())
    assert tagger.by.startswith("themes 20")
    assert tagger.notes == ()


def test_a_patrol_is_border_with_the_sentences_that_say_so(tagger):
    tagging = tagger.tag(*PATROL)
    assert tagging.primary == "border"
    assert "border" in tagging.themes
    assert PATROL[1].split("\n")[0] in tagging.evidence["border"]
    assert "Bữa cơm trưa có canh măng và cá suối." not in tagging.evidence["border"]
    assert set(tagging.scores) == set(tagger.model.themes)
    assert all(0 <= score <= 1 and score == round(score, 4) for score in tagging.scores.values())


def test_a_course_for_external_information_has_both_themes(tagger):
    assert {"training", "external_information"} <= set(tagger.tag(*COURSE).themes)


def test_ordinary_news_and_nothing_at_all_have_no_theme(tagger):
    for title, text in [*ORDINARY, ("", ""), (" \n", "\u200b"), ("123", "...")]:
        tagging = tagger.tag(title, text)
        assert (tagging.themes, tagging.primary, tagging.evidence) == ((), None, {}), title


def test_many_articles_come_back_in_their_order_whatever_the_batch(tagger):
    items = [PATROL, *ORDINARY, COURSE, PATROL]
    one_by_one = [tagger.tag(*item) for item in items]
    assert list(tagger.tag_many(items, batch_size=2)) == list(tagger.tag_many(iter(items))) == one_by_one
    assert one_by_one[0] == one_by_one[-1]
    assert list(tagger.tag_many([])) == []


def test_without_evidence_all_else_is_the_same(tagger):
    items = [PATROL, *ORDINARY, COURSE]
    assert list(tagger.tag_many(items, evidence=False)) == [
        replace(tagging, evidence={}) for tagging in tagger.tag_many(items)
    ]


def test_the_weights_behind_evidence_are_those_of_an_explanation(tagger):
    for article in (PATROL, COURSE, *ORDINARY):
        document = read(*article, segment_article(*article), tagger.model.keywords)
        features = tagger.model.features(document)
        for theme in tagger.model.themes:
            whole = explain(tagger.model, document, theme)
            title, body = sentence_weights(tagger.model, document, features, theme)
            assert title == [weight for _, weight in whole.title]
            assert body == [weight for _, weight in whole.body]


def test_a_stored_segmentation_gives_the_same_tagging(tagger):
    stored = [(*item, segment_article(*item)) for item in (PATROL, COURSE)]
    assert list(tagger.tag_segmented(stored)) == [tagger.tag(*PATROL), tagger.tag(*COURSE)]


def test_the_segmentation_of_another_text_is_refused(tagger):
    with pytest.raises(NlpError, match=r"has 5 sentences, its segmentation by hand has 1: segment it again"):
        list(tagger.tag_segmented([(*PATROL, Segmentation(by="hand", sentences=("a",)))]))


def test_tone_style_unicode_form_and_a_repeated_title_change_nothing(tagger):
    title, text = "Tỉnh ủy Hòa Bình bàn về du lịch", "Du khách đến Hòa Bình tăng.\nTỉnh ủy yêu cầu quảng bá du lịch."
    plain = tagger.tag(title, text)
    for variant in (
        (title.replace("ủy", "uỷ").replace("òa", "oà"), text.replace("ủy", "uỷ").replace("òa", "oà")),
        (unicodedata.normalize("NFD", title), unicodedata.normalize("NFD", text)),
        (title, f"{title}\n\n{text}"),
    ):
        assert tagger.tag(*variant).scores == plain.scores


@pytest.mark.parametrize("mess", ["\ud83d", "\ude00\ud83d", "\x00", "\ue000", "\uffff", "\u0345"])
def test_damaged_letters_are_read_over(tagger, mess):
    title, text = PATROL
    damaged = (f"{mess} {title} {mess}", f"{mess}\n{mess}{text.replace(' ', f' {mess} ', 6)}{mess}")
    tagging = tagger.tag(*damaged)
    assert tagging.primary == "border"
    for sentences in tagging.evidence.values():
        assert all(sentence.encode() for sentence in sentences)
    assert list(tagger.tag_many([damaged, (mess, mess), damaged]))[::2] == [tagging, tagging]
    assert tagger.explain(*damaged, "border").title
    assert tagger.tag(mess, mess).themes == ()
    repeated = tagger.tag(f"Mốc{mess} biên giới", f"Mốc{mess} biên giới\nMưa to.")
    assert repeated.scores == tagger.tag(f"Mốc{mess} biên giới", "Mưa to.").scores


def test_an_explanation_adds_up_to_the_decision(tagger):
    for theme in tagger.model.themes:
        explanation = tagger.explain(*PATROL, theme)
        by_words = explanation.bias + sum(value for _, value in explanation.words)
        assert explanation.decision == pytest.approx(by_words)
        probability = tagger.tag(*PATROL).scores[theme]
        assert 1 / (1 + 2.718281828459045**-explanation.decision) == pytest.approx(probability, abs=5e-5)
    assert "biên_giới" in dict(tagger.explain(*PATROL, "border").words[:5])


@settings(deadline=None, max_examples=60)
@given(st.lists(st.sampled_from([*PATROL[1].split("\n"), *COURSE[1].split("\n"), "", "Mưa.", "2.9"]), max_size=6))
def test_invariants_of_a_tagging(tagger, paragraphs):
    text = "\n".join(paragraphs)
    tagging = tagger.tag("Tin trong ngày", text)
    assert (tagging.primary is None) == (not tagging.themes)
    assert tagging.primary is None or tagging.primary in tagging.themes
    assert [tagging.scores[slug] for slug in tagging.themes] == sorted(
        (tagging.scores[slug] for slug in tagging.themes), reverse=True
    )
    assert set(tagging.evidence) == set(tagging.themes)
    for sentences in tagging.evidence.values():
        assert 1 <= len(sentences) <= 3
        assert all(sentence in text for sentence in sentences)
