"""How much it costs to check a template while it is designed: CPU of the checks, first and after one edit.

    python bench/checks.py [--questions 500] [--rounds 7]

Copies the ready service template side by side until it has so many questions, keys of its own in each copy,
and checks it: the first time in this process, then after one question was reworded, each time as a new value
read from its JSON. CPU is this process's own, the best of the rounds and their middle. Nothing is asserted.
"""

import argparse
import json
import re
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

from vfm.questionnaires import checks, document
from vfm.questionnaires.durations import estimated_minutes
from vfm.questionnaires.schema import Questionnaire

TEMPLATE = Path(__file__).parent.parent / "data" / "templates" / "service-vfm.yaml"
KEY = re.compile(r'"([A-Z]{3})(-\d\d|-[a-z-]+)?"')
"""Keys of sections, questions and checks where they stand as a whole JSON text."""


def copies(questions: int) -> dict[str, Any]:
    """The template's content, repeated under other keys until it asks so many questions."""
    content = document.to_json(document.parse(TEMPLATE.read_text(encoding="utf-8"), name=TEMPLATE.name))
    each = {part: json.dumps(content[part]) for part in ("sections", "checks")}
    sections: list[Any] = []
    rules: list[Any] = []
    for copy in range(-(-questions // sum(1 for _ in document.questions_in(content)))):
        for part, whole in (("sections", sections), ("checks", rules)):
            whole += json.loads(KEY.sub(lambda key, copy=copy: f'"{key[1]}{copy}{key[2] or ""}"', each[part]))
    for i, (_, question) in enumerate(document.questions_in({"sections": sections})):
        question["text"] += f" ({i})"
    return content | {"sections": sections, "checks": rules}


def cpu(work: Callable[[Questionnaire], object], content: dict[str, Any]) -> float:
    """Milliseconds of CPU for one piece of work on a questionnaire nobody has looked at yet."""
    questionnaire = document.from_json(content)
    start = time.process_time()
    work(questionnaire)
    return 1000 * (time.process_time() - start)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--questions", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=7)
    arguments = parser.parse_args()
    content = copies(arguments.questions)
    questionnaire = document.from_json(content)
    routed = sum(q.show_if is not None for q in questionnaire.questions.values())
    print(f"{len(questionnaire.questions)} questions, {routed} routed, {len(questionnaire.checks)} checks")
    print(f"errors and advice, the first time: {cpu(checks.findings, content):.1f} ms CPU")
    for name, work in (
        ("errors and advice", checks.findings),
        ("errors alone", checks.faults),
        ("minutes to complete", estimated_minutes),
    ):
        spent = []
        for i in range(arguments.rounds):
            content["sections"][0]["questions"][0]["text"] = (
                f"What does the service do, for whom and why? ({i})"
            )
            spent.append(cpu(work, content))
        print(f"{name}, after one edit: {min(spent):.1f} ms CPU at best, {median(spent):.1f} in the middle")


if __name__ == "__main__":
    main()
