"""Static files under names that hold a sum of their content, so a browser asks for each only once.

Production refuses to show a page that names a file nobody gathered. On one machine, where `./run manage` may work before the
first `./run` has gathered anything, such a file keeps its plain name.
"""

from typing import Any

from whitenoise.storage import CompressedManifestStaticFilesStorage


class LastingNames(CompressedManifestStaticFilesStorage):
    """Compressed files under lasting names; a page names sixty, so each address is made once a process."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._addresses: dict[str, str] = {}

    def url(self, name: str, force: bool = False) -> str:
        """Return the address of a file; its lasting name does not change while a process lives."""
        if name not in self._addresses:
            self._addresses[name] = str(super().url(name, force))
        return self._addresses[name]


class GatheredFiles(LastingNames):
    """The same, as in production; what was not gathered keeps its plain name."""

    def stored_name(self, name: str) -> str:
        """Return the lasting name of a gathered file, else the name as it is."""
        try:
            return str(super().stored_name(name))
        except ValueError:
            return name
