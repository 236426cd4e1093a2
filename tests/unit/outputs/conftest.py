"""The one report that every output renders."""

import pytest
from report_building import sample

from cloudaudit.model import Report


@pytest.fixture
def report() -> Report:
    return sample()
