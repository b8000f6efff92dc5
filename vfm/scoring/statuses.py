"""What may be said of a score: the two rules that turn what is known of it into a status.

Pure. Each claim is true or false, so the rules serve one assessment and, looked up, any number of them.
"""

from vfm.scoring.results import OverallStatus, SectionStatus


def section_status(*, is_scored: bool, applies: bool, is_complete: bool, is_whole: bool) -> SectionStatus:
    """The status of a section.

    Args:
        is_scored: it holds a scored question, at any depth.
        applies: something with weight in it is on the route and applies.
        is_complete: its completeness reaches the template's minimum.
        is_whole: its mean exists and lies within its own bounds; true of a method without a score.
    """
    if not is_scored:
        return SectionStatus.UNSCORED
    if not applies:
        return SectionStatus.NOT_APPLICABLE
    return SectionStatus.SCORED if is_whole and is_complete else SectionStatus.INSUFFICIENT


def overall_status(
    *, has_overall: bool, applies: bool, is_complete: bool, is_critical_withheld: bool, is_whole: bool
) -> OverallStatus:
    """The status of the overall.

    Args:
        has_overall: the template shows one.
        applies: something with weight applies.
        is_complete: the completeness of the whole reaches the template's minimum.
        is_critical_withheld: the score of a critical section is withheld.
        is_whole: the mean exists and lies within its bounds; true of a method without a score.
    """
    if not has_overall:
        return OverallStatus.OFF
    if not applies:
        return OverallStatus.NOT_APPLICABLE
    is_published = is_complete and is_whole and not is_critical_withheld
    return OverallStatus.PUBLISHED if is_published else OverallStatus.PROVISIONAL
