"""A sentence for a person, in the two languages that the product speaks."""

from dataclasses import dataclass
from enum import StrEnum


class Language(StrEnum):
    """The language of operator texts (`box.language`)."""

    VI = "vi"
    EN = "en"


@dataclass(frozen=True, slots=True)
class Text:
    """One sentence in Vietnamese and in English; `{name}` marks what `fill` puts in."""

    vi: str
    en: str

    def fill(self, **values: "object | Text") -> "Text":
        """The same sentence with every `{name}` replaced; a Text value goes in language by language."""

        def put(template: str, language: Language) -> str:
            plain = {k: v.read(language) if isinstance(v, Text) else v for k, v in values.items()}
            return template.format(**plain)

        return Text(vi=put(self.vi, Language.VI), en=put(self.en, Language.EN))

    def read(self, language: Language) -> str:
        """The sentence in one language."""
        return self.vi if language is Language.VI else self.en
