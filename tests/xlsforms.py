"""XLSForms, one for each feature the standard documents, written as tables; see `tests/gateways/test_xlsform.py`."""

import io
from dataclasses import dataclass
from typing import Any

from openpyxl import Workbook


@dataclass(frozen=True)
class Form:
    """One form and what is to come of it.

    Attributes:
        feature: what it shows, and the name of its file.
        tables: sheets in the Markdown that pyxform reads too: `| survey |`, headings, rows.
        refused: what pyxform says where it refuses the form, empty where it takes it.
    """

    feature: str
    tables: str
    refused: str = ""

    @property
    def raw(self) -> bytes:
        """The form as a workbook."""
        return workbook(self.tables)


def workbook(tables: str) -> bytes:
    """The .xlsx of sheets in Markdown; numbers are written as numbers, `\\n` as a line break."""
    book = Workbook()
    book.remove(book.active)
    for line in filter(None, map(str.strip, tables.splitlines())):
        name, *cells = (cell.strip() for cell in line.strip("|").split("|"))
        if name:
            sheet = book.create_sheet(name)
        else:
            sheet.append([_typed(cell) for cell in cells])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _typed(cell: str) -> Any:
    return int(cell) if cell.isdecimal() else cell.replace("\\n", "\n") or None


YES_NO = """
| choices |
| | list_name | name | label |
| | yn | yes | Yes |
| | yn | no | No |
"""
FRUIT = """
| choices |
| | list_name | name | label |
| | fruit | apple | Apple |
| | fruit | pear | Pear |
| | fruit | none | None of these |
"""

