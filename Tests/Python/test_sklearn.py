"""scikit-learn and joblib on what to_arrays() gives, and on datasets that go to their workers."""

import numpy
import pytest

from frameworks import needs
from pixcrawler import load_dataset
from support import KEY

pytestmark = pytest.mark.filterwarnings("error")


@pytest.fixture(scope="module")
def arrays(packed):
    return load_dataset(packed, image_size=24).to_arrays()


@needs("sklearn")
def test_a_split_keeps_images_and_labels_together(arrays):
    from sklearn.model_selection import train_test_split

    X, y = arrays
    X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.25, random_state=0, stratify=y)
    assert (X_train.shape, X_test.shape) == ((90, 24, 24, 3), (30, 24, 24, 3))
    labels = {image.tobytes(): label for image, label in zip(X, y)}
    assert [labels[image.tobytes()] for image in X_test] == y_test.tolist()
    assert sorted([*y_train, *y_test]) == sorted(y)


@needs("sklearn")
def test_a_forest_learns_what_it_is_shown(arrays):
    from sklearn.ensemble import RandomForestClassifier

    X, y = arrays
    forest = RandomForestClassifier(n_estimators=20, random_state=0).fit(X.reshape(X.shape[0], -1), y)
    assert list(forest.classes_) == sorted(set(y)) and forest.score(X.reshape(X.shape[0], -1), y) > 0.95


@needs("sklearn")
def test_a_grid_search_in_processes(arrays):
    """loky's workers are given the arrays, and find no engine's thread in their way."""
    from sklearn.model_selection import GridSearchCV
    from sklearn.preprocessing import StandardScaler
    from sklearn.svm import SVC

    X, y = arrays
    flat = StandardScaler().fit_transform(X.reshape(X.shape[0], -1))
    grid = GridSearchCV(SVC(), {"C": [1, 10], "kernel": ["rbf", "linear"]}, cv=3, n_jobs=2).fit(flat, y)
    assert grid.best_score_ > 2 / 12, "better than guessing"


def total(dataset, start, stop):
    return sum(int(image.sum(dtype=numpy.int64)) for image, _ in dataset[start:stop])


@needs("joblib")
@pytest.mark.parametrize("backend", ["loky", "multiprocessing", "threading"])
def test_a_dataset_goes_to_joblibs_workers(server, packed, monkeypatch, backend):
    """Without its key, which they find in the environment."""
    import joblib
    from joblib.externals.loky import get_reusable_executor

    get_reusable_executor().shutdown(wait=True)  # workers that began without the key
    monkeypatch.setenv("PIXCRAWLER_API_KEY", KEY)
    dataset = load_dataset("photos", KEY, server.url)
    sums = joblib.Parallel(n_jobs=2, backend=backend)(
        joblib.delayed(total)(dataset, start, start + 30) for start in range(0, 120, 30))
    assert sum(sums) == int(load_dataset(packed).to_arrays()[0].sum(dtype=numpy.int64))
