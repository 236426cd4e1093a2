from collections.abc import Iterator

import pytest
from simulated import Account, simulated


@pytest.fixture
def account() -> Iterator[Account]:
    with simulated() as account:
        yield account
