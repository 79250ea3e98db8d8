"""Lines to blocks: every line of a story is kept as what it is, or dropped with a reason.

The same judgement serves all readers (source rules, generic, text saved from the screen); they differ in what they
know about a line before it comes here.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher
from itertools import zip_longest

from corpus.places import province_of
from corpus.records import Block, BlockKind
from corpus.text import match_key
from crawler.extract import foot, people, phrases
from crawler.extract.dates import is_date_line, is_relative
from crawler.extract.draft import Line

_CAPTION_LONG = 240
"""Characters: about as long as two lines below a picture; what is longer is rarely a caption."""


@dataclass
class Story:
    """What the judgement found: the lead, the place line and the typed blocks in page order."""

    lead: str | None = None
    place: str | None = None
    blocks: list[Block] = field(default_factory=list)


def judge(lines: list[Line], title: str, *, screen: bool) -> Story:
    """The story in ``lines`` (those inside it, in order); ``screen`` says that there is no markup to go by."""
    lines = _without_repeats(lines)
    story = Story(lead=" ".join(line.text for line in lines if line.role == "lead") or None)
    judgement = _Judgement(story, title, screen, lines)
    for line, following in zip_longest(lines, lines[1:]):
        judgement.following = following
        judgement.take(line)
    foot.find_bylines(story.blocks)
    if screen:
        foot.drop_headlines(story.blocks)
    foot.unmake_headings(story.blocks)
    return story


class _Judgement:
    def __init__(self, story: Story, title: str, screen: bool, lines: list[Line]) -> None:
        self.story = story
        self.title = match_key(title)
        self.screen = screen
        self.running = 0  # characters of running text so far
        self.ended: str | None = None
        self.following: Line | None = None
        self.ended_marks: str | None = None
        self.body_marks: str | None = None
        self.table_story = sum(line.tag in {"td", "th"} for line in lines) > len(lines) / 2
        self.last_in_story = max((line.order for line in lines), default=0)
        self.caption_marks = {line.marks for line in lines if line.after_picture and phrases.has_credit(line.text)}
        if self.caption_marks:
            self.caption_marks -= {line.marks for line in lines if not line.after_picture}

    def drop(self, line: Line, reason: str) -> None:
        self.story.blocks.append(Block(BlockKind.DROPPED, line.text, reason))

    def keep(self, kind: BlockKind, line: Line) -> None:
        if kind is BlockKind.CAPTION:
            text, credit = phrases.split_credit(line.text)
            self.story.blocks.append(Block(kind, text or line.text, credit=credit if text else None))
            return
        last = self.story.blocks[-1] if self.story.blocks else None
        if kind is BlockKind.PARAGRAPH and last is not None and last.kind is kind and _continues(last.text, line.text):
            # A hard line end inside a sentence (portals that break lines at 80 columns).
            self.story.blocks[-1] = replace(last, text=f"{last.text} {line.text}")
            self.running += 1 + len(line.text)
            return
        if kind is BlockKind.PARAGRAPH:
            self.running += len(line.text)
        if kind is BlockKind.PARAGRAPH and self.body_marks is None:
            self.body_marks = line.marks
        self.story.blocks.append(Block(kind, line.text))

    @property
    def begun(self) -> bool:
        # A counter or a button read as a paragraph is shorter.
        return self.running >= 80

    def take(self, line: Line) -> None:
        if line.reason is not None or line.role == "drop":
            self.drop(line, line.reason or "source_rule")
        elif line.role == "lead":
            self.story.blocks.append(Block(BlockKind.LEAD, line.text))
        elif line.role == "byline":
            self.story.blocks.append(Block(BlockKind.BYLINE, line.text))
        elif self._is_around(line) or self._is_credit(line):
            return
        elif line.role == "caption" or self._is_caption(line):
            self.keep(BlockKind.CAPTION, line)
        else:
            self.keep(self._kind(line), line)

    def _is_around(self, line: Line) -> bool:
        """Drop what is no part of the story; True when the line was dealt with."""
        if self.ended is not None:
            if not self._resumes(line):
                # A second heading opens the next box: comments, then related news, then the counter.
                self.ended = phrases.ender(line.text) or self.ended
                self.drop(line, self.ended)
                return True
            self.ended = None
        ender = phrases.ender(line.text)
        if ender is not None and (self.begun or self.story.lead):
            self.ended, self.ended_marks = ender, line.marks
            self.drop(line, ender)
            return True
        reason = ender or phrases.stray(line.text)
        if reason is None and _is(line.text, self.title):
            reason = "repeated_title"
        if reason is None and self.story.lead and _is(line.text, match_key(self.story.lead)):
            reason = "repeated_lead"
        if reason is None and (is_date_line(line.text) or is_relative(line.text)):
            reason = "date"
        if reason is None and phrases.announces_video(line.text) and not people.is_byline(line.text):
            reason = "video"
        if reason is None and line.link_share > 0.8 and len(line.text.split()) <= 40:
            reason = "related"
        if reason is None and not self.begun and province_of(line.text) is not None:
            self.story.place = line.text.strip(" -:,.")
            reason = "place"
        if reason is not None:
            self.drop(line, reason)
        return reason is not None

    def _resumes(self, line: Line) -> bool:
        """Whether the story goes on after a related box in its middle: same surroundings as its first paragraph."""
        if self.screen or not self.body_marks or line.link_share >= 0.2 or not line.marks.endswith(self.body_marks):
            return False
        own, box = (marks.removesuffix(self.body_marks).split()[-1:] for marks in (line.marks, self.ended_marks or ""))
        return own != box if line.in_caption else line.marks == self.body_marks != self.ended_marks

    def _is_credit(self, line: Line) -> bool:
        """Give a credit that is printed apart (``Ảnh: Kim Sa``) to the caption above it; True when it was one."""
        last = self.story.blocks[-1] if self.story.blocks else None
        if last is None or last.kind is not BlockKind.CAPTION or last.credit or not (line.in_caption or line.centred):
            return False
        rest, credit = phrases.split_credit(f" {line.text}")
        if rest or credit is None:
            return False
        self.story.blocks[-1] = replace(last, credit=credit)
        return True

    def _is_caption(self, line: Line) -> bool:
        words = len(line.text.split())
        if people.has_role(line.text) and people.is_byline(line.text):
            return False
        if line.in_caption and words <= 90:
            return True
        if words > 70:
            return False
        # Or set as another picture's caption is, which says so by its credit: class names may be hashes.
        if phrases.has_credit(line.text) or (line.after_picture and line.marks in self.caption_marks):
            return True
        closed = phrases.ends_sentence(line.text)
        if line.after_picture and (line.italic or line.centred or not closed) and not people.is_byline(line.text):
            return True
        if line.after_picture and words <= 20 and phrases.pictured(line.text) and self._before_longer(line):
            return True
        if line.centred and line.italic and not closed and words >= 4:
            return True
        if self.screen and self.begun and 3 <= words <= 45 and not line.text.isupper():
            return self._is_screen_caption(line.text, words, closed)
        return False

    def _before_longer(self, line: Line) -> bool:
        return self.following is not None and len(self.following.text) >= 1.5 * len(line.text)

    def _is_screen_caption(self, text: str, words: int, closed: bool) -> bool:
        """Whether a line without markup is a caption: worded like one, or an unclosed line between two paragraphs."""
        last = self.story.blocks[-1] if self.story.blocks else None
        after_text = last is not None and (last.kind is BlockKind.CAPTION or len(last.text) >= 120)
        before_text = self.following is not None and len(self.following.text) >= 120
        if not closed:
            return words >= 4 and (phrases.pictured(text) or (words > 14 and after_text and before_text))
        return words <= 25 and after_text and before_text and phrases.is_scene(text)

    def _kind(self, line: Line) -> BlockKind:
        words = len(line.text.split())
        closed = phrases.ends_sentence(line.text)
        if (
            self.story.lead is None
            and not self.begun
            and line.bold_share > 0.9
            and words >= 15
            and not self.screen
            and line.tag not in {"td", "th", "li"}
        ):
            self.story.lead = line.text
            return BlockKind.LEAD
        if line.tag in {"h1", "h2", "h3", "h4", "h5", "h6"} and words <= 40:
            return BlockKind.HEADING
        if line.tag == "blockquote":
            return BlockKind.QUOTE
        if line.tag == "li" or line.tag in {"dd", "dt"}:
            return BlockKind.LIST_ITEM
        if line.tag == "tr" or (line.tag in {"td", "th"} and not self.table_story and words <= 15 and not closed):
            return BlockKind.TABLE_ROW
        if words <= 30 and not line.text.endswith((".", ";", ",", "./")) and not phrases.is_spoken(line.text):
            if line.bold_share > 0.9 or (line.text.isupper() and words >= 2):
                return BlockKind.HEADING
            if self.screen and words <= 14 and not closed and self.begun:
                return BlockKind.HEADING
        return BlockKind.PARAGRAPH


def _is(text: str, key: str) -> bool:
    """Whether ``key`` is the match key of ``text``."""
    # A key is as long as its text, but for the rare letter that has no small form of its own (İ, ß).
    return abs(len(text) - len(key)) <= 8 and match_key(text) == key


def _continues(before: str, text: str) -> bool:
    return text[:1].islower() and not phrases.ends_sentence(before) and len(before) > 40


def _without_repeats(lines: list[Line]) -> list[Line]:
    """Captions that are printed twice (as a picture's alternative text and below it) are captions, once.

    Of two neighbours that say nearly the same the second stays: it is the one set below the picture.
    """
    result: list[Line] = []
    for line in lines:
        before = result[-1] if result else None
        if (
            before is not None
            and line.role in {"body", "caption", None}
            and before.role in {"body", "caption", None}
            and before.reason is None
            and not line.tag.startswith("h")
            and 3 <= len(line.text.split()) <= 150
            and _same(before.text, line.text)
        ):
            if len(line.text.split()) > 35 and phrases.ends_sentence(line.text):
                # Too long for a picture: the lead, printed above the story and again as its first paragraph.
                line.reason = "repeated_lead"
                before.role = "lead" if len(result) == 1 else before.role
                result.append(line)
                continue
            before.reason = "repeated_caption"
            line.role = "caption"
        result.append(line)
    return result


def _same(one: str, other: str) -> bool:
    # The ratio of two texts is at most 2 · short / (short + long); the longest credit met has 70 characters.
    if min(len(one), len(other)) < 0.7 * (max(len(one), len(other)) - 80):
        return False
    # The credit is printed below the picture only.
    left, right = (match_key(phrases.split_credit(text)[0]).rstrip(".") for text in (one, other))
    if left == right:
        return True
    short, long = sorted((len(left), len(right)))
    if short < 30 or 2 * short <= 0.85 * (short + long):
        return False
    words, others = set(left.split()), set(right.split())
    if len(words & others) < 0.4 * min(len(words), len(others)):
        return False
    matcher = SequenceMatcher(None, left, right, autojunk=False)
    # Two long paragraphs may share most of their words; a lead printed twice differs in its dateline at most.
    alike = 0.85 if short <= _CAPTION_LONG else 0.95
    # 0.85: "… phát biểu kết luận cuộc họp" beside "… phát biểu kết luận phiên họp" (0.92), one picture's two captions;
    # two neighbouring captions of different pictures of one meeting stay below 0.8.
    return matcher.real_quick_ratio() > alike and matcher.quick_ratio() > alike and matcher.ratio() > alike
