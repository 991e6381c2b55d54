"""Static files under names that hold a sum of their content, so a browser asks for each only once.

Production refuses to show a page that names a file nobody gathered. On one machine, where `./run manage` may work before the
first `./run` has gathered anything, such a file keeps its plain name.
"""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class GatheredFiles(CompressedManifestStaticFilesStorage):
    """Compressed files under lasting names, as in production; what was not gathered keeps its plain name."""

    def stored_name(self, name: str) -> str:
        """Return the lasting name of a gathered file, else the name as it is."""
        try:
            return str(super().stored_name(name))
        except ValueError:
            return name
