"""How the figures of a result come about, in words and sums that can be done again by hand."""

from vfm.questionnaires.schema import Method, Questionnaire
from vfm.reports.result import points, six_places
from vfm.scoring.methods import METHODS
from vfm.scoring.rules import ListWorking
from vfm.scoring.working import Figure, Sum

FIGURES: dict[Figure, tuple[str, str]] = {
    "score": ("Score", "Points"),
    "low": ("Lowest still possible", "Points, gaps at their lowest"),
    "high": ("Highest still possible", "Points, gaps at their highest"),
    "completeness": ("Answered", "Answered 1, not 0"),
    "confidence": ("Evidence", "Grade, not answered 0"),
}
"""Figure -> its name, what a question's value in it is."""

OVERALL = {
    Method.WEIGHTED_MEAN: "The overall is the same sum over the sections, each with its weight.",
    Method.MEAN_OF_MEANS: "The overall is the same sum over the sections, each counting the same.",
    Method.SUM: "The overall is the same sum over all answered questions, whatever their section.",
}
"""Method -> how the sections come together."""

HOW = {
    "Points": """An answer is worth the points that the template gives its level, from 0 for the lowest to 100
        for the highest; where it says nothing else, the steps are equal.""",
    "Score": """Of a section: weight × points of each answered question, added up, and divided by the sum of
        these weights. {overall} What does not apply leaves with its weight.""",
    "Lowest and highest": """The same sums with every question that applies and has no answer, “don't know”
        included, at its lowest level, then at its highest; limits hold in both.""",
    "Answered": """The weight answered divided by the weight that applies. Under {section}% the score of a
        section is withheld, under {least}% the overall.""",
    "Evidence": """The grades of the answers, weighed the same way: 0.25 for none, 0.5 for an assertion, 0.75
        for documented, 1 for verified. High from 0.75, medium from 0.5, else low. It stands beside the score
        and never changes it.""",
    "Contribution": """A question's share of the overall × its points. Contributions add up to the overall
        before limits; each limit that holds is a line of its own.""",
    "Status": """Each list of statements comes to all, some or none of those that apply, and the table of the
        section gives the status. Where open statements could lead to different ones, there is none yet.""",
    "Rounding": """Figures are kept with every digit and rounded only to be read, half up. Parts under a total
        are rounded so that they add up to it as printed.""",
}
"""What -> how it comes about; the columns of a sentence are filled from the template."""
OF_POINTS = ("Points", "Score", "Lowest and highest", "Answered", "Evidence", "Contribution", "Rounding")
OF_STATUSES = ("Status", "Answered", "Rounding")


def method_words(questionnaire: Questionnaire) -> tuple[tuple[str, str], ...]:
    """How each figure of a result comes about: (what, how), the method first."""
    scoring = questionnaire.scoring
    method = METHODS[scoring.method]
    filled = {
        "overall": OVERALL.get(scoring.method, ""),
        "section": points(100 * scoring.section_minimum),
        "least": points(100 * scoring.overall_minimum),
    }
    names = OF_POINTS if method.has_score else OF_STATUSES
    return (
        ("Method", method.words),
        *((name, " ".join(HOW[name].split()).format_map(filled)) for name in names),
    )


def sum_words(one: Sum) -> str:
    """`233.333333 ÷ 4 = 58.333333`, and the limit that holds it down."""
    words = " ".join(
        (six_places(one.numerator), "÷", six_places(one.denominator), "=", six_places(one.quotient))
    )
    if one.limit is None or one.result == one.quotient:
        return words
    return f"{words}, held at {six_places(one.limit)} by a limit"


def list_words(one: ListWorking) -> str:
    """`2 of 3 true, 1 open: some, or all if the open ones are true`."""
    held = f"{one.true} of {len(one.statements)} true"
    if one.lowest == one.highest:
        return f"{held}: {one.lowest}"
    return f"{held}, {one.open} open: {one.lowest}, or {one.highest} if what is open is true"
