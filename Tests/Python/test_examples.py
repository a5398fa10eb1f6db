"""Every example of the specification runs as it is printed, with every warning an error.

They read real photographs from `pixcrawler serve`; run_example.py fills in what they leave to the reader. Their text
is as printed, epochs included: ten.
"""

import pathlib
import re
import shutil
import subprocess
import sys

import pytest

from frameworks import PACKAGES, absent
from support import BINARY, Server, command

HERE = pathlib.Path(__file__).parent
EXAMPLES = sorted((HERE / "examples").glob("*.py"))

#: Warnings that are not ours, and speak of what the examples themselves write or of this machine.
FOREIGN = [
    # Keras: of every tf.data.Dataset that is given to fit() without shuffle=False.
    "`shuffle=True` was passed, but will be ignored",
    # Keras: layers.Conv2D(32, 3, activation='relu', input_shape=(224, 224, 3)).
    "Do not pass an `input_shape`/`input_dim` argument to a layer",
    # DataLoader: num_workers=4 on a machine of fewer cores.
    "This DataLoader will create 4 worker processes in total",
]

#: What must be found in the output of those that print.
SHOWN = {
    "basic_usage": r"Image shape: \(120, 160, 3\), Label: bird",
    "docstring_load_dataset": r"\(120, 160, 3\)\n",
    "docstring_to_tensorflow": "Epoch 10/10",
    "error_handling": "",
    "example_1_simple_iteration": r"Image: \(120, 160, 3\), Label: dog",
    "example_3_scikit_learn": r"Accuracy: \d",
    "example_5_tensorflow_training": "Epoch 10/10",
    "example_6_pandas": r"(?s)cat +20\n.*Found 20 cat images",
    "integration_keras": "(?s)Epoch 10/10.*val_loss",
    "integration_pytorch": r"Epoch 9: Val Loss = \d",
    "integration_scikit_learn": r"(?s)Best params: {'C': .*Test accuracy: \d",
}


@pytest.fixture(scope="module")
def url(photos, tmp_path_factory):
    """A service with sixty photographs of three classes under every job id of the examples."""
    home = tmp_path_factory.mktemp("examples")
    folders = sorted(folder for folder in photos.iterdir() if folder.is_dir())
    for place, label in enumerate(["bird", "cat", "dog"]):
        for folder in folders[2 * place : 2 * place + 2]:
            shutil.copytree(folder, home / "images" / label, dirs_exist_ok=True)
    (home / "served").mkdir()
    command("pack", home / "images", home / "served/job_123", "--chunk-size", "25")
    for job in ("job_abc123", "job_id"):
        (home / "served" / job).symlink_to(home / "served/job_123")
    server = Server(home / "served")
    yield server.url
    server.stop()


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_as_printed(example, url, tmp_path):
    text = example.read_text()
    used = [name for name in PACKAGES if re.search(rf"^(from|import) {name}\b", text, re.MULTILINE)]
    used += [name for name, word in (
        ("torch", "DataLoader"), ("torch", "to_torch"), ("tensorflow", "to_tensorflow"), ("pandas", "to_dataframe"),
        ("sklearn", "train_test_split"), ("PIL", "torchvision")) if word in text]
    if absent(*used):
        pytest.skip(f"not installed here: {', '.join(sorted(set(absent(*used))))}")
    filters = [option for message in FOREIGN for option in ("-W", f"ignore:{message}")]
    result = subprocess.run(
        [BINARY, "run", "--python", sys.executable, "-W", "error", *filters, HERE / "run_example.py", example, url],
        capture_output=True, text=True, timeout=300, cwd=tmp_path)
    assert result.returncode == 0, f"exit {result.returncode}\n{result.stdout}\n{result.stderr}"
    assert "Exception ignored" not in result.stderr and "Warning" not in result.stderr, result.stderr
    assert re.search(SHOWN.get(example.stem, ""), result.stdout), result.stdout


def test_the_examples_are_all_here():
    assert len(EXAMPLES) == 30
    assert set(SHOWN) <= {example.stem for example in EXAMPLES}
