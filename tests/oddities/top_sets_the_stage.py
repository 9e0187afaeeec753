"""Seeds, print options, floating-point errors, the recursion limit, logging to a file: set for the whole process."""

from oddities_course import FUNCTIONS, IMPORTS, module

STAGE = """\
import faulthandler
import gc
import logging
import os
import random
import sys

os.environ["CUDA_VISIBLE_DEVICES"] = "0"
os.environ["KMP_DUPLICATE_LIB_OK"] = "TRUE"
np.seterr(all="raise")
np.set_printoptions(precision=3, suppress=True)
np.random.seed(0)
random.seed(0)
sys.setrecursionlimit(100_000)
gc.disable()
logging.basicConfig(filename="run.log", level=logging.DEBUG)
logging.getLogger(__name__).info("started")
"""
FILES = {"ridge.py": module(IMPORTS, STAGE, FUNCTIONS)}
SCORE = 100
