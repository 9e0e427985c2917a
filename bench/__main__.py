"""`python -m bench`: measure, print a table, and leave nothing running."""

import argparse
import json
import os
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import Any

from bench import crowd, databases, machine, measure, storm, table
from bench.measure import Effort
from bench.processes import CannotMeasure
from bench.servers import FLOORS, Shape, Target, ours, stock, toolkit

Make = Callable[[Shape, str], Target]
FULL = Effort(rounds=5, seconds=2.5, logins=24)
QUICK = Effort(rounds=1, seconds=0.5, logins=4, most=200, starts=1)


def options(arguments: list[str]) -> argparse.Namespace:
    """Return what the command line says."""
    parser = argparse.ArgumentParser(
        prog="python -m bench",
        description="Measure this service beside stock simplejwt, django-oauth-toolkit and the"
        " floors. DATABASE_URL=mysql://... measures all of them on MySQL.",
    )
    parser.add_argument(
        "what",
        nargs="?",
        default="table",
        choices=("table", "storm", "profile"),
        help="storm: verifications while twice the possible logins are offered;"
        " profile: where the time of one PATH goes, inside the process",
    )
    parser.add_argument("path", nargs="?", default="verify", help="for profile")
    parser.add_argument("--quick", action="store_true", help="less than a minute")
    parser.add_argument("--only", default="", help="paths that begin so: oauth,verify")
    parser.add_argument("--users", type=int, help="so many at once, a mixed load")
    parser.add_argument("--seconds", type=float, default=20.0, help="of storm or crowd")
    parser.add_argument("--think", type=float, default=1.0, help="a user's pause")
    parser.add_argument("--rounds", type=int, help="how often each path is measured")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--threads", type=int, default=48)
    parser.add_argument("--json", metavar="FILE", help="write all figures there")
    parser.add_argument("--markdown", action="store_true", help="tables for the docs")
    return parser.parse_args(arguments)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


@contextmanager
def servers(
    given: argparse.Namespace,
    *,
    people: int,
    beside: Sequence[Make] = (),
) -> Iterator[list[Target]]:
    """Yield the prepared servers, not started; stop them whatever happens."""
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-"))
        shape = Shape(Path(folder), given.workers, given.threads, people=people)
        urls = stack.enter_context(
            databases.scratch(os.environ.get("DATABASE_URL", ""))
        )
        targets = [ours(shape, urls["ours"])]
        targets += [make(shape, urls[make.__name__]) for make in beside]
        with stopping(targets):
            yield targets


@contextmanager
def stopping(targets: list[Target]) -> Iterator[None]:
    """Stop every server of `targets` at the end, those that join meanwhile too."""
    try:
        yield
    finally:
        for target in targets:
            target.server.stop()


def _beside(only: str) -> list[Make]:
    """Return the stock servers that have one of the paths wanted."""
    wanted = only.split(",")
    grants = any(name.startswith("oauth") for name in wanted)
    rest = any(not name.startswith("oauth") for name in wanted)
    return [*([stock] if rest else []), *([toolkit] if grants or not only else [])]


def _table(given: argparse.Namespace) -> int:
    effort = QUICK if given.quick else FULL
    effort = replace(effort, rounds=given.rounds or effort.rounds)
    _say("preparing the servers ...")
    people = 8 if given.quick else 64
    with servers(given, people=people, beside=_beside(given.only)) as targets:
        counts = {
            t.server.name: t.inside("queries", rounds=t.shape.rounds) for t in targets
        }
        services = list(targets)
        targets += [make(targets[0].shape) for make in FLOORS]
        starts = {t.server.name: measure.cold_start(t, effort.starts) for t in targets}
        for target in services:
            target.learn_suite(only=given.only)
        _say("measuring ...")
        found, others = _watched(targets, effort)
        report = table.Report(
            figures={key: measure.figures(samples) for key, samples in found.items()},
            queries=counts,
            memory={t.server.name: t.server.memory() for t in targets},
            starts=starts,
            machine=machine.described(os.environ.get("DATABASE_URL", ""))
            | {"used by others meanwhile": f"{others:.0%} of all cores"},
        )
    wrong = measure.complaints(found)
    print(table.text(report, markdown=given.markdown))
    _write(given, report.json())
    for line in wrong:
        _say(f"unexpected answers: {line}")
    return 1 if wrong else 0


def _watched(
    targets: list[Target],
    effort: Effort,
) -> tuple[dict[measure.Key, list[measure.Sample]], float]:
    """Measure; also return which part of the cores others used."""
    watch = machine.Watch.begin(target.server for target in targets)
    found = measure.rounds(targets, effort)
    others = watch.others()
    if measure.complaints(found):
        _say(targets[0].server.tail())
    return found, others


def _storm(given: argparse.Namespace) -> int:
    seconds = 3.0 if given.quick else given.seconds
    outcomes = []
    with servers(given, people=32, beside=[stock]) as targets:
        for target in targets:
            _say(f"a storm on {target.server.name} ...")
            target.server.start()
            target.learn_suite()
            outcomes.append(storm.measure(target, seconds=seconds))
            target.server.stop()
    rows = [outcome.row() for outcome in outcomes]
    print(table.grid(storm.HEADS, rows, markdown=given.markdown))
    heads = storm.HEADS
    _write(given, {"storm": [dict(zip(heads, row, strict=True)) for row in rows]})
    return 1 if outcomes[0].unexpected else 0


def _crowd(given: argparse.Namespace) -> int:
    _say(f"preparing {given.users} people ...")
    with servers(given, people=given.users) as (target,):
        target.server.start()
        target.learn_suite()
        _say("letting them in ...")
        outcome = crowd.gather(target, seconds=given.seconds, think=given.think)
        held = target.server.memory()
        if outcome.wrong:
            _say(target.server.tail())
    print(table.grid(crowd.HEADS, outcome.rows(), markdown=given.markdown))
    print(f"{outcome.users} users, {outcome.faults} faults (5xx but 503, or lost)")
    print(f"largest worker: {held.rss:.0f} MiB RSS, {held.pss:.0f} MiB PSS")
    rows = [dict(zip(crowd.HEADS, row, strict=True)) for row in outcome.rows()]
    _write(given, {"users": outcome.users, "faults": outcome.faults, "paths": rows})
    if outcome.wrong:
        _say(f"unexpected answers: {dict(outcome.wrong)} {outcome.example}")
    return 1 if outcome.wrong else 0


def _profile(given: argparse.Namespace) -> int:
    with servers(given, people=2) as (target,):
        count = "10" if given.path == "login" else "2000"
        print(target.inside("profile", given.path, count, rounds=12))
    return 0


def _write(
    given: argparse.Namespace,
    document: dict[str, Any],
) -> None:
    if given.json:
        Path(given.json).write_text(json.dumps(document, indent=2) + "\n")


def _end(
    number: int,
    frame: FrameType | None,
) -> None:
    raise KeyboardInterrupt


def main(arguments: list[str]) -> int:
    """Run what the command line asks for; return the exit code."""
    given = options(arguments)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _end)  # the servers are stopped, also in the background
    does = {"storm": _storm, "profile": _profile}.get(given.what, _table)
    try:
        return _crowd(given) if given.users else does(given)
    except CannotMeasure as fault:
        _say(f"cannot measure: {fault}")
        return 1
    except KeyboardInterrupt:
        _say("stopped")
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
