"""How the outlets are: every source on one screen, or one with all that was found and why."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tintinh import moved
from tintinh.colours import painted
from tintinh.commands.options import corpus_option
from tintinh.completion import complete_sources
from tintinh.language import language, tell, translated
from tintinh.morning.words import say_in
from tintinh.output import formats, print_json, print_rows, progress, say

if TYPE_CHECKING:
    from corpus.findings import NightFindings
    from corpus.nights import Finding
    from corpus.store import Corpus

_COLUMNS = ("source", "last_good_night", "stories", "usual", "four_weeks", "severity", "finding")
_DAYS = 28
_MARKS = {"broken": "✗", "warning": "!", "note": "·"}


@click.command(
    "health",
    epilog="\b\nExamples:\n  tintinh health                  every source on one screen, the worst first\n"
    "  tintinh health bao_dong_thap    what was found, with its evidence\n  tintinh health --json",
)
@click.argument("source_id", metavar="[SOURCE]", required=False, shell_complete=complete_sources)
@click.option(
    "--drift/--no-drift",
    "with_drift",
    default=True,
    show_default=True,
    help="Say which outlets' themes or words moved against their own year.",
)
@corpus_option
@formats
def health_command(source_id: str | None, with_drift: bool, corpus_path: Path, as_json: bool, as_csv: bool) -> int:
    """Show how every source was in its last night: stories against the usual, four weeks, the worst finding.

    With SOURCE: all its findings with their evidence. Exit code 2 where a finding of severity `broken` stands.

    Below, a line for every outlet whose themes or words moved: its last four weeks are farther from its own year than
    four weeks of that year ever were by chance. Outlets with few tagged stories are not spoken of.
    """
    from corpus import findings as kept
    from corpus.store import Corpus

    with Corpus.open(corpus_path, create=False, read_only=True) as corpus:
        nights = kept.latest(corpus.connection, source_id)
        if source_id is not None and not nights:
            raise click.BadParameter(f"{source_id}: no night of it is in {corpus_path}", param_hint="SOURCE")
        drifted = _drifted(corpus, nights) if with_drift else {}
        rows = sorted((_row(corpus, night, drifted.get(night.source)) for night in nights), key=_worst_first)
    if source_id is not None and not as_csv:
        _print_one(nights[0], rows[0], drifted.get(source_id), as_json=as_json)
    else:
        print_rows(rows, (*_COLUMNS, "moved") if as_csv else _COLUMNS, as_json=as_json, as_csv=as_csv)
        if not as_json and not as_csv:
            for one in drifted.values():
                click.echo(f"{_MARKS[one.severity]} {translated(one.sentence)}")
        if not rows:
            say(tell("no night is in the corpus yet: tintinh crawl"))
    broken = [night.source for night in nights if any(one.severity == "broken" for one in night.findings)]
    if not as_json and not as_csv and source_id is None and rows:
        more = "; " + tell("more: tintinh health {source}", source=broken[0]) if broken else ""
        say(tell("{broken} of {all} sources broken", broken=len(broken), all=len(rows)) + more)
    return 2 if broken else 0


def _drifted(corpus: Corpus, nights: list[NightFindings]) -> dict[str, Finding]:
    with progress("comparing with the year before", len(nights)) as advance:
        return moved.moved(corpus, nights, advance)


def _row(corpus: Corpus, night: NightFindings, drifted: Finding | None) -> dict[str, Any]:
    from corpus import findings as kept
    from corpus.records import VIETNAM
    from corpus.rows import utc

    worst = night.findings[0] if night.findings else None
    broken = worst is not None and worst.severity == "broken"
    good = kept.last_good(corpus.connection, night.source, night.started_at) if broken else night.started_at
    usual = corpus.connection.execute(
        "SELECT n FROM night_measures WHERE source = ? AND started_at = ? AND measure = 'stories'",
        (night.source, utc(night.started_at)),
    ).fetchone()
    days = stories_by_day(corpus, night.source, night.started_at)
    stories = corpus.connection.execute(
        "SELECT stored + copies FROM nights WHERE source = ? AND started_at = ?", (night.source, utc(night.started_at))
    ).fetchone()
    from tintinh.chart import spark

    return {
        "source": night.source,
        "last_night": night.started_at.astimezone(VIETNAM),
        "last_good_night": good.astimezone(VIETNAM) if good else None,
        "stories": stories[0],
        "usual": usual[0] if usual else None,
        "four_weeks": spark(days),
        "severity": worst.severity if worst else "good",
        "finding": worst.sentence.removeprefix(f"{night.source}: ") if worst else "",
        "kinds": [one.kind for one in night.findings],
        "stories_by_day": days,
        "moved": drifted.sentence.removeprefix(f"{night.source}: ") if drifted else None,
    }


def stories_by_day(corpus: Corpus, source: str, last: datetime) -> list[int | None]:
    """Stories of each of the four weeks' days up to the last night, None for a day without one; days at +07:00."""
    from corpus.records import VIETNAM
    from corpus.rows import utc

    end = last.astimezone(VIETNAM).date()
    told: dict[date, int] = defaultdict(int)
    rows = corpus.connection.execute(
        "SELECT started_at, stored + copies FROM nights WHERE source = ? AND started_at >= ?",
        (source, utc(last - timedelta(days=_DAYS + 1))),
    )
    for started_at, stories in rows:
        told[datetime.fromisoformat(started_at).astimezone(VIETNAM).date()] += stories
    return [told.get(end - timedelta(days=back)) for back in range(_DAYS - 1, -1, -1)]


