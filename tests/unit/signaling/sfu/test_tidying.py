"""The garbage collector waits for a calm moment, but not for ever."""

from __future__ import annotations

from signaling.sfu.tidying import AT_LEAST_EVERY, AT_MOST_EVERY, FEW_PACKETS, Tidying


def test_a_calm_worker_is_tidied_now_and_then_and_a_busy_one_seldom() -> None:
    now, packets, collected = [1000.0], [0], []

    def collect() -> int:
        collected.append(now[0])
        return 0

    tidying = Tidying(lambda: packets[0], lambda: now[0], collect)
    for _ in range(int(AT_MOST_EVERY) * 3):
        now[0] += 1
        tidying.look()
    assert collected == [1000 + AT_MOST_EVERY * each for each in (1, 2, 3)]
    packets[0] = FEW_PACKETS
    for _ in range(int(AT_LEAST_EVERY) * 2):
        now[0] += 1
        tidying.look()
    assert [each - collected[2] for each in collected[3:]] == [AT_LEAST_EVERY, 2 * AT_LEAST_EVERY]
