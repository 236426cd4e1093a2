"""How fast an account is asked: a bucket of tokens for each account, region and service."""

import threading
import time
from collections.abc import Callable

# Requests a second, and how many at once after a pause. AWS documents these for few services; where it does, we stay at
# a part of them, since others work in the account too. S3 answers thousands a second.
_RATES = {"s3": (200.0, 200.0), "ec2": (15.0, 60.0), "iam": (10.0, 40.0), "organizations": (5.0, 10.0)}
_USUAL = (15.0, 60.0)


class Limiter:
    """Holds callers back until their request is due. `share` scales all rates: 0.5 asks half as fast."""

    def __init__(
        self,
        share: float = 1.0,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._share = share
        self._clock = clock
        self._sleep = sleep
        self._lock = threading.Lock()
        self._tokens: dict[tuple[str, str, str], tuple[float, float]] = {}

    def wait(self, account: str, region: str, service: str) -> None:
        """Take a token; where there is none, wait for the one that is ours."""
        rate, burst = _RATES.get(service, _USUAL)
        rate *= self._share
        key = (account, region, service)
        with self._lock:
            now = self._clock()
            tokens, since = self._tokens.get(key, (burst, now))
            tokens = min(burst, tokens + (now - since) * rate) - 1
            self._tokens[key] = (tokens, now)
        if tokens < 0:
            self._sleep(-tokens / rate)
