"""What an outlet is, guessed from what its pages print: name, kind, province, dateline. Every answer is a guess."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from corpus.provinces import spellings
from corpus.text import fold, match_key
from crawler.extract import phrases
from crawler.extract.people import agency_in
from crawler.extract.title import page_title
from crawler.propose.answers import ProposalError
from crawler.propose.fields import MOST, Specimen
from crawler.propose.links import tree
from crawler.propose.survey import Survey

Kind = Literal["paper", "station", "portal", "agency"]
_ID = re.compile(r"^[a-z][a-z0-9_]*$")


@dataclass(frozen=True)
class About:
    """The guesses; ``province_from`` says what the province was read off."""

    name: str
    kind: Kind
    province: str | None
    province_from: str
    datelines: tuple[str, ...]
    agency: str | None


def about(survey: Survey, specimens: Sequence[Specimen]) -> About:
    """What the outlet of ``survey`` is, as far as its pages say it."""
    host = urlsplit(survey.home).hostname or ""
    name = _name(survey, specimens) or host
    province, origin = province_in(name), f"the name {name!r}"
    if province is None:
        province, origin = province_in_host(host), f"the address {host}"
    agency = _agency(specimens)
    marks = Counter(mark for one in specimens if (mark := _dateline(one)) and agency_in(mark) is None)
    return About(
        name=name,
        kind="agency" if agency else _kind(name, host),
        province=province,
        province_from=origin,
        datelines=tuple(mark for mark, number in marks.most_common(1) if number >= max(2, len(specimens) / 2)),
        agency=agency,
    )


def _name(survey: Survey, specimens: Sequence[Specimen]) -> str | None:
    """The site's name: as its pages give it, else what stands behind the title in their title elements."""
    said = Counter(one.draft.site_name for one in specimens if one.draft.site_name)
    for one in specimens:
        whole, title = page_title(one.root), one.draft.title
        if match_key(whole).startswith(match_key(title)) and len(whole) > len(title):
            said[whole[len(title) :].strip(" -–—|»·•")] += 1
    start = tree(survey.start) if survey.start is not None else None
    best = said.most_common(1)[0][0] if said else page_title(start) if start is not None else None
    if not best:
        return None
    # "Báo Hà Giang điện tử", "Báo Đồng Tháp Online": the outlet's name with the word for its site.
    return re.sub(r"\s+(?:điện tử|online)$", "", best.strip(), flags=re.IGNORECASE) or None


def _kind(name: str, host: str) -> Kind:
    said = fold(name)
    if re.search(r"\b(?:dai|phat thanh|truyen hinh|pt ?- ?th|ptth)\b", said) or re.search(r"tv\d*\.", host):
        return "station"
    if host.endswith(".gov.vn") or re.match(r"(?:cong|so|ubnd|ban|tinh uy)\b", said):
        return "portal"
    return "paper"


def province_in(name: str) -> str | None:
    """The province that ``name`` names, the longest where it names several; None where it names none."""
    key = match_key(name)
    named = [one for one in spellings() if re.search(rf"(?<!\w){re.escape(one)}(?!\w)", key)]
    return spellings()[max(named, key=len)] if named else None


def province_in_host(host: str) -> str | None:
    """The province whose name, without tones and blanks, stands in a host name."""
    plain = {re.sub(r"[^a-z]", "", fold(one)): one for one in spellings()}
    named = [one for one in plain if len(one) >= 3 and one in host.replace("-", "")]
    return spellings()[plain[max(named, key=len)]] if named else None


def _dateline(specimen: Specimen) -> str | None:
    paragraphs = [text for text in (specimen.draft.lead, *specimen.article.body[:1]) if text]
    return next((mark for text in paragraphs if (mark := phrases.dateline(text))), None)


def _agency(specimens: Sequence[Specimen]) -> str | None:
    """The agency that signs most of the stories: papers run some of an agency's, its own site has no others."""
    signed = Counter(one.article.agency for one in specimens if one.article.agency)
    best = signed.most_common(1)
    return best[0][0] if best and best[0][1] >= max(3, MOST * len(specimens)) else None


def id_of(name: str, host: str) -> str:
    """A source id made of the outlet's name, of its host where the name makes none; ``ProposalError`` for neither."""
    label = host.removeprefix("www.").split(".")[0]
    for text in (name, label):
        found = "_".join(re.findall(r"[a-z0-9]+", fold(text)))
        if _ID.match(found) and len(found) <= 40:
            return found
    raise ProposalError(f"{name!r} gives no id; name one with --id (lower case, digits, _)")
