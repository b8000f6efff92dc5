"""How far people agree, in words: what a figure means, why there is none, and how to read it."""

from vfm.scoring.calibration import FEWEST_ITEMS, Undefined

KAPPA = ((0.8, "almost perfect"), (0.6, "substantial"), (0.4, "moderate"), (0.2, "fair"), (0.0, "slight"))
"""From this value on -> the word. Source: Landis and Koch (1977), Biometrics 33(1)."""
ALPHA = ((0.8, "reliable"), (2 / 3, "good enough for careful conclusions"))
"""The same of Krippendorff's alpha. Source: Krippendorff (2004), Content Analysis, chapter 11."""
HOW = (
    "Kappa (for two raters) and alpha (for more) are 1 where all agree, and 0 where they agree no more than "
    "chance would have it. Two levels apart count four times as much as one. Where nearly every answer has "
    "the same level, both can be low although people hardly differ: read them with the shares beside them."
)
UNDEFINED = {
    Undefined.TOO_FEW: f"no figure: fewer than {FEWEST_ITEMS} answers were rated by two people",
    Undefined.ALL_ALIKE: "no figure: every rating is the same level, so that there is nothing to tell apart",
}


def kappa_word(value: float) -> str:
    """What a value of kappa is called.

    >>> kappa_word(0.72), kappa_word(-0.1)
    ('substantial', 'no better than chance')
    """
    return next((word for least, word in KAPPA if value > least), "no better than chance")


def alpha_word(value: float) -> str:
    """What a value of alpha is called.

    >>> alpha_word(0.81), alpha_word(0.5)
    ('reliable', 'too low to rely on')
    """
    return next((word for least, word in ALPHA if value >= least), "too low to rely on")


def figure(value: float) -> str:
    """`0.69`, `−0.12`: two decimals, and a true minus."""
    words = f"{abs(value):.2f}"
    return f"−{words}" if value < 0 and words != "0.00" else words


def statistic(
    name: str, value: float | None, low: float | None, high: float | None, undefined: Undefined | None
) -> str:
    """`Kappa 0.69 (0.41 to 0.88), substantial`, or why there is none."""
    words = "Weighted kappa" if name == "kappa" else "Krippendorff’s alpha"
    if value is None:
        return f"{words}: {UNDEFINED[undefined or Undefined.ALL_ALIKE]}"
    meaning = kappa_word(value) if name == "kappa" else alpha_word(value)
    span = "" if low is None or high is None else f" (95% interval {figure(low)} to {figure(high)})"
    return f"{words} {figure(value)}{span}: {meaning}"
