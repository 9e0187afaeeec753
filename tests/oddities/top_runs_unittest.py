"""The student's own tests stand in the file, which ends with unittest.main() without a guard."""

from oddities_course import SOLUTION, definitions, module

TESTS = """\
class TestFit(unittest.TestCase):
    def test_fit(self):
        self.assertEqual(fit(np.eye(2), np.ones(2), epochs=0).tolist(), [0, 0])


unittest.main()
"""
FILES = {"ridge.py": module("import unittest", SOLUTION, TESTS)}
SCORE = 100
PLAIN = definitions(FILES["ridge.py"])
