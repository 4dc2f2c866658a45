"""The documentation site: pdoc reads the docstrings, and this folder adds what pdoc cannot."""