FORMS = (
    Form(
        "plain questions",
        """
        | survey |
        | | type | name | label |
        | | text | a | What is it called? |
        | | integer | b | How many? |
        | | decimal | c | How much? |
        | | date | d | Since when? |
        """,
    ),
    Form(
        "range",
        """
        | survey |
        | | type | name | label | parameters |
        | | range | a | From one to five | start=1 end=5 step=1 |
        | | range | b | Half steps | start=-1 end=1 step=0.5 |
        | | range | c | As it comes | |
        """,
    ),
    Form(
        "select one of yes and no",
        "| survey |\n| | type | name | label |\n| | select_one yn | a | Is it so? |" + YES_NO,
    ),
    Form("select one", "| survey |\n| | type | name | label |\n| | select_one fruit | a | Which? |" + FRUIT),
    Form(
        "select multiple",
        "| survey |\n| | type | name | label |\n| | select_multiple fruit | a | Which? |" + FRUIT,
    ),
    Form(
        "or other",
        "| survey |\n| | type | name | label | relevant |\n| | select_one fruit or_other | a | Which? | |"
        "\n| | select_multiple fruit or_other | b | Which? | |"
        "\n| | text | c | Why? | selected(${b}, 'other') and ${a_other} != '' |" + FRUIT,
    ),
    Form(
        "select from file",
        """
        | survey |
        | | type | name | label |
        | | text | a | Kept |
        | | select_one_from_file places.csv | b | Which place? |
        | | select_multiple_from_file places.geojson | c | Which places? |
        """,
    ),
    Form(
        "rank",
        "| survey |\n| | type | name | label |\n| | text | z | Kept |\n| | rank fruit | a | Which first? |"
        + FRUIT,
    ),
    Form(
        "note",
        """
        | survey |
        | | type | name | label | hint | relevant |
        | | note | n1 | Read this first. | It is short. | |
        | | text | a | What is it? | A word. | |
        | | note | n2 | Thank you, ${a}. | | |
        | | note | n3 | Only sometimes. | | ${a} != '' |
        """,
    ),
    Form(
        "places on a map",
        """
        | survey |
        | | type | name | label |
        | | text | z | Kept |
        | | geopoint | a | Where? |
        | | geotrace | b | Which way? |
        | | geoshape | c | Which area? |
        """,
    ),
    Form(
        "time of day",
        "| survey |\n| | type | name | label |\n| | time | a | When? |\n| | dateTime | b | When exactly? |",
    ),
    Form(
        "pictures, sounds and files as answers",
        """
        | survey |
        | | type | name | label |
        | | image | a | Photograph |
        | | audio | b | Recording |
        | | video | c | Film |
        | | file | d | Document |
        | | background-audio | e | |
        """,
    ),
    Form("barcode", "| survey |\n| | type | name | label |\n| | barcode | a | Number under the bars |"),
    Form(
        "calculate",
        """
        | survey |
        | | type | name | label | calculation |
        | | decimal | cost | Cost | |
        | | integer | users | Users | |
        | | calculate | unit_cost | | ${cost} div ${users} |
        | | decimal | twice | Twice and more | -(${cost} - 1.5) * 2 + ${unit_cost} |
        """,
    ),
    Form(
        "calculate with functions",
        """
        | survey |
        | | type | name | label | calculation |
        | | decimal | a | Cost | |
        | | text | t | Text | |
        | | calculate | b | | round(${a}, 2) |
        | | calculate | c | | concat(${a}, ' pounds') |
        | | calculate | d | | if(${a} > 1, 1, 0) |
        | | calculate | e | | ${a} |
        | | calculate | f | | ${t} + 1 |
        | | calculate | g | | pulldata('fruit', 'name', 'key', ${a}) |
        | | calculate | h | | ${b} + 1 |
        """,
    ),
    Form(
        "acknowledge",
        "| survey |\n| | type | name | label |\n| | acknowledge | a | I have read it |\n| | trigger | b | And this |",
    ),
    Form(
        "hidden",
        "| survey |\n| | type | name | label | default |\n| | text | z | Kept | |\n| | hidden | a | | 5 |",
    ),
    Form(
        "metadata",
        """
        | survey |
        | | type | name | label | parameters |
        | | start | start | | |
        | | end | end | | |
        | | today | today | | |
        | | deviceid | deviceid | | |
        | | username | username | | |
        | | email | email | | |
        | | phonenumber | phonenumber | | |
        | | audit | audit | | track-changes=true |
        | | text | a | Kept | |
        """,
    ),
    Form(
        "hints",
        """
        | survey |
        | | type | name | label | hint | guidance_hint |
        | | text | a | What? | In a word. | Ask twice. |
        | | text | b | What else? | | Ask once. |
        """,
    ),
    Form(
        "constraint",
        """
        | survey |
        | | type | name | label | constraint | constraint_message |
        | | integer | a | Age | . >= 18 and . <= 120 | Adults only. |
        | | date | b | Day | . > '2020-01-01' | |
        | | decimal | c | Part of it | . <= ${a} | Not more than the age. |
        | | select_multiple fruit | d | Which? | not(selected(., 'none') and count-selected(.) > 1) | None stands alone. |
        """
        + FRUIT,
    ),
    Form(
        "constraint without counterpart",
        """
        | survey |
        | | type | name | label | constraint | constraint_message |
        | | text | a | Postcode | regex(., '[A-Z]+') | Letters only. |
        | | date | b | Day | . <= today() | Not in the future. |
        | | text | c | Short | string-length(.) < 10 | Shorter. |
        | | text | d | Nothing | | A message alone. |
        | | integer | e | Always | true() | |
        """,
    ),
    Form(
        "relevant",
        """
        | survey |
        | | type | name | label | relevant |
        | | select_one yn | a | Is it? | |
        | | select_one fruit | b | Which? | ${a} = 'yes' |
        | | integer | c | How many? | selected(${b}, 'apple') or ${b} = 'pear' |
        | | text | d | Why so few? | ${c} < 3 and not(${a} != 'yes') |
        | | text | e | Why? | 10 <= ${c} and (${d} != '' or ${d} = '') |
        | | select_multiple fruit | f | Any? | ${b} != 'none' |
        | | text | g | And? | selected(${f}, 'apple') and not(selected(${f}, 'pear')) |
        | | text | h | Nothing? | not(${g} != '') |
        | | text | i | Always | true() or ${a} = 'no' |
        """
        + YES_NO
        + FRUIT.replace("| choices |\n| | list_name | name | label |\n", ""),
    ),
    Form(
        "relevant by number, length and day",
        """
        | survey |
        | | type | name | label | relevant |
        | | select_multiple fruit | a | Which? | |
        | | text | b | Many? | count-selected(${a}) >= 2 |
        | | text | c | Two? | count-selected(${a}) = 2 |
        | | text | d | Few? | count-selected(${a}) < 2 |
        | | text | e | Any? | string-length(${b}) > 0 |
        | | date | f | When? | |
        | | date | g | Until? | ${f} >= date('2020-01-31') |
        | | text | h | So long? | ${g} > ${f} |
        """
        + FRUIT,
    ),
    Form(
        "relevant by the order of choices",
        """
        | survey |
        | | type | name | label | relevant |
        | | select_one agree | a | Do you agree? | |
        | | text | b | Why not? | ${a} < 3 |
        | | text | c | Why so? | ${a} = 3 |
        | choices |
        | | list_name | name | label |
        | | agree | 1 | No |
        | | agree | 2 | Somewhat |
        | | agree | 3 | Yes |
        """,
    ),
    Form(
        "relevant without counterpart",
        """
        | survey |
        | | type | name | label | relevant |
        | | text | a | A | |
        | | geopoint | g | G | |
        | | text | b | B | regex(${a}, '[0-9]') |
        | | text | c | C | ${a} = 'x' |
        | | text | d | D | ${d2} = 'x' |
        | | text | d2 | D2 | ${g} != '' |
        | | text | e | E | ${a} |
        | | text | f | F | ../a = 'x' |
        | | text | h | H | false() |
        | | integer | i | I | ${a} + 1 > 2 |
        """,
    ),
    Form(
        "rules that contradict one another",
        """
        | survey |
        | | type | name | label | relevant | constraint |
        | | integer | a | A | | . > 5 and . < 3 |
        | | text | b | B | ${a} > 5 and ${a} < 3 | |
        """,
    ),
    Form(
        "required",
        """
        | survey |
        | | type | name | label | required | required_message |
        | | text | a | A | yes | Please. |
        | | text | b | B | true() | |
        | | text | c | C | no | |
        | | text | d | D | ${a} = 'x' | |
        """,
    ),
    Form(
        "groups inside groups",
        """
        | survey |
        | | type | name | label | relevant |
        | | begin_group | outer | Outer | |
        | | integer | a | A | |
        | | begin_group | inner | Inner | ${a} > 1 |
        | | text | b | B | |
        | | text | c | C | ${b} != '' |
        | | end_group | | | |
        | | end_group | | | |
        """,
    ),
    Form(
        "rows after an inner group",
        """
        | survey |
        | | type | name | label |
        | | text | z | Z |
        | | begin_group | outer | Outer |
        | | begin_group | inner | Inner |
        | | text | a | A |
        | | end_group | | |
        | | text | b | B |
        | | end_group | | |
        | | text | c | C |
        """,
    ),
    Form(
        "a group that asks nothing",
        """
        | survey |
        | | type | name | label |
        | | text | a | A |
        | | begin_group | g | Where |
        | | geopoint | p | Point |
        | | end_group | | |
        """,
    ),
    Form(
        "repeat",
        """
        | survey |
        | | type | name | label |
        | | text | a | Kept |
        | | begin_repeat | child | Child |
        | | text | name | Name |
        | | begin_group | more | More |
        | | integer | age | Age |
        | | end_group | | |
        | | end_repeat | | |
        """,
    ),
    Form(
        "repeat a fixed number of times",
        """
        | survey |
        | | type | name | label | repeat_count | constraint |
        | | begin_repeat | quarter | Quarter | 4 | |
        | | note | n | In pounds. | | |
        | | decimal | spend | Spend | | . > 0 |
        | | end_repeat | | | | |
        """,
    ),
    Form(
        "languages",
        """
        | survey |
        | | type | name | label::Cymraeg (cy) | label::English (en) | hint::English (en) | hint::Cymraeg (cy) |
        | | select_one yn | a | Ydy hi? | Is it? | A hint. | Awgrym. |
        | | text | b | Dim ond Cymraeg | | | |
        | choices |
        | | list_name | name | label::Cymraeg (cy) | label::English (en) |
        | | yn | yes | Ydy | Yes |
        | | yn | no | Nac ydy | No |
        | settings |
        | | form_title | form_id | default_language |
        | | Two languages | two | English (en) |
        """,
    ),
    Form(
        "languages without a default",
        """
        | survey |
        | | type | name | label::Welsh | label::English |
        | | text | a | Beth? | What? |
        """,
    ),
    Form(
        "languages as once written",
        """
        | survey |
        | | type | name | label | label:Welsh |
        | | text | a | What? | Beth? |
        """,
    ),
    Form(
        "media",
        """
        | survey |
        | | type | name | label | media::image | media::audio::English (en) | big-image |
        | | select_one fruit | a | Which? | a.png | a.mp3 | b.png |
        | choices |
        | | list_name | name | label | image |
        | | fruit | apple | Apple | apple.png |
        | | fruit | pear | Pear | pear.png |
        """,
    ),
    Form(
        "cascading selects",
        """
        | survey |
        | | type | name | label | choice_filter |
        | | select_one county | county | Which county? | |
        | | select_one town | town | Which town? | county=${county} |
        | choices |
        | | list_name | name | label | county |
        | | county | kent | Kent | |
        | | county | essex | Essex | |
        | | town | dover | Dover | kent |
        | | town | harwich | Harwich | essex |
        """,
    ),
    Form(
        "external choices",
        """
        | survey |
        | | type | name | label | choice_filter |
        | | select_one county | county | Which county? | |
        | | select_one_external town | town | Which town? | county=${county} |
        | choices |
        | | list_name | name | label |
        | | county | kent | Kent |
        | | county | essex | Essex |
        | external_choices |
        | | list_name | name | label | county |
        | | town | dover | Dover | kent |
        | | town | harwich | Harwich | essex |
        """,
    ),
    Form(
        "default",
        """
        | survey |
        | | type | name | label | default |
        | | integer | a | How many? | 10 |
        | | date | b | When? | today() |
        """,
    ),
    Form(
        "read only",
        """
        | survey |
        | | type | name | label | read_only | default |
        | | text | a | A | | |
        | | text | b | Look at this. | yes | x |
        """,
    ),
    Form(
        "appearance",
        """
        | survey |
        | | type | name | label | appearance |
        | | text | a | A | multiline |
        | | select_one fruit | b | B | minimal |
        | | begin_group | g | G | field-list |
        | | text | c | C | w1 |
        | | end_group | | | |
        """
        + FRUIT,
    ),
    Form(
        "parameters",
        """
        | survey |
        | | type | name | label | parameters |
        | | select_one fruit | a | A | randomize=true, seed=42 |
        | | image | b | B | max-pixels=1000 |
        """
        + FRUIT,
    ),
    Form(
        "search in a file beside the form",
        "| survey |\n| | type | name | label | appearance |\n| | select_one fruit | a | A | search('fruits') |"
        + FRUIT,
    ),
    Form(
        "trigger of a calculation",
        """
        | survey |
        | | type | name | label | calculation | trigger |
        | | decimal | a | A | | |
        | | calculate | b | | ${a} * 2 | ${a} |
        """,
    ),
    Form(
        "settings",
        """
        | survey |
        | | type | name | label |
        | | text | a | A |
        | settings |
        | | form_title | form_id | version | instance_name | style | submission_url | allow_choice_duplicates |
        | | Waste & recycling | waste/2026 | 2026032201 | ${a} | pages | https://example.org | yes |
        """,
    ),
    Form(
        "answers in words",
        """
        | survey |
        | | type | name | label | hint |
        | | text | name | Who are you? | |
        | | text | b | What does ${name} think? | Ask ${ name }. |
        """,
    ),
    Form(
        "entities",
        """
        | survey |
        | | type | name | label | save_to |
        | | text | a | Name of the tree | kind |
        | entities |
        | | list_name | label |
        | | trees | ${a} |
        """,
    ),
    Form(
        "other sheets and columns",
        """
        | survey |
        | | type | name | label | remarks | |
        | | text | a | A | to be discussed | stray |
        | notes |
        | | What we said on Monday |
        """,
    ),
    Form(
        "one name in two groups",
        """
        | survey |
        | | type | name | label | relevant |
        | | begin_group | g1 | G1 | |
        | | text | why | Why? | |
        | | end_group | | | |
        | | begin_group | g2 | G2 | |
        | | text | why | Why again? | |
        | | text | Why | Why with a capital? | |
        | | end_group | | | |
        """,
    ),
    Form(
        "one choice twice",
        """
        | survey |
        | | type | name | label |
        | | select_one fruit | a | Which? |
        | choices |
        | | list_name | name | label |
        | | fruit | apple | Apple |
        | | fruit | apple | Another apple |
        | | fruit | pear | |
        | settings |
        | | allow_choice_duplicates |
        | | yes |
        """,
    ),
    Form(
        "names that are no keys",
        """
        | survey |
        | | type | name | label | relevant |
        | | select_one size | _größe.1 | How large? | |
        | | text | a_very_long_name_that_goes_on_and_on_for_more_than_forty_characters | Why? | ${_größe.1} = '10' |
        | choices |
        | | list_name | name | label |
        | | size | 10 | Ten |
        | | size | 2.5 | Two and a half |
        """,
    ),
    Form(
        "types as once written",
        """
        | survey |
        | | type | name | caption | relevance |
        | | begin group | g | G | |
        | | select one from yn | a | A | |
        | | select all that apply from yn | b | B | |
        | | select1 yn | c | C | ${a} = 'yes' |
        | | string | d | D | |
        | | int | e | E | |
        | | end group | | | |
        """
        + YES_NO,
    ),
    Form(
        "typographic quotes",
        "| survey |\n| | type | name | label | relevant |\n| | select_one yn | a | A | |"
        "\n| | text | b | B | ${a} = ‘yes’ or ${a} = “no” |" + YES_NO,
    ),
    Form(
        "markup in words",
        """
        | survey |
        | | type | name | label | hint |
        | | text | a | **What** <script>alert(1)</script>? | # Head\\n<b>bold</b> |
        """,
    ),
    Form(
        "no label",
        "| survey |\n| | type | name | label | hint |\n| | text | a | | Only a hint. |",
    ),
    Form(
        "files read by the form",
        """
        | survey |
        | | type | name | label | calculation |
        | | text | z | Kept | |
        | | csv-external | prices | | |
        | | xml-external | places | | |
        | | calculate | a | | instance('prices')/root/item[name='x']/price |
        """,
    ),
    Form(
        "a single choice",
        """
        | survey |
        | | type | name | label | relevant |
        | | text | z | Kept | |
        | | select_multiple one | a | Tick | |
        | | text | b | B | selected(${a}, 'x') |
        | choices |
        | | list_name | name | label |
        | | one | x | X |
        """,
    ),
    Form(
        "a type nobody knows",
        "| survey |\n| | type | name | label |\n| | text | a | A |\n| | tekst | b | B |",
        refused="tekst",
    ),
    Form(
        "a list nobody wrote",
        "| survey |\n| | type | name | label |\n| | text | z | Z |\n| | select_one fruits | a | A |" + FRUIT,
        refused="fruits",
    ),
    Form(
        "a rule about something that is not there",
        "| survey |\n| | type | name | label | relevant |\n| | text | a | A | ${b} = 'x' |",
        refused="b",
    ),
    Form(
        "a question without a name",
        "| survey |\n| | type | name | label |\n| | text | | What is this? |",
        refused="name",
    ),
    Form(
        "a formula that cannot be read",
        "| survey |\n| | type | name | label | relevant |\n| | integer | z | Z | |\n| | text | a | A | ${z} > |",
    ),
)
