"""Notebooks as bytes, in the forms in which programs save them."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

from autograder.templates.solutions import cut_module


def cell(source: str, kind: str = "code") -> dict[str, Any]:
    """A cell of nbformat 4."""
    more = {"outputs": [], "execution_count": None} if kind == "code" else {}
    return {"cell_type": kind, "metadata": {}, "source": source.splitlines(True), **more}


def notebook(*cells: str | dict[str, Any], metadata: dict[str, Any] | None = None) -> bytes:
    """A notebook as Jupyter saves it; a text is a code cell."""
    python = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    whole = [cell(one) if isinstance(one, str) else one for one in cells]
    return json.dumps(
        {"cells": whole, "metadata": python if metadata is None else metadata, "nbformat": 4, "nbformat_minor": 5}
    ).encode()


def colab(*sources: str) -> bytes:
    """A notebook as Colab saves it: its own metadata, no language, sources as one text."""
    cells = [
        {**cell(source), "source": source, "metadata": {"id": f"a{number}", "colab": {"base_uri": "https://x"}}}
        for number, source in enumerate(sources)
    ]
    kernel = {"name": "python3", "display_name": "Python 3"}
    metadata = {"colab": {"provenance": []}, "accelerator": "GPU", "kernelspec": kernel}
    return json.dumps({"nbformat": 4, "nbformat_minor": 0, "metadata": metadata, "cells": cells}).encode()


def vs_code(*sources: str) -> bytes:
    """A notebook as VS Code saves it: a cell of another language among those of Python."""
    cells = [{**cell(source), "metadata": {"vscode": {"languageId": "python"}}} for source in sources]
    cells.append({**cell("exit 1"), "metadata": {"vscode": {"languageId": "shellscript"}}})
    return notebook(*cells, metadata={"language_info": {"name": "python", "version": "3.11"}, "orig_nbformat": 4})


def version_3(*sources: str) -> bytes:
    """A notebook of nbformat 3: worksheets, `input` in place of `source`."""
    cells: list[dict[str, Any]] = [{"cell_type": "heading", "level": 1, "metadata": {}, "source": ["Work"]}]
    cells += [
        {"cell_type": "code", "collapsed": False, "input": source.splitlines(True), "language": "python",
         "metadata": {}, "outputs": [{"output_type": "pyout", "text": ["1"]}], "prompt_number": 1}
        for source in sources
    ]  # fmt: skip
    sheets = [{"cells": cells, "metadata": {}}]
    return json.dumps({"metadata": {"name": ""}, "nbformat": 3, "nbformat_minor": 0, "worksheets": sheets}).encode()


def fill_in(stub: Any, reference: str) -> Any:
    """A copy of an assignment's notebook whose answer cells hold what the reference has there."""
    segments = {one.name: one.source for one in cut_module(reference, Path("reference.py")) if one.name}
    filled = copy.deepcopy(stub)
    for one in filled["cells"]:
        grading = one["metadata"]["nbgrader"]
        if one["cell_type"] == "code" and grading["solution"]:
            one["source"] = segments.pop(grading["grade_id"])
    assert not segments
    return filled
