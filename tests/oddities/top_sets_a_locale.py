"""The file sets a German locale, which is not here, above the functions."""

from oddities_course import FUNCTIONS, IMPORTS, definitions, module

FILES = {"ridge.py": module("import locale\n\nlocale.setlocale(locale.LC_ALL, 'de_DE@klingon')", IMPORTS, FUNCTIONS)}
SCORE = 100
SAYS = r"locale|line \d+"
PLAIN = definitions(FILES["ridge.py"])
