"""Reading in a child process: what comes back, its bounds, and that nothing it does reaches the caller."""

import resource
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from tests import hostile_readers
from vfm.errors import Invalid
from vfm.gateways import sandbox
from vfm.gateways.sandbox import BOUNDS, run

TOO_LONG = "takes too long and was stopped. Take out what is not needed, or split it."
DAMAGED = "This file is damaged. Open it in the program it was made with and save it again."


def refusal(reader, bounds=BOUNDS) -> list[str]:
    with pytest.raises(Invalid) as caught:
        run(reader, b"", "plan.xlsx", bounds)
    return [str(problem) for problem in caught.value.problems]


def test_what_the_function_gives_comes_back():
    raw = bytes(range(256)) * 1000
    for name in ("plan.xlsx", "–n'ame\n\0\ud800.xlsx", "long" * 100_000):
        assert run(hostile_readers.count, raw, name) == {name: 256_000}


def test_what_the_function_refuses_comes_back_whole():
    assert refusal(hostile_readers.refuse) == ["plan.xlsx: first: Wrong.", "plan.xlsx: second: Worse."]


def test_the_child_runs_under_every_bound():
    found = run(hostile_readers.limits, b"", "x")
    wanted = {"AS": BOUNDS.memory, "CPU": BOUNDS.seconds, "FSIZE": BOUNDS.result, "CORE": 0, "NPROC": 0}
    for kind, most in wanted.items():
        _, own = resource.getrlimit(getattr(resource, f"RLIMIT_{kind}"))
        bound = most if own == resource.RLIM_INFINITY else min(most, own)
        assert found[kind] == [bound, bound], kind


def test_the_child_knows_nothing_of_the_server(monkeypatch):
    monkeypatch.setenv("VFM_SECRET_KEY", "secret")
    assert set(run(hostile_readers.environment, b"", "x")) <= {*sandbox.KEPT, "LC_CTYPE"}
    assert run(hostile_readers.surroundings, b"", "x") == ["/", "1"]


def test_too_much_memory_is_one_problem():
    sentence = "Reading this file takes more than 512 MB of memory."
    assert refusal(hostile_readers.fill_memory) == [
        f"plan.xlsx: {sentence} Take out what is not needed, or split it."
    ]


def test_too_much_processor_time_is_one_problem():
    (problem,) = refusal(hostile_readers.loop, replace(BOUNDS, seconds=1))
    assert problem.endswith(TOO_LONG)


def test_waiting_too_long_is_one_problem():
    (problem,) = refusal(hostile_readers.sleep, replace(BOUNDS, waiting=1))
    assert problem.endswith(TOO_LONG)


@pytest.mark.parametrize("how", ["abort", "stumble", "recurse", "unwritable"])
def test_a_crash_is_one_problem(how):
    assert refusal(getattr(hostile_readers, how)) == [f"plan.xlsx: {DAMAGED}"]


def test_a_child_that_leaves_without_a_word_is_one_problem():
    assert refusal(hostile_readers.leave) == [f"plan.xlsx: {DAMAGED}"]


def test_too_long_an_answer_is_one_problem():
    assert refusal(hostile_readers.flood, replace(BOUNDS, result=1_000_000)) == [
        "plan.xlsx: This file holds too much to be read at once. Split it."
    ]


def test_the_log_names_the_kind_of_a_crash_and_none_of_the_files_words(caplog):
    refusal(hostile_readers.stumble)
    assert "KeyError at hostile_readers.py" in caplog.text
    assert "a secret of the file" not in caplog.text


def test_threads_wait_for_their_turn_and_each_gets_its_own():
    with ThreadPoolExecutor(6) as threads:
        found = list(threads.map(lambda i: run(hostile_readers.count, b"x" * i, str(i)), range(6)))
    assert found == [{str(i): i} for i in range(6)]


def test_no_free_place_is_one_problem():
    with ThreadPoolExecutor(sandbox.AT_ONCE) as threads:
        slow = [
            threads.submit(refusal, hostile_readers.sleep, replace(BOUNDS, waiting=3))
            for _ in range(sandbox.AT_ONCE)
        ]
        while sandbox._places._value:
            assert not any(job.done() for job in slow)
        assert refusal(hostile_readers.count, replace(BOUNDS, waiting=0)) == [
            "plan.xlsx: Other files are being read at the moment. Try again in a minute."
        ]
