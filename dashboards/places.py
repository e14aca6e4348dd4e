"""What divisions are called wherever a code stands."""

from pipelines.divisions import name_of


def place_name(code: str | None) -> str:
    """The name of a division from its city on; the code where no name is known."""
    if not code:
        return ""
    return name_of(code, full=True) or name_of(code, full=False) or code


def labelled(code: str) -> str:
    """Name and code: one label in both languages, because it stands in the address of the page."""
    name = place_name(code)
    return f"{name} {code}" if name != code else code
