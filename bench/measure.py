"""Interleaved rounds of closed loops, and the medians of them.

A machine is never quiet for long. Every round takes each path of each server in turn, the
order turning with the rounds, and a figure is the median of the rounds.
"""

import os
import time
from collections import Counter
from dataclasses import dataclass, field
from statistics import median
from typing import NamedTuple

from bench import floors
from bench.load import LOST, Answer, Connection, Engine
from bench.scenarios import HASHING, Person, Scenario
from bench.servers import Target

BCRYPT = "bcrypt alone"


@dataclass(frozen=True)
class Effort:
    """How much is measured: rounds, seconds of a path in one, sign-ins in one."""

    rounds: int
    seconds: float
    logins: int
    most: int = 20_000
    starts: int = 3


@dataclass
class Sample:
    """One path of one server in one round."""

    seconds: float
    cpu: float
    took: list[float]
    wrong: Counter[int] = field(default_factory=Counter)
    example: str = ""


class Key(NamedTuple):
    """Which path of which server."""

    path: str
    server: str


@dataclass
class Figures:
    """The medians of one path of one server; times in milliseconds."""

    rate: float
    p50: float
    p99: float
    cpu: float
    requests: int
    wrong: int


def percentile(
    took: list[float],
    part: float,
) -> float:
    """Return the time within which `part` of the answers came, in milliseconds."""
    if not took:
        return 0.0
    ordered = sorted(took)
    return ordered[min(int(len(ordered) * part), len(ordered) - 1)] * 1000


@dataclass
class Loop:
    """A closed loop: each person asks again as soon as they are answered."""

    engine: Engine
    scenario: Scenario
    sample: Sample
    left: int
    ends: float

    def ask(
        self,
        person: Person,
        connection: Connection,
    ) -> None:
        """Send the person's next request, unless the round is over."""
        if self.left <= 0 or time.perf_counter() >= self.ends:
            return
        request = self.scenario.ask(person)
        if request is None:
            return
        self.left -= 1

        def done(answer: Answer) -> None:
            self.sample.took.append(answer.seconds)
            if not self.scenario.accepts(person, answer):
                self.sample.wrong[answer.status] += 1
                self.sample.example = answer.body[:300].decode(errors="replace")
            if answer.status != LOST:
                self.ask(person, connection)

        self.engine.send(connection, request.encoded(), done)


def closed(
    target: Target,
    scenario: Scenario,
    *,
    seconds: float,
    most: int,
) -> Sample:
    """Run a closed loop of all people for some seconds, or `most` requests."""
    engine = Engine(target.server.port)
    sample = Sample(0.0, 0.0, [])
    spent, began = target.server.cpu(), time.perf_counter()
    loop = Loop(engine, scenario, sample, most, began + seconds)
    for person in target.cast.people[: scenario.connections]:
        loop.ask(person, Connection())
    engine.run(until=began)  # while anybody waits for an answer
    sample.seconds = time.perf_counter() - began
    sample.cpu = target.server.cpu() - spent
    engine.close()
    return sample


def hashing(
    effort: Effort,
    rounds: int,
) -> Sample:
    """Hash as many passwords as a round signs in, on all cores."""
    cores = os.cpu_count() or 1
    spent, began = time.process_time(), time.perf_counter()
    took = floors.hash_alone(effort.logins, rounds=rounds, threads=cores)
    return Sample(time.perf_counter() - began, time.process_time() - spent, took)


def rounds(
    targets: list[Target],
    effort: Effort,
) -> dict[Key, list[Sample]]:
    """Measure every path of every running server, round by round."""
    work = _in_turn(targets)
    for target, scenario in work:  # warm: caches, connections, imports
        closed(target, scenario, seconds=0.3, most=2 * len(target.cast.people))
    found: dict[Key, list[Sample]] = {}
    for number in range(effort.rounds):
        turn = number % len(work)
        for target, scenario in work[turn:] + work[:turn]:
            hashes = scenario.connections == HASHING
            most = effort.logins if hashes else effort.most
            seconds = 60 if hashes else effort.seconds
            sample = closed(target, scenario, seconds=seconds, most=most)
            if sample.took:
                key = Key(scenario.name, target.server.name)
                found.setdefault(key, []).append(sample)
            if scenario.name == "login" and target is targets[0]:
                alone = hashing(effort, target.shape.rounds)
                found.setdefault(Key("login", BCRYPT), []).append(alone)
    return found


def _in_turn(targets: list[Target]) -> list[tuple[Target, Scenario]]:
    """Return all work of a round: the same path of different servers side by side."""
    names = list(dict.fromkeys(name for t in targets for name in t.suite))
    return [(t, t.suite[name]) for name in names for t in targets if name in t.suite]


def figures(samples: list[Sample]) -> Figures:
    """Return the medians of some rounds."""
    return Figures(
        rate=median(len(s.took) / s.seconds for s in samples),
        p50=median(percentile(s.took, 0.50) for s in samples),
        p99=median(percentile(s.took, 0.99) for s in samples),
        cpu=median(s.cpu / len(s.took) * 1000 for s in samples),
        requests=sum(len(s.took) for s in samples),
        wrong=sum(s.wrong.total() for s in samples),
    )


def complaints(found: dict[Key, list[Sample]]) -> list[str]:
    """Return what went wrong, one line a path and server, with an example."""
    lines = []
    for key, samples in found.items():
        wrong: Counter[int] = sum((s.wrong for s in samples), Counter())
        if wrong:
            example = next((s.example for s in samples if s.example), "")
            lines.append(f"{key.server}, {key.path}: {dict(wrong)} {example}")
    return lines


def cold_start(
    target: Target,
    times: int,
) -> float:
    """Start a stopped server some times; return the median, and leave it running."""
    took = []
    for _ in range(times):
        target.server.stop()
        took.append(target.server.start())
    return median(took)
