"""Claims exceptions that cannot be: forged tokens, bases that are no exceptions, classes that do not fit together.

alone: not applicable, the wire is not there
here: all but test_fail[0], test_fail[1], test_fail[2], test_fail[3], test_fail[4], test_fail[5], test_fail[6], test_fail[7], test_fail[8], test_fail[9]
"""

import tap


def fail(trick):
    raised = {
        "type": "ValueError", "base": "Exception", "exact": False, "classes": [], "token": -1, "text": "as it should",
        "frames": [["work.py", 1, "fail"]], "traceback": "",
    }  # fmt: skip
    lies = [
        {"token": 0, "exact": True},
        {"base": "int", "exact": True},
        {"base": "BaseExceptionGroup", "exact": True},
        {"base": "SystemExit", "exact": True, "classes": [["work", "Model"]] * 16},
        {"base": "StopIteration", "exact": True},
        {"type": "ValueError" * 100_000, "base": "UnicodeDecodeError", "exact": False, "text": "a" * 1_000_000},
        {"frames": [["work.py", 2**62, "fail"]] * 10_000, "base": "KeyError"},
        {"token": 2**70},
        {"type": "", "base": "SyntaxError", "exact": True, "text": chr(0) + "as it should"},
        {"base": "AssertionError", "exact": True},
    ]
    if trick == 7:
        tap.instead(lambda wire, nonce: tap.send_frame(wire, nonce, 17, {**raised, "token": "0"}, []))
    else:
        tap.instead(lambda wire, nonce: tap.send_frame(wire, nonce, 17, {**raised, **lies[trick]}, []))
