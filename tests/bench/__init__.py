"""How fast the site is beside what else could answer: `uv run --group browser python -m tests.bench` (see `__main__`).

Needs nginx and wrk (in Debian: `apt-get install nginx wrk`; the nginx that the package starts is not used) and, for
the rows about a browser, Chromium. Everything runs on this machine alone, bounded in time and count.
"""
