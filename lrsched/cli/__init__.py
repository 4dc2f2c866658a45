"""The command line: `lrsched show | plot | page | table | diff | check | compare | export`.

`words.py` has what may be typed, `reading.py` what is meant by a SCHEDULE among it, `commands.py`
what is done. Nothing imports this room but `python -m lrsched` and the command itself.
"""

from lrsched.cli.words import main as main
