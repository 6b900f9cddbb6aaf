"""Start the whole of it by hand: two machines behind nginx, until Ctrl-C. See the README, How to deploy."""

import os
import signal
import sys
import tempfile
from pathlib import Path

from tests.cluster.running import cluster, database

PORT = 8080
DATABASE = os.environ.get("DATABASE_URL", "postgres://postgres@127.0.0.1:5432/postgres")
CACHE = os.environ.get("CACHE_URL", "redis://127.0.0.1:6379/1")


def main() -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    with tempfile.TemporaryDirectory(prefix="twitchwise-") as folder, database(DATABASE, "twitchwise_cluster") as url:
        print("Making a database, with the content ...", flush=True)
        with cluster(Path(folder), url, CACHE, PORT, ["seed"]) as running:
            machines = ", ".join(f"http://127.0.0.1:{machine.port}/" for machine in running.machines)
            print(f"http://127.0.0.1:{running.port}/ leads to {machines}. Logs: {folder}. Ctrl-C ends it.", flush=True)
            signal.pause()


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        print()
