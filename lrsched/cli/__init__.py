"""The command line: `lrsched show | plot | page | table | diff | check | compare | export`.

`words.py` has what may be typed, `parser.py` how that is read and what is said of a mistake,
`reading.py` what is meant by a SCHEDULE among it, `commands.py` what is done, `screen.py` what the
terminal can show of it, `completion.py` what a shell is told. Nothing imports this room but
`python -m lrsched` and the command itself.

## Commands

```
lrsched show "3e-4 * Sequence(LinearWarmup(2_000), CosineDecay(98_000, end=0.1))"
lrsched plot "CosineDecay(1000)" "LinearDecay(1000)" -o curves.png   # --labels a,b --title T --size 4x3
lrsched page schedule.json "LinearDecay(100_000)" -o run.html
lrsched table schedule.json --every 1000 --format markdown
lrsched diff old.json new.json                    # exit code 1 when they differ
lrsched check schedule.json --steps 100_000       # exit code 1 on a fault; --accept jump: one that is meant
lrsched compare a.json b.json --steps 20_000      # bounds, averages, predicted losses: `lrsched.ask`
lrsched export schedule.json --to latex           # or json, text, python, javascript
lrsched completion bash                           # what makes Tab complete all of these; or zsh
```

A schedule is text (`lrs.CosineDecay(9)` and `schedule = CosineDecay(9)` too), a `.json` file, a
framework's config (`compat.configs`), or `-` for any of these on standard input; the same
as `python -m lrsched`. Bad input is one line, with the word that was probably meant, and exit code
2. `--steps N` stands for the steps 0 to N - 1 in `table`, `diff` and `check`; `show`, `plot` and
`page` draw up to step N. Without it they go by the schedule's own length, and a table ends with its
end value; in a terminal, a long one is a page.

Colours are for terminals: NO_COLOR forbids them, FORCE_COLOR asks for them anywhere. Where the
output has no braille, curves are drawn in ASCII. `lrsched completion` needs shtab (`pip install
"lrsched[completion]"`); where its script goes is in `lrsched --help`.
"""  # noqa: E501 tables and reprs

from lrsched.cli.words import main as main
