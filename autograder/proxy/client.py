"""The trusted end of the wire: a submission's life in sandboxes, one test after another.

A sandbox is started when a test first needs it, the submission is imported once in it, and it is kept until it is
lost: to a limit, to a death, to garbage on the wire. What was lost costs the test that was running; the next test
gets a fresh one, whose import is not charged to it.
"""

from __future__ import annotations

import itertools
import time
import weakref
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np

from autograder.errors import GraderError
from autograder.limits import Limits
from autograder.printable import clean_text
from autograder.proxy import wire
from autograder.proxy.account import ArgumentChangedError, MissingNameError, Names, SandboxLostError, TestUse
from autograder.proxy.arguments import Given, give_back
from autograder.proxy.channel import Budget, Channel, DiedError, LimitError, Opener, Process
from autograder.proxy.decoding import Decoder, HandleNode
from autograder.proxy.encoding import Encoder
from autograder.proxy.exceptions import builtin_name, copy_student_error, student_exception
from autograder.proxy.handles import Handle, Mirror, Reference, make_handle, reference_of
from autograder.proxy.inputs import take_call
from autograder.proxy.passed_over import PassedOver, place, read_passed_over
from autograder.proxy.paths import ModulePath
from autograder.verdict import Outcome

_KEPT_EVIDENCE: Final = 20
_MAX_CALLBACKS: Final = 100_000
_MAX_STEPS: Final = 200_000
_OF_TESTS: Final = frozenset({wire.Kind.DO, wire.Kind.PROBE, wire.Kind.WATCH})


