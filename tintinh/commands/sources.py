"""``sources``: the outlets that are declared."""

from __future__ import annotations

import click

from tintinh.output import formats, print_rows


@click.command("sources", epilog="\b\nExamples:\n  tintinh sources\n  tintinh sources --json")
@formats
def sources_command(as_json: bool, as_csv: bool) -> None:
    """List the outlets with their province under both maps, their platform and how their facts were checked."""
    from corpus.provinces import map_34
    from crawler.source import load_sources

    rows = [
        {
            "id": source.id,
            "name": source.name,
            "kind": source.kind,
            "home": source.home,
            "province": source.province[0].name if source.province else None,
            "province_now": map_34(source.province[-1].name) if source.province else None,
            "platform": source.platform,
            "layouts": len(source.layout),
            "verified": source.verified,
        }
        for source in load_sources().values()
    ]
    columns = ["id", "name", "kind", "province", "province_now", "platform", "home", "verified"]
    print_rows(rows, columns, as_json=as_json, as_csv=as_csv)
