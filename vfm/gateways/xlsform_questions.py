"""The rows of an XLSForm's survey as questions of a template, with their rules."""

import re
import unicodedata
from collections import ChainMap
from collections.abc import Mapping
from dataclasses import dataclass, field

from vfm.gateways.xlsform_report import NOTHING, Report
from vfm.gateways.xlsform_rules import Asked, Names, NoCounterpart, Rule, arithmetic, condition, joined
from vfm.gateways.xlsform_tables import Row, Table
from vfm.questionnaires.question_checks import NAMES
from vfm.questionnaires.schema import Kind
from vfm.questionnaires.wording import did_you_mean

UNIT = "units"
"""Stands in where a number needs a unit, as forms have none."""
WRONG = "This answer cannot be right, or one that it depends on. Correct it."
IN_DESIGNER = "Write the rule in the designer if it is needed."
YES = frozenset({"yes", "y", "true", "true()", "1"})
NO = frozenset({"", "no", "n", "false", "false()", "0"})

SELECT = re.compile(
    r"(select[\s_]one[\s_]external|select[\s_]one|select1|select[\s_]multiple|select[\s_]all[\s_]that[\s_]apply)"
    r"(?:\s+from)?\s+(\S+)(\s+or[\s_](?:other|specify[\s_]other))?",
    re.IGNORECASE,
)
INSIDE, OUTSIDE = "choices", "external_choices"
FILES_AND_LINKS = "It is asked as evidence, to which files and links are given."
TICK = "It is asked as a yes/no question."
KINDS: dict[str, tuple[Kind, str]] = {
    "text": (Kind.TEXT, ""),
    "string": (Kind.TEXT, ""),
    "integer": (Kind.NUMBER, ""),
    "int": (Kind.NUMBER, ""),
    "decimal": (Kind.NUMBER, ""),
    "range": (Kind.NUMBER, ""),
    "date": (Kind.DATE, ""),
    "datetime": (Kind.DATE, "It is asked as a date, without the time of day."),
    "time": (Kind.TEXT, "It is asked as a text, as no question takes a time of day."),
    "barcode": (Kind.TEXT, "It is asked as a text, which is typed."),
    "acknowledge": (Kind.YES_NO, TICK),
    "trigger": (Kind.YES_NO, TICK),
    **dict.fromkeys(("image", "photo", "video", "audio", "file"), (Kind.EVIDENCE, FILES_AND_LINKS)),
}
"""Type -> the kind of question it becomes, and what is different."""
RECORDED = "Who answers, and when, is recorded without being asked."
ON_A_MAP = "No question takes a place on a map."
IN_A_FILE = "What it needs is in a file beside the form."
WITHOUT_QUESTION = {
    **dict.fromkeys(
        (
            *("start", "end", "today", "deviceid", "username", "email", "phonenumber"),
            *("simserial", "subscriberid", "audit"),
        ),
        RECORDED,
    ),
    **dict.fromkeys(("geopoint", "gps", "geotrace", "geoshape", "start_geopoint", "osm"), ON_A_MAP),
    **dict.fromkeys(("select_one_from_file", "select_multiple_from_file"), IN_A_FILE),
    **dict.fromkeys(("csv_external", "xml_external"), IN_A_FILE),
    "rank": "No question puts things in order.",
    "background_audio": "Nobody is recorded while answering.",
    "hidden": "Nothing is hidden from who answers.",
}
"""Type that is lost -> why."""


class LeftOut(ValueError):
    """A row that cannot be asked: why, and what to do."""

    def __init__(self, reason: str, cure: str = NOTHING) -> None:
        super().__init__(reason)
        self.reason = reason
        self.cure = cure


@dataclass(slots=True)
class Keys:
    """Keys of one kind, no two alike, capitals aside."""

    taken: set[str] = field(default_factory=set)

    def fresh(self, name: str, before: str) -> str:
        """The key nearest to a name that is not taken; `before` goes before one that has no letter first."""
        plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
        stem = re.sub(r"[^A-Za-z0-9_-]+", "-", plain).strip("-")
        stem = (stem if stem[:1].isalpha() else before + stem)[:40]
        key, number = stem, 1
        while key.casefold() in self.taken:
            number += 1
            key = f"{stem[: 39 - len(str(number))]}-{number}"
        self.taken.add(key.casefold())
        return key


def said(text: str) -> str:
    """Words with `${name}` as `[name]`, as a template does not put answers into its words."""
    return re.sub(r"\$\{\s*([^{}]*?)\s*\}", r"[\1]", text)


def first_word(row: Row) -> str:
    """The first word of a row's type: `select_one_from_file`, `text`."""
    words = row.text("type").lower().replace("-", "_").split()
    return words[0] if words else ""


