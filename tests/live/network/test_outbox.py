from __future__ import annotations

import select
import threading

from musicvae.live.network.outbox import Outbox
from musicvae.live.network.peers import Peer

ME = Peer("127.0.0.1", 9000)


def is_ready(outbox: Outbox) -> bool:
    return bool(select.select([outbox], [], [], 0)[0])


def test_it_wakes_once_for_all_that_waits() -> None:
    outbox = Outbox()
    outbox.open()
    assert is_ready(outbox)  # for what may have come before
    assert outbox.drain() == []
    assert not is_ready(outbox)
    outbox.put(b"a", ME)
    outbox.put(b"b", ME)
    assert is_ready(outbox)
    assert outbox.drain() == [(b"a", ME), (b"b", ME)]
    assert not is_ready(outbox)
    assert outbox.drain() == []
    outbox.wake()
    assert is_ready(outbox)
    outbox.close()


def test_what_is_put_while_closed_waits() -> None:
    outbox = Outbox()
    outbox.put(b"a", ME)
    assert outbox.fileno() == -1
    outbox.open()
    assert is_ready(outbox)
    assert outbox.drain() == [(b"a", ME)]
    outbox.close()
    outbox.close()
    outbox.put(b"b", ME)
    assert outbox.drain() == [(b"b", ME)]


def test_too_much_is_dropped_and_counted() -> None:
    outbox = Outbox(most=2)
    for data in (b"a", b"b", b"c", b"d"):
        outbox.put(data, ME)
    assert outbox.dropped == 2
    assert [data for data, _ in outbox.drain()] == [b"a", b"b"]
    outbox.put(b"e", ME)
    assert [data for data, _ in outbox.drain()] == [b"e"]


def test_nothing_is_left_behind_by_many_threads() -> None:
    outbox, each, threads = Outbox(most=10**6), 2000, 4
    outbox.open()

    def work(number: int) -> None:
        for count in range(each):
            outbox.put(b"%d %d" % (number, count), ME)

    workers = [threading.Thread(target=work, args=(number,)) for number in range(threads)]
    for worker in workers:
        worker.start()
    taken: list[bytes] = []
    while len(taken) < each * threads:
        # Every put wakes this thread: without that it would wait for ever.
        assert select.select([outbox], [], [], 30)[0]
        taken += [data for data, _ in outbox.drain()]
    for worker in workers:
        worker.join()
    outbox.close()
    for number in range(threads):
        mine = [data for data in taken if data.startswith(b"%d " % number)]
        assert mine == [b"%d %d" % (number, count) for count in range(each)]
