"""Something that is read in the background, from __enter__ to __exit__."""
import threading


class Reader:
    """`look` reads once, and gives up with TimeoutError when there is nothing for a moment."""

    def __init__(self, look):
        self._look, self._end = look, threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._end.set()
        self._thread.join()

    def _run(self):
        while not self._end.is_set():
            try:
                self._look()
            except TimeoutError:
                pass