def sentence(error: NoCounterpart) -> str:
    """The clause of a formula without counterpart as a sentence."""
    clause = str(error)
    return f"{clause[:1].upper()}{clause[1:]}."


class Choices:
    """The lists of choices of a form, each turned into options when it is first asked for."""

    def __init__(self, form: Mapping[str, Table], report: Report) -> None:
        self.report = report
        self._rows: dict[str, dict[str, list[Row]]] = {INSIDE: {}, OUTSIDE: {}}
        """Sheet -> list -> its rows."""
        self._made: dict[tuple[str, str], tuple[list[Rule], dict[str, str]]] = {}
        for sheet, lists in self._rows.items():
            for row in form[sheet].rows() if sheet in form else ():
                lists.setdefault(row.text("list_name"), []).append(row)

    def of(self, sheet: str, name: str) -> tuple[list[Rule], dict[str, str]]:
        """Options of a list on a sheet, and name of each choice -> key of the option.

        Raises:
            LeftOut: there is no such list.
        """
        lists = self._rows[sheet]
        if name not in lists:
            cure = did_you_mean(name, lists, f"Add it to the sheet {sheet}.")
            raise LeftOut(f"There is no list of choices “{name}”.", cure)
        if (sheet, name) not in self._made:
            self._made[sheet, name] = self._options(lists[name])
        return self._made[sheet, name]

    def is_yes_no(self, sheet: str, name: str) -> bool:
        """True for a list of yes and no under these names and words."""
        rows = self._rows[sheet][name]
        names, labels = ({row.text(column).casefold() for row in rows} for column in ("name", "label"))
        return len(rows) == 2 and names == labels == {"yes", "no"}

    def report_unused(self) -> None:
        """A line for each list that no question uses."""
        for sheet, lists in self._rows.items():
            for name in lists:
                if (sheet, name) not in self._made:
                    place, reason = (
                        lists[name][0].place("list_name"),
                        "No question that is taken over uses it.",
                    )
                    self.report.lost(place, f"List of choices “{name}”", reason)

    def _options(self, rows: list[Row]) -> tuple[list[Rule], dict[str, str]]:
        options, by_name, keys = [], dict[str, str](), Keys()
        for row in rows:
            name = row.text("name")
            if not name or name in by_name:
                reason = "Its name stands further up." if name else "It has no name."
                self.report.lost(row.place("name"), f"Choice “{name}”", reason, "Give it a name of its own.")
                continue
            by_name[name] = key = keys.fresh(name, "o")
            options.append({"key": key, "label": said(row.text("label")) or name})
            self.report.words(row, f"choice “{name}”")
            if key != name:
                self.report.changed(row.place("name"), f"Choice “{name}”", f"Its key is {key}.")
        return options, by_name


@dataclass(frozen=True, slots=True)
class Made:
    """A question made from a row, before it has its key.

    Attributes:
        fields: of the question.
        options: name of a choice -> key of the option.
        difference: from what the row asked, as a sentence; empty for none.
        offers_other: True when it takes an answer in other words.
    """

    fields: Rule
    options: Mapping[str, str] = field(default_factory=dict)
    difference: str = ""
    cure: str = NOTHING
    offers_other: bool = False
    constraint: str = ""


@dataclass(frozen=True, slots=True)
class Constraint:
    """A formula that an answer has to fulfil, and the column it comes from."""

    row: Row
    column: str
    formula: str
    name: str
    asked: Asked

    @property
    def place(self) -> str:
        """Its cell."""
        return self.row.place(self.column)


