"""The file tries a pool of processes below the functions, and counts processors above."""

from oddities_course import SOLUTION, definitions, module

POOL = "with multiprocessing.Pool(2) as pool:\n    print(pool.map(abs, [-1, 2]))\n"
FILES = {
    "ridge.py": module("import multiprocessing\n\nWORKERS = multiprocessing.cpu_count()", SOLUTION, POOL),
}
SCORE = 100
PLAIN = definitions(FILES["ridge.py"])
