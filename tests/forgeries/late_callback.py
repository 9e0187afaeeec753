"""Calls the test's function from a thread, when the call has long ended.

alone: passes test_late_callback
here: all but test_late_callback, test_after_late_callback
"""

import threading
import time


def repeat(n, each):
    def later():
        time.sleep(0.05)
        for i in range(n):
            each(i)

    threading.Thread(target=later, daemon=True).start()
