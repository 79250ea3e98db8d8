"""The foot of a story: bylines, the headlines of other stories below them, headings that head nothing; in place."""

from __future__ import annotations

from dataclasses import replace

from corpus.records import Block, BlockKind
from crawler.extract import people, phrases


def find_bylines(blocks: list[Block]) -> None:
    """The byline stands at the foot: up to three last lines that are names; elsewhere only a role with names is one."""
    tail = 0
    at_foot = True
    for index in range(len(blocks) - 1, -1, -1):
        block = blocks[index]
        if block.kind in {BlockKind.DROPPED, BlockKind.BYLINE, BlockKind.LEAD}:
            continue
        if block.kind is BlockKind.CAPTION and at_foot and not people.is_byline(block.text):
            # Some outlets set a last picture below the author's name.
            continue
        if (at_foot or people.has_role(block.text)) and tail < 3 and people.is_byline(block.text):
            blocks[index] = Block(BlockKind.BYLINE, block.text)
            tail += 1
        else:
            at_foot = False


def drop_headlines(blocks: list[Block]) -> None:
    """Unclosed lines below the byline, or several that show no picture, are other stories' headlines."""
    loose: list[int] = []
    signed = False
    for index in range(len(blocks) - 1, -1, -1):
        block = blocks[index]
        if block.kind is BlockKind.DROPPED:
            continue
        if block.kind is BlockKind.BYLINE:
            signed = True
            break
        repeated = index > 0 and blocks[index - 1].reason == "repeated_caption"
        if phrases.ends_sentence(block.text) or block.credit or phrases.pictured(block.text) or repeated:
            break
        loose.append(index)
    if signed or (len(loose) > 1 and all(blocks[index].kind is BlockKind.CAPTION for index in loose)):
        for index in loose:
            blocks[index] = Block(BlockKind.DROPPED, blocks[index].text, "related")


def unmake_headings(blocks: list[Block]) -> None:
    """A heading heads something: a short last line that is no byline is an ordinary line of the text."""
    for index in range(len(blocks) - 1, -1, -1):
        kind = blocks[index].kind
        if kind is BlockKind.HEADING:
            blocks[index] = replace(blocks[index], kind=BlockKind.PARAGRAPH)
        elif kind not in {BlockKind.DROPPED, BlockKind.BYLINE, BlockKind.CAPTION}:
            return
