"""Who works: this process, Dask's workers on this machine, or those of a cluster."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from autograde.grading.errors import CourseError

#: How many workers may die of one task before it is given up.
DEATHS = 3
#: How many tasks are under way for each worker, so that none waits for the next.
AHEAD = 3


class Workers(Protocol):
    """Something that does tasks."""

    def spread(
        self, task: Callable[[Any], Any], items: Iterable[tuple[str, Any]]
    ) -> Iterator[tuple[str, Any]]:
        """Do a task for every item, and yield each result, or the exception, with its name.

        Items are asked for only when a worker is free for them; results come as they are done.
        """


class Alone:
    """Does everything in this process, one after the other."""

    def spread(
        self, task: Callable[[Any], Any], items: Iterable[tuple[str, Any]]
    ) -> Iterator[tuple[str, Any]]:
        """See `Workers.spread`."""
        for name, item in items:
            try:
                yield name, task(item)
            except Exception as error:
                yield name, error


class Cluster:
    """Gives tasks to Dask's workers.

    Parameters
    ----------
    client : distributed.Client
    """

    def __init__(self, client: Any) -> None:
        self.client = client

    def spread(
        self, task: Callable[[Any], Any], items: Iterable[tuple[str, Any]]
    ) -> Iterator[tuple[str, Any]]:
        """See `Workers.spread`."""
        from distributed import as_completed

        waiting = iter(items)
        names: dict[str, str] = {}
        done = as_completed(loop=self.client.loop)

        def fill() -> None:
            room = AHEAD * max(1, len(self.client.scheduler_info(n_workers=-1)["workers"]))
            while len(names) < room and (following := next(waiting, None)):
                future = self.client.submit(task, following[1], pure=False)
                names[future.key] = following[0]
                done.add(future)

        fill()
        while names:
            future = next(done)
            yield names.pop(future.key), _result(future)
            future.release()
            fill()


def _result(future: Any) -> Any:
    from distributed import KilledWorker

    try:
        return future.result()
    except KilledWorker:
        return CourseError(f"{DEATHS} workers died while they executed it")
    except Exception as error:
        return error


@contextmanager
def hired(jobs: int = 1, scheduler: str = "", patience: float = 20.0) -> Iterator[Workers]:
    """Hire workers, and let them go at the end.

    Parameters
    ----------
    jobs : int
        Processes on this machine; one does everything in this process.
    scheduler : str
        The address of a Dask cluster to use instead, ``tcp://host:port``. Its workers need this
        package in the same version, and no shared disk.
    patience : float
        How long to wait for the scheduler, in seconds.

    Raises
    ------
    CourseError
        If no scheduler answers there, or if it has no workers.
    """
    if jobs == 1 and not scheduler:
        yield Alone()
        return
    import dask
    from distributed import Client, LocalCluster

    settings = {
        "distributed.scheduler.allowed-failures": DEATHS - 1,
        "distributed.scheduler.worker-ttl": None,  # who waits for an endless loop is not lost
        "distributed.worker.daemon": False,
    }
    with dask.config.set(settings):
        if scheduler:
            try:
                client = Client(scheduler, timeout=patience, set_as_default=False)
            except (OSError, ValueError) as error:
                raise CourseError(f"no Dask scheduler answers at {scheduler}: {error}") from error
            with client:
                if not client.scheduler_info(n_workers=-1)["workers"]:
                    raise CourseError(f"the Dask scheduler at {scheduler} has no workers")
                yield Cluster(client)
            return
        quiet = {"dashboard_address": None, "silence_logs": logging.CRITICAL, "memory_limit": 0}
        with (
            LocalCluster(n_workers=jobs, threads_per_worker=1, **quiet) as cluster,
            Client(cluster, set_as_default=False) as client,
        ):
            yield Cluster(client)