def _worst_first(row: dict[str, Any]) -> tuple[int, str]:
    return ("broken", "warning", "note", "good").index(row["severity"]), row["source"]


def _print_one(night: NightFindings, row: dict[str, Any], drifted: Finding | None, *, as_json: bool) -> None:
    findings = [*night.findings, *filter(None, [drifted])]
    if as_json:
        for one in findings:
            print_json(
                {
                    "source": one.source,
                    "night": night.started_at,
                    "kind": one.kind,
                    "severity": one.severity,
                    "sentence": one.sentence,
                    "evidence": one.evidence,
                }
            )
        return
    good = f"{row['last_good_night']:%Y-%m-%d %H:%M}" if row["last_good_night"] else tell("none yet")
    last = f"{row['last_night']:%Y-%m-%d %H:%M}"
    click.echo(f"{night.source}  " + tell("last night {last}, last good night {good}", last=last, good=good))
    if row["usual"] is None:
        stories = tell("stories {stories}", stories=row["stories"])
    else:
        stories = tell("stories {stories}, usually {usual}", stories=row["stories"], usual=row["usual"])
    click.echo(f"{stories}  {row['four_weeks']}")
    for one in findings:
        click.echo()
        click.echo(painted(f"{_MARKS[one.severity]} {_kind(one)}", one.severity))
        for line in told(one):
            click.echo(f"  {line}")
    if not findings:
        click.echo(tell("nothing out of the ordinary"))


def _kind(finding: Finding) -> str:
    """Severity and kind; the kind's slug is what ``accept`` and the handbook call it, its name is the report's."""
    severity = translated(finding.severity)
    name = f" ({say_in('vi', f'kind.{finding.kind}')})" if language() == "vi" else ""
    return f"{severity} {finding.kind}{name}"


def told(finding: Finding) -> list[str]:
    """A finding as lines for a person: the sentence, each piece of evidence, and the command that shows more."""
    evidence = finding.evidence
    lines = [translated(finding.sentence.removeprefix(f"{finding.source}: "))]
    if finding.kind == moved.KIND:
        return lines + moved.told(finding)
    usual = evidence.get("usual", {})
    if "low" in usual:
        facts = {name: usual[name] for name in ("value", "low", "high", "n", "nights")} | {"chance": evidence["chance"]}
        lines.append(
            tell("usual {value:g} (95 %: {low:g} to {high:g}) of {n} in {nights} nights; by chance {chance:g}", **facts)
            if usual["high"] <= 1
            else tell(
                "usual {value:g} (95 %: {low:g} to {high:g}) over {n} in {nights} nights; by chance {chance:g}", **facts
            )
        )
    if found := evidence.get("usual_found"):
        lines.append(
            tell(
                "usually {value} article addresses are met, in {nights} nights",
                value=found["value"],
                nights=found["nights"],
            )
        )
    if "expected" in evidence:
        lines.append(tell("declared in [expect]: {expected}", expected=evidence["expected"]))
    lines += [tell("selector {name}: {css}", name=name, css=css) for name, css in evidence.get("selectors", {}).items()]
    lines += [
        tell("{times} times: {text}", times=one["articles"], text=one["text"][:100])
        for one in evidence.get("lines", ())
    ]
    lines += list(evidence.get("unread", ()))
    if "last_good_night" in evidence:
        lines.append(tell("last good night: {night}", night=evidence["last_good_night"]))
    if also := evidence.get("also"):
        lines.append(tell("with it: {kinds}", kinds=", ".join(also)))
    for page in evidence.get("pages", ()):
        at = ""
        if page.get("file"):
            at = "  " + tell("(archive {file} at {offset})", file=page["file"], offset=page["offset"])
        lines.append(tell("page {url}", url=page["url"]) + at)
        lines += [
            f"  {'✗' if not hits else ' '} " + tell("{css}: {hits} found", css=css, hits=hits)
            for css, hits in page.get("found", {}).items()
        ]
        if "unreadable" in page:
            lines.append(f"  {page['unreadable']}")
    if pages := evidence.get("pages"):
        lines.append(tell("more: tintinh show {url}", url=pages[0]["url"]))
    return lines
