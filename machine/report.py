"""What a run has shown, for docs/machine.md."""

from datetime import UTC, datetime
from pathlib import Path

BEGIN, END = "<!-- run: begin -->", "<!-- run: end -->"


class Report:
    """Findings in the order in which they were made."""

    def __init__(self) -> None:
        self.rows: list[tuple[str, str]] = []

    def add(self, what: str, finding: str) -> None:
        """One thing that was seen."""
        self.rows.append((what, finding))

    def markdown(self, about: str) -> str:
        """A table."""
        rows = "".join(f"| {what} | {finding} |\n" for what, finding in self.rows)
        return f"| case | seen |\n| --- | --- |\n{rows}\n{about}, {datetime.now(UTC):%Y-%m-%d}.\n"

    def write_into(self, page: Path, about: str) -> None:
        """Put the table between the page's two marks."""
        before, rest = page.read_text(encoding="utf-8").split(BEGIN)
        _, after = rest.split(END)
        page.write_text(f"{before}{BEGIN}\n{self.markdown(about)}{END}{after}", encoding="utf-8")
