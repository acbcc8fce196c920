"""Figures as tables for people."""

from collections.abc import Sequence
from statistics import fmean, median, stdev
from typing import Any

from benchmarks.webhooks.burst import BurstFigures
from benchmarks.webhooks.learning import LearningFigures

_WAYS = (
    ("a", "our engine, first load"),
    ("b", "our engine, nothing changed"),
    ("c", "our engine, 1 % changed"),
    ("d", "update_or_create a row, first load *"),
    ("d_same", "update_or_create a row, nothing changed *"),
    ("e", "COPY and one upsert, first load **"),
    ("e_ready", "COPY and one upsert of rows made before"),
)


def describe_speed(engine: str, figures: dict[str, Any]) -> str:
    """The table of the ways on one engine, each with its ratios to the others."""
    lines = [
        f"{figures['rows']:,} bank transactions on {engine}",
        "",
        f"{'':<44}{'seconds':>9}{'µs a row':>10}{'rows/s':>10}{'x d':>8}{'x e':>7}{'statements/1,000':>18}",
    ]
    lines += [_describe_way(key, label, figures) for key, label in _WAYS if key in figures]
    sample = f"The best of {figures['rounds']} rounds. * measured on {figures['sample']:,} rows and scaled"
    limit = "; ** the same items read with the same code, in one transaction" if "e" in figures else ""
    return "\n".join([*lines, "", f"{sample}{limit}. BEGIN and COMMIT are not counted as statements."])


def describe_targets(figures: dict[str, Any]) -> str:
    """What was wanted on PostgreSQL, and what was reached."""
    statements = max(figures[f"{key}_statements"] for key in "abc")
    return "\n".join(
        [
            "Wanted on PostgreSQL",
            _describe_target("a at least 15 x d", figures["d"] / figures["a"], least=15),
            _describe_target("b at least 80 x d", figures["d"] / figures["b"], least=80),
            _describe_target("b at least 80 x d, where d changes nothing", figures["d_same"] / figures["b"], least=80),
            _describe_target("a at least 0.5 x e", figures["e"] / figures["a"], least=0.5),
            _describe_target("at most 4 statements per 1,000 rows", statements, most=4),
        ]
    )


def describe_memory(engine: str, *, rows: tuple[int, int], growths: Sequence[dict[str, float]]) -> str:
    """Megabytes of growth for few and for many rows, for each kind of run."""
    few, many = growths
    header = f"{'':<24}{rows[0]:>12,} rows{rows[1]:>12,} rows"
    lines = [f"Memory at its peak, above that before the run, on {engine}", "", header]
    lines += [f"  {what:<22}{few[what]:>14.1f} MB{many[what]:>14.1f} MB" for what in few]
    farthest = max(many[what] - few[what] for what in few)
    return "\n".join([*lines, _describe_target("flat within 20 MB", farthest, most=20)])


def describe_end_to_end(engine: str, figures: dict[str, Any]) -> str:
    """Over HTTP: seconds, and how much of them was waiting for the provider."""
    lines = [f"End to end over HTTP from the stand-in, on {engine}", ""]
    for key, label in (("first", "first load"), ("again", "nothing changed")):
        part = figures[key]
        rate = part["rows"] / part["seconds"]
        lines.append(
            f"  {label:<20}{part['rows']:>10,} rows{part['seconds']:>9.1f} s{rate:>10,.0f} rows/s, "
            f"{part['waiting']:.0%} of the time waiting for the provider"
        )
    return "\n".join(lines)


def describe_noting(engine: str, figures: dict[str, Any]) -> str:
    """What the log of calls adds to a sync over HTTP: of each pair of blocks of pages the difference."""
    lines = [f"A sync of {figures['rows']:,} rows over HTTP on {engine}, blocks of pages with and without the log", ""]
    for what, label in (("first", "first load"), ("again", "nothing changed")):
        for kind, of in (("", "on the clock"), ("cpu ", "of the processor")):
            lines += _describe_pairs(f"{label}, {of}", figures[f"{kind}{what}"], pages=figures["pages"])
    return "\n".join(lines)


def _describe_pairs(name: str, pairs: Sequence[tuple[float, float]], *, pages: int) -> list[str]:
    usual = median(bare for _, bare in pairs)
    shares = [(noted - bare) / usual * 100 for noted, bare in pairs]
    error = stdev(shares) / len(shares) ** 0.5
    of_a_call = f"{fmean(noted - bare for noted, bare in pairs) / pages * 1000:.2f} ms a call"
    mean = f"mean {fmean(shares):.1f} % (standard error {error:.1f})"
    return [
        _describe_target(f"{name}: the log's cost in %", median(shares), most=5),
        f"    {len(pairs)} pairs of {usual * 1000:.0f} ms; {mean}; {of_a_call}",
    ]


