"""Work that is shared among processes comes back in its order."""

import os
import time

import pytest

from layerwise.cli import processes
from layerwise.cli.processes import ProcessDiedError, in_order, processes_for


def slow_for_the_first(number: int) -> tuple[int, int]:
    time.sleep(0.05 if number == 0 else 0)
    return number, os.getpid()


def die_at_three(number: int) -> int:
    if number == 3:
        os._exit(7)
    return number


@pytest.mark.parametrize("count", [1, 2, 3])
def test_results_come_in_order(count: int) -> None:
    results = list(in_order(slow_for_the_first, range(40), processes=count))
    assert [number for number, _ in results] == list(range(40))
    assert len({process for _, process in results}) == count


def test_a_process_that_dies_is_noticed() -> None:
    with pytest.raises(ProcessDiedError, match="status 7"):
        list(in_order(die_at_three, range(8), processes=2))


def test_who_stops_early_leaves_no_process_behind() -> None:
    results = in_order(slow_for_the_first, range(400), processes=2)
    _, process = next(results)
    results.close()
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)


def test_few_small_files_are_worth_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "_processors", lambda: 4)
    sizes = {"small": 1_000, "large": 10_000_000}
    monkeypatch.setattr(processes, "_size", lambda path: sizes[path])
    assert processes_for(["small"] * 5) == 1
    assert processes_for(["large"]) == 1
    assert processes_for(["large", "small"]) == 2
    assert processes_for(["large"] * 9) == 4
