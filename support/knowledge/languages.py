"""Languages: which words of a language are one word, as PostgreSQL's text search knows them."""

from typing import Any, ClassVar, Final

from django.contrib.postgres.search import SearchVectorField
from django.db.models import Func

EVERYONES: Final = "en"
DICTIONARIES: Final[dict[str, str]] = {
    "en": "english", "de": "german", "fr": "french", "es": "spanish", "it": "italian", "nl": "dutch", "pt": "portuguese",
    "da": "danish", "sv": "swedish", "no": "norwegian", "nb": "norwegian", "fi": "finnish", "hu": "hungarian",
    "ro": "romanian", "tr": "turkish",
}  # fmt: skip
WITHOUT_STEMS: Final = "simple"
_CASES: Final = " ".join(f"WHEN '{code}' THEN '{name}'::regconfig" for code, name in DICTIONARIES.items())
DICTIONARY_OF_COLUMN: Final = f"CASE left(language, 2) {_CASES} ELSE '{WITHOUT_STEMS}'::regconfig END"


def dictionary_of(language: str) -> str:
    """Return the name of the dictionary that reduces words of `language` (`de`, `de-AT`) to their stems."""
    return DICTIONARIES.get(language[:2], WITHOUT_STEMS)


class StemsByLanguage(Func):
    """The words of three columns by the stems of the row's `language`; those of the first weigh most."""

    output_field: ClassVar[Any] = SearchVectorField()
    template = "(%(parts)s)"

    def as_sql(self, compiler: Any, connection: Any, **extra: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        """Write the expression; its dictionaries are constants, so that the database may keep its value."""
        columns = (compiler.compile(source)[0] for source in self.source_expressions)
        weighed = zip("ABC", columns, strict=True)
        stems = (f"setweight(to_tsvector({DICTIONARY_OF_COLUMN}, {name}), '{weight}')" for weight, name in weighed)
        return f"({' || '.join(stems)})", []
