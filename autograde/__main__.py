"""The command line: ``python -m autograde``."""

import sys

try:
    from autograde.cli import app
except ModuleNotFoundError as error:
    sys.exit(f"{error.name} is not installed: pip install -e '.[book,grade]'")

app(prog_name="python -m autograde")