def describe_charting(engine: str, figures: dict[str, Any]) -> str:
    """How fast the log of calls is."""
    lines = [f"The log of calls with {figures.pop('rows'):,} calls, on {engine}", ""]
    return "\n".join([*lines, *(f"  {name:<44}{milliseconds:>9.0f} ms" for name, milliseconds in figures.items())])


def describe_exports(engine: str, *, rows: int, figures: dict[str, dict[str, Any]]) -> str:
    """A list as a file: seconds, and the memory of the whole process at its peak."""
    lines = [f"Export of {rows:,} payments on {engine}", ""]
    for name, part in figures.items():
        lines.append(f"  {name:<6}{part['seconds']:>9.1f} s{part['size']:>9.0f} MB of file")
        lines.append(_describe_target(f"{name}, memory of the whole process within 150 MB", part["peak"], most=150))
    return "\n".join(lines)


def describe_accepting(engine: str, figures: dict[str, Any]) -> str:
    """Events taken a second, beside a bare Django view that inserts one row."""
    lines = [
        f"Taking signed events on {engine}, the median of {figures['rounds']} rounds of {figures['events']:,}",
        "",
        *(
            f"  {label:<46}{figures['rate'][key]:>8,.0f} events/s{figures['cpu'][key]:>8.2f} ms of the processor each"
            for key, label in (("ours", "the inbox"), ("bare", "a bare view that inserts one row"))
        ),
        _describe_target("of the bare view at least 0.5", figures["ratio"], least=0.5),
        _describe_target("queries an event at most 2", figures["queries"], most=2),
    ]
    return "\n".join(lines)


def describe_burst(engine: str, figures: BurstFigures, *, away_seconds: float) -> str:
    """What became of a burst of events, with the database away for a while."""
    answers = ", ".join(f"{status or 'none'} {count:,} times" for status, count in figures.answers.items())
    lines = [
        f"A burst of {figures.events:,} events on {engine}, the database away for {away_seconds:.0f} s",
        "",
        f"  {'all taken after':<46}{figures.seconds_to_take:>8.1f} s",
        f"  {'all looked after after':<46}{figures.seconds_to_settle:>8.1f} s",
        f"  {'read back at the provider':<46}{figures.read_backs:>8,}",
        f"  {'rows in the inbox':<46}{figures.rows:>8,}",
        f"  answers the sender saw: {answers}",
        _describe_target("lost", figures.lost, most=0),
    ]
    return "\n".join(lines)


def describe_learning(engine: str, measured: list[LearningFigures], *, per_second: float) -> str:
    """How soon changes at the provider stood in our table."""
    lines = [f"Payments that move on at the provider, {per_second:g} a second, on {engine}"]
    for figures in measured:
        sources = ", ".join(f"{by} {count}" for by, count in figures.brought_by.items())
        times = ", ".join(f"p{percent} {seconds:.2f} s" for percent, seconds in figures.seconds.items())
        lines += [
            "",
            f"  {figures.what}: {figures.changes} changes, brought by {sources}",
            f"  from the change to our row: {times}; the product says p95 {figures.told:.2f} s",
            _describe_target("not learned of", figures.changes - figures.learned, most=0),
            _describe_target(f"% within {figures.wanted_seconds:g} s", 100 * figures.share_within, least=95),
        ]
    return "\n".join(lines)


def _describe_way(key: str, label: str, figures: dict[str, Any]) -> str:
    seconds, rows = figures[key], figures["rows"]
    peer = figures["d"] if key in {"a", "e", "e_ready", "d"} else figures["d_same"]
    limit = f"{figures['e'] / seconds:>7.2f}" if "e" in figures else f"{'':>7}"
    statements = figures.get(f"{key}_statements")
    name = key[0]
    return (
        f"({name}) {label:<40}{seconds:>9.2f}{seconds / rows * 1e6:>10.1f}{rows / seconds:>10,.0f}"
        f"{peer / seconds:>8.1f}{limit}{'' if statements is None else format(statements, '>18.2f')}"
    )


def _describe_target(what: str, value: float, *, least: float | None = None, most: float | None = None) -> str:
    is_reached = (least is None or value >= least) and (most is None or value <= most)
    return f"  {what:<46}{value:>8.2f}  {'reached' if is_reached else 'MISSED'}"
