"""Turn the translators' `.po` files into the `.mo` files Django reads, where those are older or missing.

Babel does it, so that no machine needs gettext."""

from pathlib import Path

from babel.messages import mofile, pofile

from config.launcher import state
from config.launcher.words import progress


def compile_changed() -> None:
    """Compile every catalogue that has changed since it was last compiled."""
    stale = [source for source in sorted(state.CHECKOUT.glob("locale/*/LC_MESSAGES/*.po")) if _is_stale(source)]
    for source in stale:
        _compile(source)
    if stale:
        progress(f"compiled {len(stale)} translation files")


def _is_stale(source: Path) -> bool:
    compiled = source.with_suffix(".mo")
    return not compiled.exists() or compiled.stat().st_mtime < source.stat().st_mtime


def _compile(source: Path) -> None:
    with open(source, "rb") as words:
        catalogue = pofile.read_po(words)
    unfinished = source.with_suffix(".mo.part")
    with open(unfinished, "wb") as compiled:
        mofile.write_mo(compiled, catalogue)
    unfinished.replace(source.with_suffix(".mo"))
