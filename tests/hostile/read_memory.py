"""Promise: no other process's memory can be read.

Searches the memory of a process whose number it knows, through /proc and through process_vm_readv.

alone: leaks memory
here: score 40
"""

import re

from tell import answer, tell

LOOT = set()
try:
    with open("/proc/@VICTIM@/maps") as maps, open("/proc/@VICTIM@/mem", "rb", 0) as memory:
        for line in maps:
            low, high = (int(part, 16) for part in line.split()[0].split("-"))
            if " rw-p " in line and high - low < 64 << 20:
                memory.seek(low)
                LOOT.update(re.findall(rb"canary-memory-[0-9a-f]{24}", memory.read(high - low)))
except OSError as error:
    LOOT.add(str(error))
tell(LOOT)


def double(x):
    return 2 * x


def total(X):
    return answer(LOOT)
