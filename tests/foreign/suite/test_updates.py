"""Tests for the update rules: next_w, config = rule(w, dw, config)."""

import layers as L
import numpy as np
import pytest
from layers import adam, rmsprop, sgd, sgd_momentum


def make(shape=(3, 4)):
    gen = np.random.default_rng(42)
    return gen.normal(size=shape), gen.normal(size=shape)


@pytest.mark.parametrize("rule", [sgd, sgd_momentum, rmsprop, adam])
@pytest.mark.parametrize("shape", [(5,), (3, 4)])
def test_keeps_shape(rule, shape):
    w, dw = make(shape)
    next_w, config = rule(w, dw)
    assert next_w.shape == shape
    assert isinstance(config, dict)
    assert "learning_rate" in config


@pytest.mark.parametrize(
    "name, rate",
    [("sgd", 1e-2), ("sgd_momentum", 1e-2), ("rmsprop", 1e-2), ("adam", 1e-3)],
)
def test_default_learning_rate(name, rate):
    _, config = getattr(L, name)(*make())
    assert config["learning_rate"] == rate


@pytest.mark.parametrize("name", ["sgd", "sgd_momentum", "rmsprop", "adam"])
def test_zero_gradient_from_rest_changes_nothing(name):
    w = np.array([1.0, -2.0, 3.0])
    next_w, _ = getattr(L, name)(w, np.zeros(3), {"learning_rate": 0.1})
    assert next_w.tolist() == [1.0, -2.0, 3.0]


def test_sgd():
    next_w, _ = L.sgd(np.array([1.0, 2.0]), np.array([10.0, -10.0]), {"learning_rate": 0.1})
    assert next_w == pytest.approx([0.0, 3.0])


class TestMomentum:
    def test_from_rest_is_sgd(self):
        w, dw = make()
        next_w, _ = sgd_momentum(w, dw, {"learning_rate": 0.05})
        np.testing.assert_allclose(next_w, w - 0.05 * dw)

    def test_given_velocity(self):
        w, dw = np.array([1.0, 1.0]), np.array([2.0, 0.0])
        config = {"learning_rate": 0.5, "momentum": 0.9, "velocity": np.array([1.0, -1.0])}
        next_w, config = sgd_momentum(w, dw, config)
        assert next_w == pytest.approx([0.9, 0.1])
        assert config["velocity"] == pytest.approx([-0.1, -0.9])

    def test_constant_gradient_gathers_speed(self):
        w, dw, config = np.zeros(2), np.ones(2), None
        path = [w]
        for _ in range(5):
            w, config = sgd_momentum(w, dw, config)
            path.append(w)
        steps = -np.diff(path, axis=0)[:, 0]
        assert (np.diff(steps) > 0).all()
        assert steps[1] == pytest.approx(0.019)


class TestRMSProp:
    def test_one_step(self):
        config = {"learning_rate": 0.1, "decay_rate": 0.75, "epsilon": 0.0, "cache": np.array([0.0, 4.0])}
        next_w, config = rmsprop(np.zeros(2), np.array([2.0, -2.0]), config)
        np.testing.assert_allclose(config["cache"], [1.0, 4.0])
        np.testing.assert_allclose(next_w, [-0.2, 0.1])

    @pytest.mark.parametrize("key, value", [("decay_rate", 0.99), ("epsilon", 1e-8)])
    def test_defaults(self, key, value):
        _, config = rmsprop(*make())
        assert config[key] == value


class TestAdam:
    @pytest.fixture
    def config(self):
        return {"learning_rate": 1e-2, "beta1": 0.5, "beta2": 0.9375, "epsilon": 0.0}

    def test_first_step_has_the_size_of_the_learning_rate(self, config):
        w, dw = make()
        next_w, _ = adam(w, dw, config)
        np.testing.assert_allclose(np.abs(next_w - w), np.full(w.shape, 1e-2))

    def test_counts_steps(self, config):
        w, dw = make()
        for t in range(1, 4):
            w, config = adam(w, dw, config)
            assert config["t"] == t

    def test_moments(self, config):
        config.update(m=np.array([1.0]), v=np.array([8.0]), t=1)
        _, config = adam(np.zeros(1), np.array([2.0]), config)
        assert config["m"] == pytest.approx([1.5])
        assert config["v"] == pytest.approx([7.75])

    def test_bias_correction_at_second_step(self, config):
        config.update(m=np.array([1.0]), v=np.array([8.0]), t=1)
        next_w, _ = adam(np.zeros(1), np.array([2.0]), config)
        # 1.5 / (1 - beta1**2) = 2, 7.75 / (1 - beta2**2) = 64
        assert next_w == pytest.approx([-1e-2 * 2 / 8])


@pytest.mark.parametrize(
    "name, rate, steps",
    [
        pytest.param("sgd", 0.1, 60, id="sgd"),
        pytest.param("sgd_momentum", 0.01, 200, id="momentum"),
        pytest.param("rmsprop", 0.02, 200, id="rmsprop"),
        pytest.param("adam", 0.05, 200, id="adam"),
    ],
)
def test_finds_the_bottom_of_a_bowl(name, rate, steps):
    rule = getattr(L, name)
    w, config = np.array([1.0, -1.5]), {"learning_rate": rate}
    for _ in range(steps):
        w, config = rule(w, 2 * w, config)
    assert np.linalg.norm(w) < 0.1
