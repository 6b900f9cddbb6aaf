#!/usr/bin/env python
"""Run a command of the site; chooses the mode (developing, trying, running) before the settings are read."""

import gc
import os
import sys

from config import modes


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    if sys.argv[1:2] == ["quickstart"]:
        modes.trying()
    elif not {"DEBUG", "SECRET_KEY"} & os.environ.keys():
        modes.developing()
    if sys.argv[1:2] == ["serve"]:
        gc.disable()  # while all is loaded that stays; see load_once
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
