"""The figures of ``bench-forward`` are those of the run, or of the two runs, in the middle."""

from __future__ import annotations

import random
import statistics
import sys
from dataclasses import asdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signaling.load.figures import Delivery
from tests.bench import forward, janus
from tests.bench.forward import Measured, median_of

ONE_CENT = 1e-5
"""Figures are rounded to five places."""


def figures(target: st.SearchStrategy[str], cipher: st.SearchStrategy[str]) -> st.SearchStrategy[Measured]:
    share, milliseconds = st.floats(0, 1), st.floats(0, 1000)
    return st.builds(
        Measured, target=target, cipher=cipher, packets_per_s=st.integers(0, 200_000),
        us_per_packet=st.floats(0.1, 100), cpu=share, p50_ms=milliseconds, p99_ms=milliseconds, delivered=share,
        unreadable=st.integers(0, 1000), load_cpu=share,
    )  # fmt: skip


WANTED = st.lists(figures(st.just("worker"), st.just("gcm")), min_size=1, max_size=9)
OTHERS = st.lists(
    st.one_of(
        figures(st.sampled_from(["janus", "worker+tap"]), st.just("gcm")), figures(st.just("worker"), st.just("cm"))
    ),
    max_size=6,
)


@given(WANTED, OTHERS, st.randoms(use_true_random=False))
def test_it_is_the_median_of_the_runs_of_this_target_and_cipher_in_any_order(
    wanted: list[Measured], others: list[Measured], chooser: random.Random
) -> None:
    runs = [*wanted, *others]
    chooser.shuffle(runs)
    found = median_of(runs, "worker", "gcm")
    assert (found.target, found.cipher) == ("worker", "gcm")
    assert found.us_per_packet == pytest.approx(statistics.median(run.us_per_packet for run in wanted), abs=ONE_CENT)


@given(WANTED)
def test_its_figures_belong_together(wanted: list[Measured]) -> None:
    found = asdict(median_of(wanted, "worker", "gcm"))
    ordered = sorted(wanted, key=lambda run: run.us_per_packet)
    lower, upper = asdict(ordered[(len(ordered) - 1) // 2]), asdict(ordered[len(ordered) // 2])
    for name in ("cpu", "p50_ms", "p99_ms", "delivered", "load_cpu"):
        assert found[name] == pytest.approx((lower[name] + upper[name]) / 2, abs=ONE_CENT)
    for name in ("packets_per_s", "unreadable"):
        assert isinstance(found[name], int)
        assert min(lower[name], upper[name]) <= found[name] <= max(lower[name], upper[name])


def test_of_nothing_there_is_no_median() -> None:
    with pytest.raises(IndexError):
        median_of([], "worker", "gcm")


def test_without_janus_it_says_what_is_missing_and_measures_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["forward"])
    monkeypatch.setattr(janus, "PROGRAM", "/nowhere/janus")
    with pytest.raises(SystemExit) as left:
        forward.main()
    shown = capsys.readouterr()
    assert left.value.code == 2 and not shown.out
    assert "Install Debian's package janus" in shown.err


def test_the_ratio_is_the_worse_of_the_two_ciphers() -> None:
    costs = {("worker", "gcm"): 9, ("worker+tap", "gcm"): 12, ("janus", "gcm"): 24,
             ("worker", "cm"): 10, ("worker+tap", "cm"): 15, ("janus", "cm"): 20}  # fmt: skip
    runs = [Measured(*key, 20_000, cost, 0.5, 0.5, 5.0, 1.0, 0, 0.1) for key, cost in costs.items()]
    floor = Delivery(1, 1, 1.0, 0, 0.1, 0.2)
    told = forward.summary(runs, ["worker", "worker+tap", "janus"], ["gcm", "cm"], floor)
    assert (told["ratio_to_janus"], told["ratios"]) == (0.75, {"gcm": 0.5, "cm": 0.75})
    assert "ratio_to_janus" not in forward.summary(runs, ["worker", "worker+tap"], ["gcm"], floor)
