"""What a browser says of itself, in words a person recognises; kept beside each signed-in session."""

BROWSERS = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
"""(part of the header, its words); the first that is there counts, for most claim to be another as well."""

SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS", "Mac"),
    ("Linux", "Linux"),
)


def in_words(header: str) -> str:
    """`Firefox on Windows`; `A browser` when the header says nothing known."""
    browser = next((words for part, words in BROWSERS if part in header), "A browser")
    system = next((words for part, words in SYSTEMS if part in header), "")
    return f"{browser} on {system}" if system else browser
