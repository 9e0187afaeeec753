import unittest

from work import powers, square


class SquareTest(unittest.TestCase):
    def setUp(self):
        self.values = [1, 2, 3]

    def test_square(self):
        self.assertEqual(square(3), 9)

    def test_error(self):
        with self.assertRaises(TypeError):
            square("a")

    def test_almost(self):
        self.assertAlmostEqual(square(0.1), 0.01)

    def test_parts(self):
        for value in self.values:
            with self.subTest(value=value):
                self.assertEqual(square(value), value**2)


def test_powers(subtests):
    for exponent, value in enumerate(powers(2, 4)):
        with subtests.test(exponent=exponent):
            assert value == 2**exponent


def test_plain():
    assert square(0) == 0
