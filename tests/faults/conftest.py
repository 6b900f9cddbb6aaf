import pytest

from tests.faults.running import Running


@pytest.fixture
def site(seeded_database, tmp_path):
    """A site with the seeded content on the production server, with two workers."""
    running = Running(tmp_path, seeded_database)
    try:
        yield running.start()
    finally:
        running.stop()