class Questions:
    """Turns rows into questions, one after the other, and remembers what rules may name."""

    def __init__(self, form: Mapping[str, Table], report: Report) -> None:
        self.report = report
        self.places: dict[str, str] = {}
        """Key of a question or check -> its cell; `KEY show_if` -> that of its condition."""
        self._choices = Choices(form, report)
        self._form = frozenset(row.text("name") for row in form["survey"].rows())
        self._asked: dict[str, Asked] = {}
        self._keys, self._check_keys = Keys(), Keys()
        self._constraints: list[Constraint] = []

    def of(self, row: Row, routing: list[Rule | bool], by: str) -> list[Rule]:
        """The question of a row, and the one for other words where it offers "other"; empty when it is lost.

        Args:
            row: of the survey, neither a note nor a group.
            routing: conditions of the groups around it.
            by: name of the parts it is asked for, empty for none.
        """
        name = row.text("name") or row.text("label")
        try:
            made = self._made(row)
        except LeftOut as left:
            self.report.lost(row.place("type"), f"“{name}”", left.reason, left.cure)
            return []
        shown = joined([*routing, *self.relevant(row, f"“{name}”")])
        if shown is False:
            reason = "Its condition is never true, so it would never be asked."
            self.report.lost(row.place("type"), f"“{name}”", reason)
            return []
        question = self._written(row, name, made, by)
        question |= {"show_if": shown} if isinstance(shown, dict) else {}
        question |= {"by": by} if by else {}
        return [question, *(self._other(name, question) if made.offers_other else ())]

    def relevant(self, row: Row, what: str) -> list[Rule | bool]:
        """The condition of a row; none where it has none or it is lost."""
        formula = row.text("relevant")
        if not formula:
            return []
        try:
            return [condition(formula, self._names(row))]
        except NoCounterpart as error:
            reason = f"{sentence(error)} It is asked always."
            self.report.lost(row.place("relevant"), f"Condition of {what}", reason, IN_DESIGNER)
            return []

    def checks(self) -> list[Rule]:
        """A check for each constraint; to be asked for when all questions are made."""
        self._choices.report_unused()
        return [check for constraint in self._constraints for check in self._check(constraint)]

    def _check(self, constraint: Constraint) -> list[Rule]:
        place, what = constraint.place, f"Constraint of “{constraint.name}”"
        known = ChainMap({constraint.name: constraint.asked}, self._asked)
        try:
            must = condition(constraint.formula, Names(known, self._form, constraint.name))
        except NoCounterpart as error:
            self.report.lost(place, what, sentence(error), IN_DESIGNER)
            return []
        if not isinstance(must, dict):
            self.report.lost(place, what, "It does not depend on any answer.")
            return []
        key = self._check_keys.fresh(f"{constraint.asked.key[:34]}-check", "check-")
        self.places[key] = place
        say = said(constraint.row.text("constraint_message"))
        if say:
            self.report.kept(place, what, "It is a check.")
        else:
            cure = "Write what is to be read where it does not hold."
            self.report.changed(place, what, "It is a check; it had no message.", cure)
        return [{"key": key, "must": must, "say": say or WRONG, "at": constraint.asked.key}]

    def _names(self, row: Row) -> Names:
        return Names(self._asked, self._form, row.text("name"))

    # --- one question -------------------------------------------------------------------------------------

    def _made(self, row: Row) -> Made:
        """What a row asks, by its type.

        Raises:
            LeftOut: nothing of ours asks for it.
        """
        kind = first_word(row)
        select = SELECT.fullmatch(row.text("type"))
        if kind in WITHOUT_QUESTION:
            raise LeftOut(WITHOUT_QUESTION[kind])
        if select and kind != "rank":
            return self._select(row, select)
        if kind == "calculate" or (row.text("calculation") and kind in KINDS):
            return self._derived(row)
        if kind not in KINDS:
            cure = did_you_mean(
                kind, [*KINDS, "select_one", "select_multiple"], "Use a type of the standard."
            )
            raise LeftOut(f"The type “{row.text('type')}” is not known." if kind else "It has no type.", cure)
        found, difference = KINDS[kind]
        return self._number(row) if found is Kind.NUMBER else Made({"kind": found}, difference=difference)

    def _number(self, row: Row) -> Made:
        fields = {"kind": Kind.NUMBER, "unit": UNIT}
        bounds = self._range(row) if first_word(row) == "range" else ""
        difference = f"It is a number in “{UNIT}”, as every number has a unit."
        return Made(fields, difference=difference, cure="Write the right unit.", constraint=bounds)

    def _derived(self, row: Row) -> Made:
        try:
            reckoned = arithmetic(row.text("calculation"), self._names(row))
        except NoCounterpart as error:
            raise LeftOut(f"Its calculation is lost. {sentence(error)}", IN_DESIGNER) from None
        difference = f"It is a derived number in “{UNIT}”, and shown, as every derived number is."
        fields = {"kind": Kind.NUMBER, "unit": UNIT, "derived": reckoned}
        return Made(fields, difference=difference, cure="Write the right unit.")

    def _select(self, row: Row, select: "re.Match[str]") -> Made:
        sheet = OUTSIDE if select[1].lower().endswith("external") else INSIDE
        options, by_name = self._choices.of(sheet, select[2])
        offers_other = bool(select[3]) and "other" not in by_name
        if len(options) + offers_other < 2:
            raise LeftOut("There is only one choice.", "Give it two, or ask yes or no.")
        is_one = re.match(r"select([\s_]one|1)", select[1], re.IGNORECASE)
        if row.text("choice_filter"):
            reason = "Choices do not depend on other answers: all of the list are offered."
            self.report.lost(row.place("choice_filter"), f"Filter of “{row.text('name')}”", reason)
        if is_one and not offers_other and self._choices.is_yes_no(sheet, select[2]):
            return Made({"kind": Kind.YES_NO}, {name: name.lower() for name in by_name})
        kind = Kind.SINGLE_CHOICE if is_one else Kind.MULTI_CHOICE
        if not offers_other:
            return Made({"kind": kind, "options": options}, by_name)
        other = Keys({option["key"].casefold() for option in options}).fresh("other", "o")
        fields = {"kind": kind, "options": [*options, {"key": other, "label": "Other"}]}
        difference = "“Other” is one of its options, with a question after it for the words."
        return Made(fields, {**by_name, "other": other}, difference, offers_other=True)

    def _written(self, row: Row, name: str, made: Made, by: str) -> Rule:
        """The question with its key, words and rules, put down in the report."""
        key = self._keys.fresh(name, "q-")
        text = said(row.text("label"))
        question: Rule = {"key": key, "text": text or name or key, **made.fields}
        guidance = "\n\n".join(filter(None, map(said, (row.text("hint"), row.text("guidance_hint")))))
        question |= {"help": guidance} if guidance else {}
        question |= {"required": True} if self._is_required(row, name) else {}
        self.places[key] = row.place("type")
        self.places[f"{key} show_if"] = row.place("relevant")
        self._report(row, name, key, made)
        self._remember(row, name, Asked(key, made.fields["kind"], made.options), made.constraint, by)
        return question

    def _remember(self, row: Row, name: str, asked: Asked, bounds: str, by: str) -> None:
        """What rules may name, and what an answer has to fulfil; neither for what is asked by part."""
        if not by:
            self._asked.setdefault(name, asked)
        for column, formula in (("parameters", bounds), ("constraint", row.text("constraint"))):
            if formula and not by:
                self._constraints.append(Constraint(row, column, formula, name, asked))
            elif formula:
                reason = "Rules work on the sum of what is asked by part."
                self.report.lost(row.place(column), f"Constraint of “{name}”", reason)

    def _report(self, row: Row, name: str, key: str, made: Made) -> None:
        if made.difference:
            self.report.changed(row.place("type"), f"“{name}”", made.difference, made.cure)
        else:
            self.report.kept(row.place("type"), f"“{name}”", f"It is {NAMES[made.fields['kind']]}.")
        if key != row.text("name"):
            reason = f"Its key is {key}, as keys are letters, digits, - and _, and no two are alike."
            if name in self._asked:
                reason += " Rules that name it mean the one further up."
            self.report.changed(row.place("name"), f"Name of “{name}”", reason)
        if not row.text("label"):
            reason = "It has no label, so its name is shown."
            self.report.changed(row.place("label"), f"Words of “{name}”", reason, "Write the question.")
        self.report.words(row, f"“{name}”")
        self._report_losses(row, name)

    def _report_losses(self, row: Row, name: str) -> None:
        if row.text("default"):
            reason = "Questions start blank, so that nobody sends what nobody has looked at."
            self.report.lost(row.place("default"), f"Default of “{name}”", reason)
        if row.text("parameters") and first_word(row) != "range":
            reason = "A template has nothing like them."
            self.report.lost(row.place("parameters"), f"Parameters of “{name}”", reason)
        if row.text("constraint_message") and not row.text("constraint"):
            reason = "There is no constraint it belongs to."
            self.report.lost(row.place("constraint_message"), f"Message of “{name}”", reason)

    def _is_required(self, row: Row, name: str) -> bool:
        written = row.text("required")
        if written.lower() in YES | NO:
            return written.lower() in YES
        reason = "A question is required always or never: this one is not."
        self.report.lost(row.place("required"), f"Required of “{name}”", reason)
        return False

    def _range(self, row: Row) -> str:
        """The bounds of a range as a constraint; its step is lost."""
        given = dict(re.findall(r"(\w+)\s*=\s*(-?[\d.]+)", row.text("parameters")))
        if given.get("step", "1") != "1":
            what = f"Step of “{row.text('name')}”"
            self.report.lost(row.place("parameters"), what, "A number has no steps.")
        return f". >= {given.get('start', '0')} and . <= {given.get('end', '10')}"

    def _other(self, name: str, question: Rule) -> list[Rule]:
        """The question for what “Other” is."""
        is_one = question["kind"] is Kind.SINGLE_CHOICE
        chosen = {
            "question": question["key"],
            "equals" if is_one else "contains": question["options"][-1]["key"],
        }
        key = self._keys.fresh(f"{name[:34]}_other", "q-")
        self._asked.setdefault(f"{name}_other", Asked(key, Kind.TEXT))
        self.places[key] = self.places[question["key"]]
        text = f"{question['text']} Other: please specify"
        return [{"key": key, "text": text, "kind": Kind.TEXT, "show_if": chosen}]
