"""Accounts spread over the processes of a Dask cluster, on this machine or on others."""

import functools
import gc
import logging
import pickle
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

from cloudaudit.app.auditing import Brief, Looked, look, nothing
from cloudaudit.app.scanning import Court
from cloudaudit.errors import SourceError
from cloudaudit.model import Gap
from cloudaudit.workers import available

if TYPE_CHECKING:
    from cloudaudit.sources.aws.accounts import Target

LOCAL = "local"
MEMORY = "1GiB"
"""What a local worker may use; Dask restarts one that takes more, and its account is a gap after three attempts."""

_WAITING = 2  # tasks per worker, so that none is idle while its next one is on its way


def spread(brief: Brief, targets: Sequence["Target"]) -> Iterator[Looked]:
    """The accounts as they are done, in any order. `cluster` is the address of a scheduler, or `local:N` for N
    processes here. Workers enter accounts with credentials of their own: none are sent. SourceError when there is no
    such cluster, or Dask is not installed."""
    with _client(brief.audit.cluster) as client:
        from distributed import as_completed  # noqa: PLC0415 - an extra

        waiting = deque(targets)
        said = pickle.dumps((brief.audit, brief.declared))
        running = as_completed([])
        asked: dict[str, Target] = {}

        def send() -> None:
            target = waiting.popleft()
            future = client.submit(_task, said, target, pure=False, key=f"account-{target.label}-{len(asked)}")
            asked[future.key] = target
            running.add(future)

        for _ in range(min(len(waiting), _WAITING * max(1, len(client.scheduler_info()["workers"])))):
            send()
        for future in running:
            if waiting:
                send()
            yield _result(future, asked[future.key])
            future.release()


def _result(future: Any, target: "Target") -> Looked:
    error = future.exception()
    if error is None:
        looked: Looked = future.result()
        return looked
    if isinstance(error, SourceError):
        raise error
    why = f"the worker ended while it looked: {type(error).__name__}: {error}"
    gap = Gap(what=target.label, why=why, remedy="give workers more memory, or audit this account alone")
    return nothing(target.id, target.name, gap)


def _task(said: bytes, target: "Target") -> Looked:
    """What a worker does."""
    brief = _begun(said)
    looked = look(brief, target)
    gc.collect()
    return looked


@functools.lru_cache(maxsize=1)
def _begun(said: bytes) -> Brief:
    """The audit and its rules, made once in each worker."""
    audit, declared = pickle.loads(said)  # noqa: S301 - Dask sends everything so; a cluster is trusted
    return Brief(audit, Court(audit.request), declared)


@contextmanager
def _client(cluster: str) -> Iterator[Any]:
    try:
        from distributed import Client, LocalCluster  # noqa: PLC0415 - an extra
    except ImportError:
        raise SourceError('--cluster needs Dask: pip install "cloudaudit[cluster]"') from None
    name, _, count = cluster.partition(":")
    logging.getLogger("distributed").setLevel(logging.CRITICAL)  # what goes wrong is in the report
    with ExitStack() as opened:
        try:
            if name == LOCAL:
                size = int(count) if count else available()
                made = LocalCluster(n_workers=size, threads_per_worker=1, memory_limit=MEMORY, dashboard_address=None)
                opened.enter_context(made)
                client = opened.enter_context(Client(made))
            else:
                client = opened.enter_context(Client(cluster, timeout="10s"))
        except (OSError, ValueError) as error:
            raise SourceError(f"{cluster}: no such cluster: {error}; give local:N or tcp://HOST:PORT") from None
        yield client
