"""From a request to an answer: the query is read, the view asked in its time, and what it shows is drawn."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from corpus.errors import CorpusError, QueryError
from corpus.limits import Deadline, TookTooLong
from corpus.records import Query
from corpus.store import Corpus
from tintinh.bilingual import LANGUAGES, Language
from tintinh.explorer.address import parameters, query_of, query_string
from tintinh.explorer.download import as_csv, as_json, cited
from tintinh.explorer.drawing import environment
from tintinh.explorer.pages import HOME, VIEWS
from tintinh.explorer.site import Site
from tintinh.explorer.view import Form, NotThere, Reader, Shown, View, Visit, address
from tintinh.explorer.words import say_in

_HTML, _CSV, _JSON = "text/html; charset=utf-8", "text/csv; charset=utf-8; header=present", "application/json"


@dataclass(frozen=True)
class Reply:
    """An answer to a request."""

    body: str
    status: int = 200
    content_type: str = _HTML
    headers: Mapping[str, str] = field(default_factory=dict)


def reply(site: Site, view: View, place: Mapping[str, str | None], given: str) -> Reply:
    """The answer of a view; ``given`` is the query string. Opens the corpus, so it runs in a thread of its own."""
    language: Language = "en" if place.get("language") == "en" else "vi"
    form: Form = place.get("form") or "html"
    named = {name: value for name, value in place.items() if value is not None}
    try:
        asked = parameters(given)
        beside = {name: asked[name][0] for name in view.beside if name in asked}
        slugs = [theme.slug for theme in site.themes]
        query = query_of(asked, themes=slugs, beside=view.beside, asks=view.asks, reads_map=view.reads_map)
        if given and form == "html" and query_string(query if view.asks else None, beside) != given:
            at = address(language, view.name, query if view.asks else None, named.get("place", ""), beside=beside)
            return Reply("", 302, headers={"location": at})
        with Corpus.open(site.corpus, read_only=True) as corpus:
            deadline = Deadline(corpus.connection)
            visit = Visit(site, language, view, form, query, beside, named, deadline)
            with deadline.within(site.seconds):
                _require_source(corpus, site, query)
                if form in view.files:
                    file = view.files[form]
                    return Reply(file.made(corpus, visit), content_type=file.content_type, headers=_kept(visit))
                shown = view.answer(corpus, visit)
            return _drawn(corpus, visit, shown)
    except NotThere as error:
        return _sorry(site, language, form, 404, str(error))
    except TookTooLong:
        return _sorry(site, language, form, 503, say_in(language, "error.too_long"))
    except QueryError as error:
        return _sorry(site, language, form, 400, str(error))
    except CorpusError as error:
        return _sorry(site, language, form, 503, str(error))


def _drawn(corpus: Corpus, visit: Visit, shown: Shown) -> Reply:
    if visit.form == "html":
        others = {language: visit.here(language) for language in LANGUAGES}
        scripts = {"scripts": visit.view.scripts}
        return Reply(_page(visit, visit.view.name, shown.title, {**shown.facts, **scripts}, others, visit.view.name))
    cite, at = cited(corpus, visit, shown), visit.here()
    if visit.form == "json":
        return Reply(as_json(visit, shown, cite, at), content_type=_JSON)
    return Reply(as_csv(shown, cite, at), content_type=_CSV, headers=_kept(visit))


def _kept(visit: Visit) -> dict[str, str]:
    """The header that has a browser keep an answer as a file, and under which name."""
    name = "-".join(["tintinh", visit.view.name, *re.findall(r"[0-9a-z]+", visit.place.get("place", ""))])
    return {"content-disposition": f'attachment; filename="{name}.{visit.form}"'}


def _page(
    reader: Reader, template: str, title: str, facts: Mapping[str, Any], others: Mapping[Language, str], at: str = ""
) -> str:
    """A page drawn; ``others`` are its addresses in each language, ``at`` the name of the view it is of."""
    return (
        environment()
        .get_template(f"{template}.html.j2")
        .render(
            visit=reader,
            t=reader.t,
            title=title,
            at=at,
            menu=[view for view in VIEWS if view.in_menu],
            others=others,
            **facts,
        )
    )


def _require_source(corpus: Corpus, site: Site, query: Query) -> None:
    """``QueryError`` for an outlet that is neither declared nor in the corpus, for its count would be zero."""
    if query.source is None or query.source in site.outlets:
        return
    if not corpus.search(replace(Query(), source=query.source, limit=1)).hits:
        raise QueryError(f"source: {query.source[:80]!r} is no outlet, neither declared nor in the corpus")


def fault(site: Site, path: str, status: int) -> Reply:
    """An error that is no view's own: nothing there (404), not open (403), our fault (500)."""
    language: Language = "en" if re.match(r"/en(/|$)", path) else "vi"
    form: Form = "json" if path.endswith(".json") else "html"
    return _sorry(site, language, form, status, say_in(language, _FAULTS[status]))


_FAULTS = {403: "error.not_open", 404: "error.not_there", 500: "error.ours"}


def _sorry(site: Site, language: Language, form: Form, status: int, sentence: str) -> Reply:
    if form == "json":
        body = json.dumps({"ok": False, "status": status, "error": sentence}, ensure_ascii=False)
        return Reply(body, status, _JSON)
    if form != "html":
        return Reply(f"{sentence}\n", status, "text/plain; charset=utf-8")
    title = say_in(language, f"error.title_{status}" if status in _TITLED else "error.title")
    others = {other: address(other, HOME.name) for other in LANGUAGES}
    # What the corpus says of a question is English, as on the terminal.
    facts = {"sentence": sentence, "status": status, "told_in": "en" if status == 400 else language, "scripts": ()}
    return Reply(_page(Reader(site, language), "error", title, facts, others), status)


_TITLED = (400, 403, 404, 503)
