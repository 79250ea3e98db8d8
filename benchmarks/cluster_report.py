"""What ``benchmarks.cluster`` measured, as Markdown."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from benchmarks.cluster import Bench

CORES_OF_TEN = 40
"""A cluster of ten machines of four cores."""
_MILLION = 1_000_000
_REAL_READ_MS = 19.0
"""Reading a page of 84 kB with 216 links: four fifths of the 24 ms of a crawl (docs/operations.md, What was measured),
the rest being the storing."""


def report(bench: Bench, rows: int, in_corpora: int, asked: dict[str, float], killed: tuple[int, int, int]) -> str:
    """The whole report."""
    return "\n\n".join([_heading(bench), _stages(bench), _speed(bench), _equal(bench, rows, in_corpora, killed),
                        _questions(asked), _projection(bench)])  # fmt: skip


def _heading(bench: Bench) -> str:
    kilobytes = bench.times["archive"]["bytes"] / bench.articles / 1000
    return (
        f"{bench.articles:,} made articles of sixty outlets ({kilobytes:.1f} kB a page in the archive), "
        f"{len(bench.dataset('one').partitions())} partitions, {bench.workers} workers"
    )


def costs(bench: Bench) -> dict[str, float]:
    """Milliseconds of the processor an article in each stage, of all runs; the last two are of one process."""
    found = {}
    for stage, parts in (("read", ("read",)), ("annotate", ("segment", "tag", "mentions", "parquet"))):
        runs = [bench.times[f"{name} {stage}"] for name in ("one", "two")]
        made = sum(run["rows"] for run in runs)
        for part in parts:
            found[part] = sum(run.get(f"cpu {part}", 0.0) for run in runs) / made * 1000
    for part in ("standing", "merge"):
        if part in bench.times:
            found[part] = bench.times[part]["cpu"] / bench.times[part]["rows"] * 1000
    return found


def _stages(bench: Bench) -> str:
    names = {"parquet": "rows of Parquet, models", "standing": "standing (one process)", "merge": "merge (one process)"}
    lines = ["| stage | ms of processor an article | articles/s and core | core hours a million |", "|---|---|---|---|"]
    lines += [
        f"| {names.get(part, part)} | {cost:.2f} | {1000 / cost:,.0f} | {cost * _MILLION / 3_600_000:.2f} |"
        for part, cost in costs(bench).items()
    ]
    return "\n".join(lines)


def _speed(bench: Bench) -> str:
    lines = ["| stage | one process | two workers | speed-up |", "|---|---|---|---|"]
    both = [0.0, 0.0]
    for stage in ("read", "annotate"):
        one, two = bench.times[f"one {stage}"], bench.times[f"two {stage}"]
        rates = [run["rows"] / run["clock"] for run in (one, two)]
        both[0] += 1 / rates[0]
        both[1] += 1 / rates[1]
        lines.append(f"| {stage} | {rates[0]:,.0f}/s | {rates[1]:,.0f}/s | {rates[1] / rates[0]:.2f} |")
    lines.append(f"| both | {1 / both[0]:,.0f}/s | {1 / both[1]:,.0f}/s | **{speed_up(bench):.2f}** |")
    if "ordinary annotate" in bench.times:
        ordinary = sum(bench.times[f"ordinary {what}"]["clock"] for what in ("replay", "annotate"))
        lines.append(
            f"| ordinary replay and annotate, words by all processors | {bench.articles / ordinary:,.0f}/s | | |"
        )
    peaks = bench.times.get("peaks", {})
    told = ", ".join(f"{value / 1e6:.0f} MB at {int(quarter) * 25} %" for quarter, value in sorted(peaks.items()))
    return "\n".join([*lines, "", f"Most memory of a worker: {told or 'not seen in this run'}."])


def speed_up(bench: Bench) -> float:
    """How many times as fast the workers were as one process, by the clock, over both stages."""
    one, two = (
        sum(bench.times[f"{name} {stage}"]["clock"] / bench.times[f"{name} {stage}"]["rows"] for stage in _BOTH)
        for name in ("one", "two")
    )
    return one / two


_BOTH = ("read", "annotate")


def _equal(bench: Bench, rows: int, in_corpora: int, killed: tuple[int, int, int]) -> str:
    kills, datasets, compared = killed
    verdict = f"**{len(bench.differences)} differences**" if bench.differences else "no difference"
    return (
        f"Compared row for row: {rows:,} rows of the datasets of one process and of the workers; {in_corpora:,} rows "
        f"of the corpora by the ordinary commands and by merging; after {kills} kills of workers at random moments, in "
        f"{datasets} datasets, {compared:,} rows: {verdict}."
    )


def _questions(asked: dict[str, float]) -> str:
    lines = ["| question over the dataset, answer as the corpus's | s |", "|---|---|"]
    return "\n".join([*lines, *(f"| {name} | {seconds:.1f} |" for name, seconds in asked.items())])


def _projection(bench: Bench) -> str:
    """Hours for ten million articles on ten machines of four cores, at the efficiency that was measured."""
    found = costs(bench)
    efficiency = min(1.0, speed_up(bench) / bench.workers)
    lines = [
        f"Projected for ten million articles, at the efficiency measured here ({efficiency:.2f} a core), hours:",
        "",
        "| pages | one core | ten machines of four cores | of it standing, in one process |",
        "|---|---|---|---|",
    ]
    for name, read in (("as here", found["read"]), ("of 84 kB, read in 19 ms", _REAL_READ_MS)):
        spread = read + sum(found[part] for part in ("segment", "tag", "mentions", "parquet"))
        alone = found.get("standing", 0.0)
        hours = [
            cost * 10 * _MILLION / 3_600_000
            for cost in (spread + alone, spread / CORES_OF_TEN / efficiency + alone, alone)
        ]
        lines.append(f"| {name} | {hours[0]:.0f} | {hours[1]:.1f} | {hours[2]:.1f} |")
    return "\n".join(lines)
