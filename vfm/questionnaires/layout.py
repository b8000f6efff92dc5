"""A template laid out as sheets: what each sheet and column holds, for whoever writes them or reads them.

A column's `field` is the schema's name for what stands in it, dotted where it stands deeper (`points.yes`).
Columns that are no field say to what a row belongs: `section`, `question`, `inside`, `set`, `list` ...
"""

from dataclasses import dataclass

from vfm.questionnaires import cells
from vfm.questionnaires.cells import Form


@dataclass(frozen=True, slots=True)
class Column:
    """One column, or one line of the sheet `Template`.

    Attributes:
        help: what to write, in words for a performance officer.
        is_needed: blank cells are refused.
        names: the sheet whose keys may stand here, for a drop-down.
        width: in characters.
    """

    heading: str
    field: str
    form: Form
    help: str
    is_needed: bool = False
    names: str = ""
    width: int = 14


@dataclass(frozen=True, slots=True)
class Layout:
    """One sheet.

    Attributes:
        about: what its rows are.
        key: heading of the column whose cells others may name.
        held: columns that stay in sight when scrolling to the right.
    """

    name: str
    about: str
    columns: tuple[Column, ...]
    key: str = ""
    held: int = 1

    @property
    def by_heading(self) -> dict[str, Column]:
        """Heading in small letters -> column."""
        return {column.heading.casefold(): column for column in self.columns}


README = "Read me"
TEMPLATE, SECTIONS, QUESTIONS = "Template", "Sections", "Questions"
PILOT, OPTIONS, LEVELS, SCALES = "Pilot questions", "Options", "Levels", "Scales"
PARTS, GRADES, BANDS, CHECKS, CAPS = "Parts", "Evidence grades", "Bands", "Checks", "Caps"
LISTS, ROWS = "Rule lists", "Rule rows"
TRANSLATIONS = "Translations"
NEEDED = (TEMPLATE, SECTIONS, QUESTIONS)
"""Sheets without which there is no template; any other may be taken out when it is empty."""

FIELDS = (
    Column("Format", "schema", cells.TEXT, "Leave as it is: it tells which program wrote this workbook."),
    Column("Key", "key", cells.KEY, "The template's short name: letters, figures, - and _.", True),
    Column("Title", "title", cells.TEXT, "What people see at the top.", True),
    Column("Version", "version", cells.WHOLE, "The number of this version; the store numbers its own."),
    Column("Unit", "unit", cells.UNIT, "What is assessed: service, authority or topic."),
    Column("Pages", "pages", cells.PAGES, "What one page asks: a section or a question."),
    Column("Guidance", "guidance", cells.TEXT, "What to read before starting. May use Markdown."),
    Column("Completed by", "people.completed_by", cells.TEXT, "The post that answers."),
    Column("Contributors", "people.contributors", cells.LINES, "Posts that help, one a line."),
    Column("Fact-checked by", "people.fact_checked_by", cells.TEXT, "The post that checks the figures."),
    Column("Signed off by", "people.signed_off_by", cells.TEXT, "The post that signs off."),
    Column("Challenged by", "people.challenged_by", cells.TEXT, "Who challenges the answers."),
    Column("Sponsor", "people.sponsor", cells.TEXT, "Who asked for the assessment."),
    Column("Reported to", "people.reported_to", cells.LINES, "Who gets the result, one a line."),
    Column("Group response", "is_group_response", cells.YES_NO, "yes: each member answers alone first."),
    Column("Sign-off", "sign_off", cells.SIGN_OFF, "Who signs last: director or executive_director."),
    Column("Duration in weeks", "typical_duration_weeks", cells.WHOLE, "How long it usually takes."),
    Column("In scope", "scope.inside", cells.LINES, "For a deep dive: what is looked at, one a line."),
    Column("Out of scope", "scope.outside", cells.LINES, "For a deep dive: what is left alone, one a line."),
    Column("Outputs", "outputs", cells.LINES, "What comes out of it, one a line."),
    Column("Scoring method", "scoring.method", cells.METHOD, "How answers become scores."),
    Column(
        "Section minimum",
        "scoring.section_minimum",
        cells.FIGURE,
        "Share of a section's weight answered, 0 to 1, below which it has no score.",
    ),
    Column(
        "Overall minimum",
        "scoring.overall_minimum",
        cells.FIGURE,
        "Share of the whole answered, 0 to 1, from which there is an overall score.",
    ),
    Column(
        "N/A flag",
        "scoring.na_flag",
        cells.FIGURE,
        "Share of weight not applicable, 0 to 1, above which a challenge is called for.",
    ),
    Column(
        "Critical limit",
        "scoring.critical_limit",
        cells.POINTS,
        "What a critical question at its lowest level caps its section at, 0 to 100.",
    ),
    Column("Overall score", "scoring.has_overall", cells.YES_NO, "no: the profile of sections only."),
    Column(
        "Comments on questions",
        "pilot_feedback.per_question",
        cells.YES_NO,
        "yes: a pilot offers a comment on every question.",
    ),
)
"""The lines of the sheet `Template`."""

