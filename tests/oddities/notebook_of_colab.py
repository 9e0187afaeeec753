"""A notebook of Google Colab: a mounted drive, forms, uploads, a folder that is not here, Colab's metadata."""

from oddities_course import FIT, GRADIENT, IMPORTS, LOSS, SOLUTION, STANDARDISE, code, notebook, prose

METADATA = {
    "accelerator": "GPU",
    "colab": {"provenance": [{"file_id": "1aB", "timestamp": 1700000000000}], "gpuType": "T4", "toc_visible": True},
    "kernelspec": {"display_name": "Python 3", "name": "python3"},
    "language_info": {"name": "python"},
    "widgets": {"application/vnd.jupyter.widget-state+json": {"a1": {"model_module": "@jupyter-widgets/base"}}},
}
MOUNT = "from google.colab import drive, files\ndrive.mount('/content/drive')\n%cd /content/drive/MyDrive/hw2\n!ls -la"
FILES = {
    "ridge.ipynb": notebook(
        prose('<a href="https://colab.research.google.com/">Open in Colab</a>'),
        code(MOUNT, metadata={"id": "x1", "colab": {"base_uri": "https://localhost:8080/"}, "outputId": "7"}),
        code('#@title Imports { display-mode: "form" }\nseed = 0 #@param {type:"integer"}\n' + IMPORTS),
        code(STANDARDISE, metadata={"id": "x2"}),
        "uploaded = files.upload()",
        LOSS,
        "import os\nos.chdir('/content/drive/MyDrive')",
        GRADIENT,
        FIT,
        metadata=METADATA,
    )
}
SCORE = 100
PLAIN = SOLUTION
