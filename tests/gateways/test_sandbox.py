"""Reading in a child process: what comes back, its bounds, and that nothing it does reaches the caller."""

import resource
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from tests import hostile_readers
from vfm.errors import Invalid
from vfm.gateways import sandbox
from vfm.gateways.sandbox import BOUNDS, run, run_each

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


# --- many files ---------------------------------------------------------------------------------------------


def told(found) -> dict[str, object]:
    return {one.name: one.value if not one.problems else str(*one.problems) for one in found}


def test_a_file_that_ends_the_child_costs_itself_alone():
    files = [("a", b"1"), ("b", b"abort"), ("c", b"22"), ("d", b"memory"), ("e", b"refuse"), ("f", b"333")]
    much = "Reading this file takes more than 512 MB of memory. Take out what is not needed, or split it."
    assert told(run_each(hostile_readers.obey, files)) == {
        "a": 1,
        "b": f"b: {DAMAGED}",
        "c": 2,
        "d": f"d: {much}",
        "e": "e: Wrong.",
        "f": 3,
    }


def test_one_child_reads_file_after_file_until_the_next_takes_over(monkeypatch):
    monkeypatch.setattr(sandbox, "PER_CHILD", 2)
    read = told(run_each(hostile_readers.process, [(str(i), b"x" * i) for i in range(5)]))
    first, second, third = read["0"], read["2"], read["4"]
    assert list(read.values()) == [first, first, second, second, third]
    assert len({first, second, third}) == 3


def test_every_file_has_its_own_time():
    files = [("a", b"loop"), ("b", b"22"), ("c", b"sleep"), ("d", b"22")]
    found = told(run_each(hostile_readers.obey, files, replace(BOUNDS, seconds=1, waiting=3)))
    assert [found["b"], found["d"]] == [2, 2]
    assert str(found["a"]).endswith(TOO_LONG)
    assert str(found["c"]).endswith(TOO_LONG)


def test_each_is_handed_on_before_the_next_is_fetched():
    fetched = []

    def files():
        for name in "ab":
            fetched.append(name)
            yield name, b"1"

    each = run_each(hostile_readers.obey, files())
    assert next(each).value == 1
    assert fetched == ["a"]
    each.close()  # the child ends with it


def test_what_one_file_left_over_is_not_taken_for_the_next():
    files = [("long", b"x" * 1000), ("short", b"x")]
    assert told(run_each(hostile_readers.obey, files)) == {"long": 1000, "short": 1}
