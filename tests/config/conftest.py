import pytest


@pytest.fixture
def strict(settings):
    """As in production: reviewers need a second factor, and wrong passwords cost time."""
    settings.ADMIN_REQUIRES_2FA = settings.AXES_ENABLED = True
    return settings
