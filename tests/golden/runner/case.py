"""Runs one case against daemons that are up; the first step that differs ends it."""
import random

from . import exchange, file_steps, media_steps
from .compare import Comparison
from .packet import NotYet
from .tokens import Bindings

_STEPS = dict(media_steps.STEPS, **file_steps.STEPS)


class CaseRun:
    def __init__(self, endpoints):
        self.endpoints = endpoints
        self.bindings = Bindings("golden-%016x" % random.getrandbits(64))
        self.parties = {}
        self.failures = []

    def fail(self, text):
        self.failures.append(text)

    def _step(self, step):
        if "send" in step or "raw" in step:
            reply = exchange.exchange(self.endpoints, step, self.bindings)
            comparison = Comparison(self.bindings)
            comparison.run(step.get("expect"), reply)
            self.failures += comparison.differences
            return
        kind = next((key for key in step if key in _STEPS), None)
        if kind is None:
            raise NotYet("steps with the keys %s" % sorted(step))
        _STEPS[kind](step[kind], self)

    def _clean_up(self):
        for party in self.parties.values():
            party.close()
        # Gives the ports back at once; not part of the case, so its result does not matter.
        request = {"command": "delete", "call-id": self.bindings.call_id, "delete-delay": 0}
        data = exchange.request_bytes({"send": request}, self.bindings)
        try:
            exchange.over_socket(self.endpoints["udp"], data, False, 1)
        except (OSError, exchange.ExchangeError):
            pass

    def run(self, steps):
        """-> failures, as texts; empty when the case passed."""
        try:
            for number, step in enumerate(steps, 1):
                try:
                    self._step(step)
                except (OSError, ValueError, KeyError, NotYet, exchange.ExchangeError) as error:
                    self.fail("%s: %s" % (type(error).__name__, error))
                if self.failures:
                    self.failures = ["step %d: %s" % (number, text) for text in self.failures]
                    break
        finally:
            self._clean_up()
        return self.failures