class Submission:
    """A submission behind the boundary.

    Args:
        open_channel: starts a process for the student's code, in a sandbox or on their own machine.
        files: the workspace, bytes by relative path.
        modules: what to import, in order.
        limits: of the sandbox and of each test.
        import_seed: for the global generators at import.
        names: the assignment's classes and functions.
        cells: of a file that was made from a notebook: each cell's name, first line and number of lines.
        forbidden: packages whose import is refused.
        refused: why a module's tests are all `forbidden`, by module.
    """

    def __init__(
        self,
        open_channel: Opener,
        files: dict[str, bytes],
        modules: tuple[str, ...],
        limits: Limits,
        import_seed: int,
        names: Names | None = None,
        *,
        cells: Mapping[str, Sequence[tuple[str, int, int]]] | None = None,
        forbidden: Sequence[str] = (),
        refused: Mapping[str, str] | None = None,
    ) -> None:
        self.open_channel = open_channel
        self.files = files
        self.modules = modules
        self.limits = limits
        self.import_seed = import_seed
        self.names = names or Names()
        self.cells = cells or {}
        self.forbidden = forbidden
        self.refused = refused or {}
        self.lines = {name: data.count(b"\n") + 1 for name, data in files.items() if name not in self.cells}
        self.lines |= {name: count for cells in self.cells.values() for name, _, count in cells}
        self.passed_over: tuple[PassedOver, ...] | None = None
        self.passed_over_more = 0
        self.channel: Channel | None = None
        self.sandboxes = 0
        self.import_failure: SandboxLostError | None = None
        self.test: TestUse | None = None
        self.private_generator: np.random.Generator | None = None
        self.printed = b""
        self.gpus = ""
        """The names of the GPUs that are granted to it."""
        self.peak_memory_mib = 0.0
        self._cpu_at_begin_s = 0.0
        self._handles: weakref.WeakValueDictionary[int, Handle] = weakref.WeakValueDictionary()
        self._released: set[int] = set()
        self._callables: dict[int, Callable[..., Any]] = {}
        self._numbers = itertools.count()
        self._raised: dict[int, BaseException] = {}
        self._calling_back = False
        self._begins = False
        """Whether the next request is the first of its test in this sandbox."""

    # ---- a test's life

    def begin_test(self, test: TestUse) -> None:
        """Everything until `end_test` is charged to `test`."""
        self.test = test
        self.printed = b""

    def note_tolerance(self, share: float) -> None:
        """Keep the largest share of its tolerance that a comparison of this test has used."""
        if self.test is not None:
            self.test.tolerance_used = max(self.test.tolerance_used, share)

    def note_measured(self, name: str, value: float) -> None:
        """Keep what the test measured for a leaderboard."""
        if self.test is not None:
            self.test.measured[name] = value

    def end_test(self) -> None:
        """Close the test's account."""
        if self.channel is not None:
            self.channel.drain()
            self._take_output()
            if self.test is not None and self.test.begun:
                self.test.cpu_s = self.channel.process.cpu_s() - self._cpu_at_begin_s
                used_s = self.test.cpu_s + self.test.decoding_s
                if used_s > self.test.cpu_limit_s and self.test.lost is None:
                    self._lose(Outcome.TIMEOUT, f"your code used more than {self.test.cpu_limit_s:.3g} s of CPU time.")
        self._callables.clear()
        self._raised.clear()
        self.test = None

    def close(self) -> None:
        """End the sandbox that is left."""
        self._end_process()

    @property
    def process(self) -> Process | None:
        """The process that runs the submission now."""
        return self.channel.process if self.channel is not None else None

    # ---- what a test asks

    def do(self, op: str, on: Any, args: tuple[Any, ...], kwargs: dict[str, Any], name: str) -> Any:
        """One of the wire's operations on a handle, a class or a module's attribute.

        Raises:
            MissingNameError: the submission does not define it.
            ArgumentChangedError: an argument was changed that the test does not mark as `in_place`.
            SandboxLostError: the sandbox was lost to it.
            BaseException: whatever the student's code raised.
        """
        __tracebackhide__ = True  # a suite's traceback ends at the call
        self._refuse_forbidden(on)
        test, channel = self._ready()
        if test.decoding_s > test.cpu_limit_s:
            raise self._lose(Outcome.TIMEOUT, "what your code returned took too long to read.")
        test.steps += 1
        if test.steps > _MAX_STEPS:  # a length that lies, an iteration that never ends
            raise self._lose(Outcome.TIMEOUT, f"your code was asked more than {_MAX_STEPS} questions in one test.")
        encoder = Encoder(self._encode_object, self.private_generator)
        if isinstance(on, Handle):
            self._check_question(test, op, on, args)
        given = Given(args, kwargs, self._argument_names(on) if op == "call" else [])
        wanted = given.in_place(test.in_place) if test.in_place and op == "call" else []
        metadata = {
            "op": op,
            "on": encoder.encode(on),
            "args": [encoder.encode(value) for value in args],
            "kwargs": {key: encoder.encode(value) for key, value in kwargs.items()},
            "returned": wanted,
            # what was collected since the last request, but not what is made a handle of again in the meantime
            "release": [number for number in self._take_released() if number not in self._handles],
        }
        if op == "call":
            test.calls.append(take_call(_called(on, name), given.names, args, kwargs))
        reply, out = self._exchange(channel, wire.Kind.DO, metadata, encoder.buffers, self._test_budget(test))
        if isinstance(reply, wire.Missing) and not isinstance(on, (ModulePath, Mirror)):
            raise self._garbage(wire.WireError("that an object has no name"))
        if isinstance(reply, wire.Missing):
            why = self._why_missing(name)
            if op != "read":  # hasattr() and getattr() with a default ask on purpose
                test.missing, test.missing_why = name, why
            raise MissingNameError(f"{name} is not defined in the submission{why}.")
        answer = self._value(reply, op)
        value, returned = self._decode(answer, out)
        if op == "attribute" and isinstance(value, Handle) and isinstance(on, Handle) and isinstance(type(on), Mirror):
            self._name_method(value, on, args[0])
        if not all(given.has(key) for key in (*answer.changed, *returned)):
            raise self._garbage(wire.WireError("a change of an argument that there is not"))
        if op == "call":
            self._settle_arguments(test, given, wanted, answer.changed, returned)
        return value

    def _refuse_forbidden(self, on: Any) -> None:
        """End a test that uses a module whose source imports what the assignment rules out."""
        module = on.module if isinstance(on, ModulePath) else on._autograder_path[0] if isinstance(on, Mirror) else ""
        if module in self.refused and self.test is not None:
            self.test.lost = SandboxLostError(Outcome.FORBIDDEN, self.refused[module])
            raise self.test.lost

    def _why_missing(self, name: str) -> str:
        """The statement that would have defined it, if it was passed over."""
        short = name.rpartition(".")[2]
        failed = next((entry for entry in reversed(self.passed_over or ()) if short in entry.names), None)
        return f": {failed.cause(self._module_file)}" if failed else ""

    @property
    def _module_file(self) -> str:
        """The file that need not be named, being the only module."""
        return f"{self.modules[0]}.py" if len(self.modules) == 1 else ""

    def notes(self) -> list[str]:
        """What was passed over when the submission was first imported, a sentence each, for the student."""
        said = [entry.sentence(self._module_file) for entry in self.passed_over or ()]
        if self.passed_over_more:
            said.append(f"{self.passed_over_more} more statements were passed over.")
        return said

    def _check_question(self, test: TestUse, op: str, on: Handle, args: tuple[Any, ...]) -> None:
        """An object may stand only where the reference's answer to the same test is one, and be asked the same.

        Else an object in the place of an array could answer `out.allclose(expected)`, and be told what is expected.
        """
        mirrored = type(on).__name__ if isinstance(type(on), Mirror) else ""
        question = f"{mirrored}.{op}.{args[0]}" if op == "attribute" else f"{mirrored}.{op}"
        test.asked.add(question)
        if test.allowed is not None and question not in test.allowed:
            type_name = reference_of(on).type_name
            raise TypeError(f"an object of the student's ({type_name}) came where plain data was expected")

    def _argument_names(self, on: Any) -> list[str]:
        """The parameters that the reference gives to what is called; empty where that is not known."""
        if isinstance(on, ModulePath):
            return self.names.arguments(on.module, on.name)
        if isinstance(on, Mirror):
            return self.names.arguments(*on._autograder_path)
        method = reference_of(on).method if isinstance(on, Handle) else None
        return self.names.arguments(*method) if method else []

    def probe(self, source: str, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Run a function of the test author's beside the student's code; what it returns is a claim."""
        __tracebackhide__ = True
        test, channel = self._ready()
        encoder = Encoder(self._encode_object, self.private_generator)
        metadata = {
            "source": source,
            "name": name,
            "seed": test.seed,
            "args": [encoder.encode(value) for value in args],
            "kwargs": {key: encoder.encode(value) for key, value in kwargs.items()},
        }
        test.calls.append(take_call(f"probe {name}", [], args, kwargs))
        reply, out = self._exchange(channel, wire.Kind.PROBE, metadata, encoder.buffers, self._test_budget(test))
        return self._decode(self._value(reply), out)[0]

    def watch(self, what: str, *, on: bool, seed: int = 0) -> list[str]:
        """Begin or end to collect the warnings or the output of the student's code, or set its global seeds."""
        test, channel = self._ready()
        metadata = {"what": what, "on": on, "seed": seed}
        reply, out = self._exchange(channel, wire.Kind.WATCH, metadata, [], self._test_budget(test))
        lines = self._decode(self._value(reply), out)[0]
        if not isinstance(lines, list) or not all(isinstance(line, str) for line in lines):
            raise self._garbage(wire.WireError("no list of lines"))
        return [clean_text(line, 1 << 20) for line in lines]

    @property
    def seed(self) -> int:
        """The running test's seed of the student's global generators."""
        return self.test.seed if self.test is not None else 0

    # ---- a sandbox's life

    def _ready(self) -> tuple[TestUse, Channel]:
        """The running test, and a sandbox in which the submission is imported and the test has begun."""
        test = self.test
        if test is None:
            raise RuntimeError("the student's code was called outside a test")
        if self._calling_back:
            raise RuntimeError("a function of the test's that the student's code calls may not call the student's code")
        if test.lost is not None:
            raise test.lost.again()
        if self.import_failure is not None:
            test.lost = self.import_failure.again()
            raise test.lost
        if self.channel is None:
            self._start(test)
        assert self.channel is not None
        if not test.begun:
            test.begun = True
            self._cpu_at_begin_s = self.channel.process.cpu_s()
            self._begins = True
        return test, self.channel

    def _start(self, test: TestUse) -> None:
        try:
            channel = self.open_channel(self.limits)
        except (GraderError, OSError) as error:
            test.lost = SandboxLostError(Outcome.FAULT, str(error))
            raise test.lost from None
        self.channel = channel
        self.sandboxes += 1
        self._handles.clear()
        self._released.clear()
        self._cpu_at_begin_s = channel.process.cpu_s()
        wall_s = max(self.limits.wall_s, 3 * self.limits.import_cpu_s)
        budget = Budget(self.limits.import_cpu_s, wall_s, self._cpu_at_begin_s)
        classes: dict[str, list[str]] = {}
        for module, name in self.names.mirrors:
            classes.setdefault(module, []).append(name)
        request = {
            "modules": list(self.modules), "classes": classes, "seed": self.import_seed, "torch": self.names.tensors,
            "cpu_s": budget.cpu_s, "wall_s": budget.wall_s, "cells": dict(self.cells),
            "forbidden": list(self.forbidden),
            "skip": [[entry.file, entry.first] for entry in self.passed_over or () if entry.slow],
        }  # fmt: skip
        try:
            files = {"names": list(self.files)}
            reply, _ = self._exchange(self.channel, wire.Kind.FILES, files, list(self.files.values()), budget)
            if isinstance(reply, wire.Raised):
                raise self._lose(Outcome.MISSING, f"your files did not fit into {self.limits.disk_mib} MiB.")
            reply, out = self._exchange(self.channel, wire.Kind.IMPORT, request, [], budget)
            if self.passed_over is None and not isinstance(reply, wire.Raised):
                self._take_passed_over(reply, out)
        except SandboxLostError as lost:
            sentence = f"While it was imported, {lost.sentence}"
            self.import_failure = SandboxLostError(lost.outcome, sentence, at_import=True)
            if lost.outcome is Outcome.FAULT:
                self.import_failure = None  # ours: the next test may try again
                raise
            test.lost = self.import_failure
            raise self.import_failure from None
        if isinstance(reply, wire.Raised):
            self._end_process()
            # A second import may say what the first one's process has seen in hidden tests: its words are not shown.
            sentence = _import_sentence(reply) if self.sandboxes == 1 else "your file could not be imported again."
            self.import_failure = SandboxLostError(_import_outcome(reply), sentence, at_import=True)
            test.lost = self.import_failure
            raise self.import_failure

    def _take_passed_over(
        self, reply: wire.Value | wire.Missing, buffers: Sequence[bytes | bytearray | memoryview]
    ) -> None:
        """Keep what the first import says; a later one may say what its process has seen in hidden tests."""
        value, _ = self._decode(self._value(reply), buffers)
        try:
            self.passed_over, self.passed_over_more = read_passed_over(value, self.lines)
        except wire.WireError as error:
            raise self._garbage(error) from None

    def _end_process(self) -> None:
        if self.channel is not None:
            self.channel.drain()
            self._take_output()
            self.channel.process.end()
            self.peak_memory_mib = max(self.peak_memory_mib, self.channel.process.peak_memory_mib)
            self.channel = None

    def _take_output(self) -> None:
        assert self.channel is not None
        self.printed += self.channel.take_output(max(0, (self.limits.output_kib << 10) - len(self.printed)))

    def _lose(self, outcome: Outcome, sentence: str, evidence: str = "") -> SandboxLostError:
        """End the sandbox; the error that ends the test with it."""
        test, process = self.test, self.process
        assert test is not None
        assert process is not None
        if test.begun:
            test.cpu_s = process.cpu_s() - self._cpu_at_begin_s
        self._end_process()
        if process.memory_killed:
            outcome, sentence = Outcome.MEMORY, f"your code used more than {self.limits.memory_mib} MiB of memory."
        if process.over_disk:
            outcome = Outcome.CRASHED
            sentence = f"your code wrote more than {self.limits.disk_mib} MiB, or thousands of files."
        if process.fault:
            outcome, sentence = Outcome.FAULT, process.fault
        if evidence and len(test.evidence) < _KEPT_EVIDENCE:
            test.evidence.append(evidence)
        test.lost = SandboxLostError(outcome, sentence)
        return test.lost

    def _garbage(self, error: Exception) -> SandboxLostError:
        sentence = "your code broke the connection to the grader."
        return self._lose(Outcome.CRASHED, sentence, f"sent {clean(str(error))} on the wire")

    # ---- one question and its answer

    def _test_budget(self, test: TestUse) -> Budget:
        return Budget(test.cpu_limit_s, test.wall_limit_s, self._cpu_at_begin_s, test.wall_s)

    def _exchange(
        self,
        channel: Channel,
        kind: wire.Kind,
        metadata: dict[str, Any],
        buffers: Sequence[bytes | bytearray | memoryview],
        budget: Budget,
    ) -> tuple[wire.Value | wire.Raised | wire.Missing, Sequence[bytes | bytearray | memoryview]]:
        """Send one request, answer its callbacks, and receive its reply within the budget."""
        assert self.test is not None
        if self._begins and kind in _OF_TESTS:
            metadata["begin"], self._begins = self.test.seed, False
        try:
            nonce = channel.ask(kind, metadata, buffers, budget)
            while True:
                reply, out = channel.receive(nonce, budget)
                if not isinstance(reply, wire.Callback):
                    return reply, out
                self._call_back(channel, nonce, reply, out, budget)
        except wire.WireError as error:
            raise self._garbage(error) from None
        except LimitError as error:
            raise self._lose(Outcome.TIMEOUT, error.sentence, error.evidence) from None
        except DiedError:
            raise self._died(channel.process) from None
        except MemoryError:
            raise self._garbage(wire.WireError("more than the grader can hold")) from None
        except OSError as error:  # a memfd that could not be made, no descriptors left: ours
            raise self._lose(Outcome.FAULT, f"The grader could not speak to the sandbox ({error}).") from None
        finally:
            if kind in _OF_TESTS:
                self.test.wall_s += channel.waited_s()

    def _died(self, process: Process) -> SandboxLostError:
        """The wire ended: the process exited, or closed it."""
        # Its exit is awaited for a moment, so that the evidence can tell an exit from a kill.
        ended = process.has_ended(1.0)
        lost = self._lose(Outcome.CRASHED, "your code ended its own process.")
        if ended and process.isolated and process.was_killed and not (process.memory_killed or process.over_disk):
            # The process cannot send itself SIGKILL (seccomp): somebody outside did, and it was not us.
            lost.outcome, lost.sentence = Outcome.FAULT, "The student's process was killed from outside the sandbox."
        if process.exit_reason and self.test is not None:
            self.test.evidence.append(f"the process {process.exit_reason}")
        return lost

    def _student_exception(self, reply: wire.Raised, op: str) -> BaseException:
        error = student_exception(reply, self.names.mirrors, self.lines)
        if isinstance(error, StopIteration) and op != "next":
            # as in a generator (PEP 479): it would end a loop of the test's without a word
            stop, error = error, RuntimeError("the student's code raised StopIteration")
            copy_student_error(stop, error)
        return error

    def _value(self, reply: wire.Value | wire.Raised | wire.Missing, op: str = "") -> wire.Value:
        """The reply's value; the exception that it names is raised."""
        __tracebackhide__ = True
        if isinstance(reply, wire.Raised):
            raise self._raised.pop(reply.token, None) or self._student_exception(reply, op)
        if isinstance(reply, wire.Missing):
            raise self._garbage(wire.WireError("a reply of another kind"))
        return reply

    def _name_method(self, handle: Handle, owner: Handle, name: str) -> None:
        """Note of a handle which public method it is: the reference's signature then names its arguments."""
        mirror: Any = type(owner)
        reference = replace(reference_of(handle), method=(*mirror._autograder_path, name))
        object.__setattr__(handle, "_autograder_reference", reference)

    def _decode(
        self, reply: wire.Value, buffers: Sequence[bytes | bytearray | memoryview]
    ) -> tuple[Any, dict[int | str, Any]]:
        decoder = Decoder(buffers, self._make_handle, self._get_callable, tensors=self.names.tensors)
        assert self.test is not None
        started_s = time.thread_time()
        try:
            return decoder.decode(reply.value), {key: decoder.decode(node) for key, node in reply.returned}
        except wire.WireError as error:
            raise self._garbage(error) from None
        finally:
            # what the answer costs us to read is the student's doing, and counts as theirs
            self.test.decoding_s += time.thread_time() - started_s

    def _settle_arguments(
        self,
        test: TestUse,
        given: Given,
        wanted: list[int | str],
        changed: list[int | str],
        returned: dict[int | str, Any],
    ) -> None:
        """A changed array is a failure, unless the test marks the argument as in_place: then it is given back."""
        __tracebackhide__ = True
        for key in wanted:
            if not give_back(given.value(key), returned.get(key)):
                test.changed = f"{given.name(key)} (its type, shape or dtype)"
                raise ArgumentChangedError(f"{test.changed} was changed by the call.")
        others = [key for key in changed if key not in wanted]
        if others:
            test.changed = given.name(others[0])
            raise ArgumentChangedError(f"{test.changed} was changed by the call.")

    # ---- objects

    def _make_handle(self, node: HandleNode) -> Handle:
        """One handle an object, so that `is` tells; its class is the mirror that the student's side claims first."""
        found = self._handles.get(node.number)
        if found is None:
            mirrors = [self.names.mirrors.get(path) for path in node.classes]
            kind: Any = next((mirror for mirror in mirrors if isinstance(mirror, Mirror)), Handle)
            reference = Reference(self, self.sandboxes, node.number, node.type_name, node.classes)
            found = make_handle(kind, reference, node.abilities)
            self._handles[node.number] = found
            weakref.finalize(found, self._release, self.sandboxes, node.number)
        return found

    def _take_released(self) -> set[int]:
        released, self._released = self._released, set()
        return released

    def _release(self, generation: int, number: int) -> None:
        """A handle is no longer held on this side; the next request says so."""
        if generation == self.sandboxes:
            self._released.add(number)

    def _encode_object(self, value: Any) -> Any:
        if isinstance(value, ModulePath):
            return ["m", value.module, value.name]
        if isinstance(value, Mirror):
            return ["m", *value._autograder_path]
        if isinstance(value, Handle):
            reference = reference_of(value)
            if reference.owner is not self or reference.generation != self.sandboxes:
                raise wire.EncodeError("a test passed an object of a sandbox that is gone; make it in the test itself.")
            return ["h", reference.number]
        own = getattr(value, "_autograder_path", None)
        if isinstance(own, ModulePath):
            return ["m", own.module, own.name]
        if callable(value):
            number = next(self._numbers)
            self._callables[number] = value
            return ["k", number]
        return None

    def _get_callable(self, number: int) -> Callable[..., Any]:
        found = self._callables.get(number)
        if found is None:
            raise wire.WireError("a callable that was never sent")
        return found

    def _call_back(
        self,
        channel: Channel,
        nonce: bytes,
        request: wire.Callback,
        buffers: Sequence[bytes | bytearray | memoryview],
        budget: Budget,
    ) -> None:
        """Call a function of the test's for the student's code, and answer; the time is not the student's."""
        test = self.test
        assert test is not None
        test.callbacks += 1
        if test.callbacks > _MAX_CALLBACKS:
            raise LimitError(f"your code called a function of the test more than {_MAX_CALLBACKS} times.")
        function = self._get_callable(request.number)
        decoder = Decoder(buffers, self._make_handle, self._get_callable, tensors=self.names.tensors)
        args = [decoder.decode(node) for node in request.args]
        kwargs = {key: decoder.decode(node) for key, node in request.kwargs.items()}
        encoder = Encoder(self._encode_object, self.private_generator)
        started_s = time.monotonic()
        self._calling_back = True
        try:
            metadata: dict[str, Any] = {"value": encoder.encode(function(*args, **kwargs))}
        except Exception as error:  # noqa: BLE001  it travels through the student's code, as it would in one process
            token = next(self._numbers)
            self._raised[token] = error
            test.asserted = test.asserted or isinstance(error, AssertionError)
            metadata = {"raised": builtin_name(error), "token": token}
        except BaseException:
            self._end_process()  # it ends the test at once; the student's code is in the middle of a call
            raise
        finally:
            self._calling_back = False
            channel.pause(time.monotonic() - started_s)
        channel.tell(wire.Kind.ANSWER, nonce, metadata, encoder.buffers, budget)


def _called(on: Any, name: str) -> str:
    """What is called, for the TA: a method by its class and name where these are known."""
    method = reference_of(on).method if isinstance(on, Handle) else None
    return ".".join(method[1:]) if method else name


def clean(text: str) -> str:
    """A short printable form of a student's text."""
    return clean_text(text, 200).replace("\n", " ")


def _import_outcome(reply: wire.Raised) -> Outcome:
    if reply.base == "MemoryError":
        return Outcome.MEMORY
    if reply.base == "TimeoutError":
        return Outcome.TIMEOUT
    return Outcome.CRASHED if reply.base == "SystemExit" else Outcome.MISSING


def _import_sentence(reply: wire.Raised) -> str:
    """Why nothing could be imported, for the student: it is their own file, so all of it may be said."""
    where = f", {place(clean(reply.frames[-1][0]), reply.frames[-1][1])}" if reply.frames else ""
    text = f": {clean(reply.text)}" if reply.text else ""
    return f"your file could not be imported: {clean(reply.type)}{text}{where}."