_QUESTION = (
    Column("Key", "key", cells.KEY, "The question's stable name, such as ECO-01.", True),
    Column("Words", "text", cells.TEXT, "The question as it is asked.", True, width=50),
    Column("Guidance", "help", cells.TEXT, "Shown under the words. May use Markdown.", width=40),
    Column("Kind", "kind", cells.KIND, "What sort of answer it takes.", True),
    Column("Required", "required", cells.FLAG, "yes: it cannot be left blank.", width=9),
    Column("Weight", "weight", cells.FIGURE, "Relative inside its section; blank: not scored.", width=8),
    Column("Critical", "critical", cells.FLAG, "yes: at its lowest level it caps its section.", width=9),
    Column(
        "N/A allowed",
        "na_allowed",
        cells.YES_NO,
        "May it be set aside as not applicable? Blank: yes, unless critical.",
        width=9,
    ),
    Column("Scale", "scale", cells.KEY, "Scale: its name; blank is the first.", names=SCALES),
    Column("Points for yes", "points.yes", cells.POINTS, "Yes/no: blank is 100 and 0.", width=9),
    Column("Points for no", "points.no", cells.POINTS, "Yes/no: blank is 100 and 0.", width=9),
    Column("Unit", "unit", cells.TEXT, "Number: such as FTE. Money: GBP or GBP per year."),
    Column("By", "by", cells.KEY, "Figure: asked once for each part of this set.", names=PARTS),
    Column("Max words", "max_words", cells.WHOLE, "Text: the most words.", width=8),
    Column("Min items", "min_items", cells.WHOLE, "Evidence: the fewest pieces.", width=8),
    Column("Shown when", "show_if", cells.CONDITION, "A condition on earlier questions.", width=35),
    Column("Worked out from", "derived", cells.OPERATION, "Figure: a calculation.", width=25),
    Column("Feeds", "feeds", cells.FEED, "What the answer supplies to the ranking.", width=18),
    Column("Becomes", "becomes", cells.BECOMES, "Text: what the answer turns into.", width=18),
)

