"""``python -m backoffice.sandbox``: the stand-in provider without Django."""

import sys

from backoffice.sandbox.command import CannotStartError, parse, run

if __name__ == "__main__":
    try:
        run(parse())
    except CannotStartError as error:
        sys.exit(str(error))
