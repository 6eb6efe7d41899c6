"""Work in several processes that tells this one how it goes."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from multiprocessing.queues import SimpleQueue
from threading import Thread
from typing import Any

Hear = Callable[[Any], None]
RunAll = Callable[[Callable[..., None], Iterable[tuple[Any, ...]]], None]

_told: Hear | None = None  # who hears what this process tells


def tell(news: object) -> None:
    """Say something to whoever opened the pool; it must not be None."""
    if _told is not None:
        _told(news)


@contextmanager
def pool(processes: int, hear: Hear | None) -> Iterator[RunAll]:
    """Give a function that makes calls in so many processes and returns when all are done.

    What they `tell` is heard here, in one thread. The first error in one of the calls is raised here; calls that have
    not begun then never do.
    """
    if processes == 1:
        _listen(hear)
        yield _one_by_one
        return
    context = multiprocessing.get_context("spawn")  # a copy of this process would share the engines' threads
    news = context.SimpleQueue()
    listener = Thread(target=_forward, args=(news, hear))
    listener.start()
    try:
        with ProcessPoolExecutor(processes, context, _listen_to, (news,)) as executor:

            def run_all(work: Callable[..., None], calls: Iterable[tuple[Any, ...]]) -> None:
                under_way = [executor.submit(work, *arguments) for arguments in calls]
                try:
                    for call in as_completed(under_way):
                        call.result()
                except BaseException:
                    executor.shutdown(wait=False, cancel_futures=True)
                    raise

            yield run_all
    finally:
        news.put(None)
        listener.join()


def _one_by_one(work: Callable[..., None], calls: Iterable[tuple[Any, ...]]) -> None:
    for arguments in calls:
        work(*arguments)


def _listen(hear: Hear | None) -> None:
    global _told  # noqa: PLW0603 - one per process
    _told = hear


def _listen_to(news: SimpleQueue[Any]) -> None:
    _listen(news.put)


def _forward(news: SimpleQueue[Any], hear: Hear | None) -> None:
    while (word := news.get()) is not None:
        if hear is not None:
            hear(word)
