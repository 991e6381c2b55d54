"""How Django's own pages write days and times, language by language; the windows' pages write theirs by window/formats.py."""
