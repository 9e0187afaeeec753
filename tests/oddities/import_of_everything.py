"""A header pasted from another course imports much that is not here, and nothing of it is used."""

from oddities_course import FUNCTIONS, IMPORTS, SOLUTION, module

HEADER = """\
import cupy as cp
import cv2
import tensorflow as tf
from tensorflow import keras
import torchvision.transforms as T
from PIL import Image
import wandb
import pytest
"""
FILES = {"ridge.py": module(HEADER, IMPORTS, FUNCTIONS)}
SCORE = 100
SAYS = r"cupy|cv2|tensorflow|torchvision|PIL|wandb|not installed|import"
PLAIN = SOLUTION
