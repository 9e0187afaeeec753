"""The file reads a table with pandas, which may not be here, above the functions."""

from oddities_course import FUNCTIONS, IMPORTS, module

FILES = {
    "ridge.py": module(
        IMPORTS,
        "import pandas as pd\n\ntable = pd.read_csv('C:\\\\Users\\\\me\\\\housing.csv')\ntable.head()",
        FUNCTIONS,
    )
}
SCORE = 100
SAYS = r"pandas|housing|line \d+"
