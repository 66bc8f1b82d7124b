"""How hard a worker works: over seconds, and told only when it changes."""

from __future__ import annotations

from signaling.sfu.control import WorkerLoad
from signaling.sfu.counters import Counters
from signaling.sfu.strain import WINDOW, Strain


class Process:
    """A process whose seconds and CPU the test counts."""

    def __init__(self) -> None:
        self.now = self.cpu = 0.0
        self.counters = Counters()
        self.strain = Strain(self.counters, lambda: self.cpu, lambda: self.now)

    def second(self, cpu: float, packets: int = 0) -> WorkerLoad | None:
        self.now += 1.0
        self.cpu += cpu
        self.counters.packets_received += packets // 4
        self.counters.packets_forwarded += packets - packets // 4
        return self.strain.look()


def test_the_load_is_taken_over_some_seconds() -> None:
    process = Process()
    process.strain.look()
    for _ in range(5):
        process.second(0.5, 1000)
    assert process.strain.load == WorkerLoad(0.5, 1000)
    process.second(1.0, 6000)  # a moment
    assert process.strain.load == WorkerLoad(0.6, 2000)
    for _ in range(int(WINDOW)):
        process.second(0.1, 100)
    assert process.strain.load == WorkerLoad(0.1, 100)


def test_the_web_process_is_told_at_first_and_when_it_changes() -> None:
    process = Process()
    assert process.strain.look() == WorkerLoad(0.0, 0)
    told = [process.second(0.2, 100) for _ in range(20)]
    assert [each is None for each in told].index(True) <= 6
    assert not any(told[6:])
    process.strain.forget()
    assert process.second(0.2, 100) == WorkerLoad(0.2, 100)