LAYOUTS = (
    Layout(
        TEMPLATE,
        "What the template is, who takes part and how it is scored: one line for each field.",
        (
            Column("Field", "field", cells.TEXT, "Leave as it is.", True, width=24),
            Column("Value", "value", cells.TEXT, "Fill in; blank is the usual.", True, width=70),
            Column("What to write", "help", cells.TEXT, "For reading; not taken in.", width=60),
        ),
    ),
    Layout(
        SECTIONS,
        "One row for each section, in order. A section inside another names it under Inside.",
        (
            Column("Key", "key", cells.KEY, "The section's stable name, such as ECO.", True),
            Column("Title", "title", cells.TEXT, "What people see.", True, width=40),
            Column("Inside", "inside", cells.KEY, "Key of the section that holds it.", names=SECTIONS),
            Column("Weight", "weight", cells.FIGURE, "Relative to its neighbours; blank is 0.", width=8),
            Column("Critical", "critical", cells.FLAG, "yes: looked at first.", width=9),
            Column("Purpose", "purpose", cells.TEXT, "Why it is asked.", width=40),
            Column("Hypothesis", "hypothesis", cells.TEXT, "What is thought to be so.", width=40),
            Column("Frameworks", "frameworks", cells.LINES, "Tags, one a line.", width=25),
            Column(
                "Statuses",
                "rule_table.statuses",
                cells.LINES,
                "Rule table: its statuses, worst first, one a line.",
                width=25,
            ),
            Column(
                "Required status", "rule_table.minimum", cells.TEXT, "Rule table: the least wanted.", width=18
            ),
        ),
        "Key",
    ),
    Layout(
        QUESTIONS,
        "One row for each question; inside a section in the order of the rows.",
        (
            Column("Section", "section", cells.KEY, "Key of its section.", True, names=SECTIONS),
            *_QUESTION,
        ),
        "Key",
        held=2,
    ),
    Layout(
        OPTIONS,
        "What can be chosen in a single or multiple choice: one row for each option, in order.",
        (
            Column("Question", "question", cells.KEY, "Key of its question.", True, names=QUESTIONS),
            Column("Key", "key", cells.KEY, "The option's stable name.", True, width=24),
            Column("Words", "label", cells.TEXT, "What people choose.", True, width=60),
            Column("Points", "points", cells.POINTS, "Scored single choice: 0 to 100.", width=9),
            Column("Exclusive", "exclusive", cells.FLAG, "yes: chosen alone or not at all.", width=9),
        ),
        held=2,
    ),
    Layout(
        SCALES,
        "Named levels that questions are answered on: one row for each level, the lowest first.",
        (
            Column("Scale", "scale", cells.KEY, "The scale's stable name.", True, width=18),
            Column("Level", "level", cells.WHOLE, "1, 2, 3 ...", True, width=8),
            Column("Name", "name", cells.TEXT, "What the level is called.", True, width=40),
            Column("Points", "points", cells.POINTS, "0 to 100; blank on all: equal steps.", width=9),
        ),
        "Scale",
        held=2,
    ),
    Layout(
        LEVELS,
        "What each level means for one question, where the scale's own names do not say enough.",
        (
            Column("Question", "question", cells.KEY, "Key of a scale question.", True, names=QUESTIONS),
            Column("Level", "level", cells.WHOLE, "1, 2, 3 ...", True, width=8),
            Column("Words", "words", cells.TEXT, "The level descriptor.", True, width=70),
        ),
        held=2,
    ),
    Layout(
        PARTS,
        "Sets of parts: a figure asked by a set is asked once for each part.",
        (
            Column("Set", "set", cells.KEY, "The set's stable name, such as cohorts.", True, width=18),
            Column("Key", "key", cells.KEY, "The part's stable name.", True, width=24),
            Column("Words", "words", cells.TEXT, "What people see.", True, width=60),
        ),
        "Set",
        held=2,
    ),
    Layout(
        BANDS,
        "The words for a score, from the lowest band up. The first starts at 0.",
        (
            Column("Name", "name", cells.TEXT, "What the band is called.", True, width=40),
            Column("From", "minimum", cells.FIGURE, "The lowest score in it, 0 to 100.", True, width=9),
            Column("Colour", "colour", cells.COLOUR, "Beside the name, never the only sign.", True),
        ),
    ),
    Layout(
        CHECKS,
        "Rules across answers that must hold before sending.",
        (
            Column("Key", "key", cells.KEY, "The check's stable name.", True, width=18),
            Column("Must hold", "must", cells.CONDITION, "A condition.", True, width=50),
            Column("Message", "say", cells.TEXT, "What people read when it does not hold.", True, width=60),
            Column("Shown at", "at", cells.KEY, "Key of a question.", True, names=QUESTIONS),
        ),
    ),
    Layout(
        CAPS,
        "Limits on a section's score.",
        (
            Column("Section", "section", cells.KEY, "Key of its section.", True, names=SECTIONS),
            Column("Key", "key", cells.KEY, "The cap's stable name.", True, width=18),
            Column("When", "when", cells.CONDITION, "A condition.", True, width=50),
            Column("At most", "limit", cells.POINTS, "The highest score it leaves, 0 to 100.", True, width=9),
            Column("Reason", "reason", cells.TEXT, "What people read.", True, width=60),
        ),
        held=2,
    ),
    Layout(
        LISTS,
        "Method rule_table: lists of yes/no questions; each comes to all, some or none.",
        (
            Column("Section", "section", cells.KEY, "Key of its section.", True, names=SECTIONS),
            Column("List", "list", cells.KEY, "The list's stable name.", True, width=18),
            Column("Questions", "questions", cells.KEYS, "Keys with commas between them.", width=60),
        ),
        held=2,
    ),
    Layout(
        ROWS,
        "Method rule_table: the status for every combination, each exactly once.",
        (
            Column("Section", "section", cells.KEY, "Key of its section.", True, names=SECTIONS),
            Column("Lists", "lists", cells.COLLAPSED, "all, some or none for each list in order.", width=30),
            Column("Status", "status", cells.TEXT, "The status that follows.", True, width=40),
        ),
    ),
    Layout(
        GRADES,
        "Words of this template for an evidence grade, where the built-in ones do not fit.",
        (
            Column("Grade", "grade", cells.GRADE, "none, assertion, documented or verified.", True),
            Column("Words", "words", cells.TEXT, "What people see.", True, width=60),
        ),
    ),
    Layout(PILOT, "What a pilot asks about the whole, once before sending.", _QUESTION),
    Layout(
        TRANSLATIONS,
        "The words in Welsh: one row for each text that has some. A row without words is left out.",
        (
            Column("Language", "language", cells.KEY, "cy for Welsh.", True, width=10),
            Column("Place", "place", cells.TEXT, "Leave as it is: where the words belong.", True, width=34),
            Column("English", "english", cells.TEXT, "For reading; not taken in.", width=60),
            Column("Words", "words", cells.TEXT, "The same in the other language.", width=60),
        ),
        held=2,
    ),
)
"""Every sheet, in the order of the workbook."""
BY_NAME = {layout.name: layout for layout in LAYOUTS}
