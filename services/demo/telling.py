"""The demo's last words: what a leader would read, and where to look."""

from pathlib import Path
from typing import Any

import click

from services.projections.documents.figures import with_interval


def tell(summary: dict[str, Any], out: Path, lang: str) -> None:
    """Print figures, the footnote on the old claim, timings and the folder."""
    n, groups = summary["contacts"], summary["dispositions"]
    answered = groups.get("answered", 0)
    zh = lang != "en"
    names = {"answered": "电话解答", "referred": "移送转办", "coordinated": "直接协调"} if zh else {}
    lines = ["", "青少年维权热线 2026年1月12日至6月30日" if zh else "Youth rights hotline, 12 January to 30 June 2026"]
    lines += [f"  {'登记' if zh else 'contacts'} {n}"]
    lines += [f"  {names.get(group, group)} {with_interval(count, n, lang)}" for group, count in groups.items()]
    needed = n * 8 // 10 + 1
    lines.append(
        f"  注：材料称“占80%以上”；逐件登记为 {answered}/{n}，即 {answered / n:.1%}，超过80%须有 {needed} 件。"
        if zh
        else f'  Note: the report claimed "over 80 %"; {answered} of {n} is {answered / n:.1%}, over 80 % would take {needed}.'
    )
    states = ("，" if zh else ", ").join(f"{state} {count}" for state, count in summary["referrals"].items())
    lines += [
        f"  {'转办单' if zh else 'referrals'}: {states}",
        f"  {'催办督办文书' if zh else 'notices'}: {summary['notices']}",
        f"  {'成员单位' if zh else 'unit'} {summary['feed']['unit']} {'收到' if zh else 'received'} {summary['feed']['events']}",
        f"  {'账本校验' if zh else 'ledger'}: {summary['verify']}   {'台账重建' if zh else 'rebuild'}: {summary['rebuild']}",
        f"  {'末条' if zh else 'head'} #{summary['head']['seq']} {summary['head']['hash']}",
        f"  {'数据摘要' if zh else 'figures'} {summary['figures_digest']}",
        "",
        ("用时（秒）" if zh else "seconds: ")
        + "  ".join(f"{stage} {spent}" for stage, spent in summary["seconds"].items()),
        f"{'内存峰值' if zh else 'peak memory'} {summary['peak_memory_mb']} MB",
        "",
        ("文书在 " if zh else "documents in ")
        + str(out / "documents")
        + (
            "，用浏览器打开 .html，用办公软件打开 .docx："
            if zh
            else "; open .html in a browser, .docx in an office program:"
        ),
    ]
    lines += [f"  {path}" for path in summary["documents"] if path.endswith((".html", ".docx"))][:8]
    click.echo("\n".join(lines))
