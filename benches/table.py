"""The figures as text: a line while measuring, Markdown at the end."""

BASELINE = "OpenBao"


def line(row):
    failed = f"  {row['failed']} FAILED" if row["failed"] else ""
    return (
        f"{row['connections']:>4} connections  {row['target']:<40}"
        f"{row['per_second']:>10,.0f}/s  p50 {row['p50_ms']:>8.2f} ms  p99 {row['p99_ms']:>8.2f} ms{failed}"
    )


def markdown(result):
    about = result["machine"]
    parts = [
        f"{about['processors']} processors, kernel {about['kernel']}, "
        f"{about['syncs_per_second']:,} synced writes of 4 KiB a second by one writer.\n"
    ]
    parts += [load_table(result["load"], kind) for kind in ("read", "create")]
    parts += [idle_table(result["idle"])]
    if result["listing"]:
        parts += [listing_table(result["listing"])]
    return "\n".join(parts)


def load_table(rows, kind):
    rows = [row for row in rows if row["kind"] == kind]
    lines = [f"### {kind.capitalize()}\n", "| connections | target | per second | p50 ms | p99 ms | rate ÷ OpenBao | p99 ÷ OpenBao |"]
    lines += ["|--:|---|--:|--:|--:|--:|--:|"]
    for row in rows:
        base = baseline(rows, row["connections"])
        ratios = [ratio(row, base, "per_second"), ratio(row, base, "p99_ms")]
        cells = [row["connections"], row["target"], f"{row['per_second']:,.0f}", f"{row['p50_ms']:.2f}", f"{row['p99_ms']:.2f}"]
        lines.append("| " + " | ".join(map(str, cells + ratios)) + " |")
    return "\n".join(lines) + "\n"


def baseline(rows, connections):
    same = (row for row in rows if row["connections"] == connections)
    return next((row for row in same if row["target"].startswith(BASELINE)), None)


def ratio(row, base, figure):
    return f"{row[figure] / base[figure]:.2f}" if base else "–"


def idle_table(servers):
    lines = ["### At rest\n", "| server | start to ready ms | resident MiB | binary MiB |", "|---|--:|--:|--:|"]
    for name, figures in servers.items():
        lines.append(f"| {name} | {figures['ready_ms']} | {figures['resident_mib']} | {figures['binary_mib']} |")
    return "\n".join(lines) + "\n"


def listing_table(servers):
    lines = ["### One page of a list\n", "| server | page | by number ms | walked ms |", "|---|--:|--:|--:|"]
    for name, figures in servers.items():
        for page, ms in figures["numbered"].items():
            lines.append(f"| {name} | {page} | {ms} | {figures['walked'].get(page, '–')} |")
    return "\n".join(lines) + "\n"
