"""Tests for the layers: fully connected, ReLU, normalization, dropout, convolution, pooling, losses."""

import math
from types import SimpleNamespace

import layers
import numpy as np
import pytest
from layers import (
    affine_backward,
    affine_forward,
    relu_backward,
    relu_forward,
    softmax_loss,
    svm_loss,
)
from numpy.testing import assert_allclose


def distance(a, b):
    """Relative to the size of b."""
    return np.linalg.norm(a - b) / np.linalg.norm(b)


def check_grad(got, want, tol=1e-6):
    assert got is not None, "gradient is None"
    assert got.shape == want.shape, f"gradient has shape {got.shape}, should have {want.shape}"
    assert_allclose(got, want, rtol=1e-5, atol=tol)


# ---------------------------------------------------------------- affine


def test_affine_forward_by_hand():
    x = np.array([[1.0, 2.0], [3.0, -1.0]])
    w = np.array([[1.0, 0.0, 2.0], [0.5, -1.0, 1.0]])
    b = np.array([0.0, 10.0, -1.0])
    out, _ = affine_forward(x, w, b)
    assert out.tolist() == [[2.0, 8.0, 3.0], [2.5, 11.0, 4.0]]


@pytest.mark.parametrize("shape", [(4, 6), (4, 2, 3), (3, 2, 2, 2), (1, 5)])
def test_affine_forward_flattens_each_example(gen, shape):
    d = math.prod(shape[1:])
    x, w, b = gen.normal(size=shape), gen.normal(size=(d, 3)), gen.normal(size=3)
    out, _ = affine_forward(x, w, b)
    assert out.shape == (shape[0], 3)
    want = [[sum(x[n].ravel() * w[:, m]) + b[m] for m in range(3)] for n in range(shape[0])]
    assert_allclose(out, want, atol=1e-12)


def test_affine_cache_is_x_w_b(gen):
    x, w, b = gen.normal(size=(2, 3)), gen.normal(size=(3, 4)), gen.normal(size=4)
    _, cache = affine_forward(x, w, b)
    assert isinstance(cache, tuple)
    assert len(cache) == 3
    for kept, given in zip(cache, (x, w, b)):
        np.testing.assert_array_equal(kept, given)


def test_affine_forward_refuses_mismatched_shapes():
    with pytest.raises(ValueError):
        affine_forward(np.ones((2, 5)), np.ones((6, 3)), np.zeros(3))


@pytest.mark.parametrize("shape", [(4, 6), (3, 2, 3)], ids=["flat", "images"])
def test_affine_backward(gen, numeric_grad, shape):
    d = math.prod(shape[1:])
    x, w, b = gen.normal(size=shape), gen.normal(size=(d, 3)), gen.normal(size=3)
    dout = gen.normal(size=(shape[0], 3))

    _, cache = affine_forward(x, w, b)
    dx, dw, db = affine_backward(dout, cache)

    check_grad(dx, numeric_grad(lambda x: affine_forward(x, w, b)[0], x, dout))
    check_grad(dw, numeric_grad(lambda w: affine_forward(x, w, b)[0], w, dout))
    check_grad(db, numeric_grad(lambda b: affine_forward(x, w, b)[0], b, dout))


def test_affine_backward_from_cache_made_by_hand():
    x = np.array([[[1.0], [2.0]]])
    w = np.array([[3.0], [4.0]])
    dx, dw, db = affine_backward(np.array([[2.0]]), (x, w, np.zeros(1)))
    assert_allclose(np.ravel(dx), [6.0, 8.0])
    assert_allclose(dw, [[2.0], [4.0]])
    assert_allclose(db, [2.0])


# ---------------------------------------------------------------- relu


class TestReLU:
    x = np.array([[-1.5, 0.0, 2.0], [3.0, -0.25, 0.5]])

    def test_forward(self):
        out, _ = relu_forward(self.x)
        np.testing.assert_array_equal(out, [[0, 0, 2.0], [3.0, 0, 0.5]])

    def test_forward_keeps_shape(self, gen):
        x = gen.normal(size=(2, 3, 4, 5))
        out, _ = relu_forward(x)
        assert out.shape == x.shape
        assert out.min() >= 0
        assert distance(out, x * (x > 0)) < 1e-12

    def test_cache_is_x(self):
        _, cache = relu_forward(self.x)
        np.testing.assert_array_equal(cache, self.x)

    def test_backward(self, gen, numeric_grad):
        x = gen.normal(size=(5, 6))
        dout = gen.normal(size=x.shape)
        _, cache = relu_forward(x)
        check_grad(relu_backward(dout, cache), numeric_grad(lambda x: relu_forward(x)[0], x, dout))

    def test_backward_positive_upstream(self):
        # all the upstream gradients are ones: exactly the positive inputs let them through
        x = np.array([[1.0, 2.0, 3.0]])
        np.testing.assert_array_equal(relu_backward(np.ones((1, 3)), x), np.ones((1, 3)))


def test_inputs_are_left_alone(gen):
    x, w, b = gen.normal(size=(3, 4)), gen.normal(size=(4, 2)), gen.normal(size=2)
    before = x.copy(), w.copy(), b.copy()
    affine_forward(x, w, b)
    relu_forward(x)
    softmax_loss(x, np.array([0, 1, 3]))
    for was, now in zip(before, (x, w, b)):
        np.testing.assert_array_equal(was, now)


# ---------------------------------------------------------------- batch normalization


class TestBatchNorm:
    @pytest.fixture
    def data(self, gen):
        return SimpleNamespace(
            x=4 * gen.normal(size=(6, 4)) - 9,
            gamma=gen.normal(size=4),
            beta=gen.normal(size=4),
            dout=gen.normal(size=(6, 4)),
        )

    def test_train_normalizes_each_feature(self, data):
        out, _ = layers.batchnorm_forward(data.x, np.ones(4), np.zeros(4), {"mode": "train"})
        assert_allclose(out.mean(axis=0), np.zeros(4), atol=1e-10)
        assert_allclose(out.std(axis=0), np.ones(4), atol=1e-5)

    def test_train_scales_and_shifts(self, data):
        gamma, beta = np.array([0.5, 2.0, 1.0, 6.0]), np.array([-3.0, 40.0, 7.0, 1.0])
        out, _ = layers.batchnorm_forward(data.x, gamma, beta, {"mode": "train"})
        assert out.mean(axis=0) == pytest.approx(beta)
        assert out.std(axis=0) == pytest.approx(gamma, abs=1e-4)

    def test_train_uses_eps(self):
        x = np.array([[1.0], [3.0]])
        out, _ = layers.batchnorm_forward(x, np.ones(1), np.zeros(1), {"mode": "train", "eps": 3.0})
        assert_allclose(out, [[-0.5], [0.5]])

    def test_test_mode_uses_running_averages(self):
        x = np.array([[1.0, 2.0], [3.0, 8.0]])
        bn_param = {
            "mode": "test",
            "eps": 0.0,
            "running_mean": np.array([1.0, 0.0]),
            "running_var": np.array([4.0, 16.0]),
        }
        out, _ = layers.batchnorm_forward(x, np.array([1.0, 2.0]), np.array([0.0, 1.0]), bn_param)
        assert_allclose(out, [[0.0, 2.0], [1.0, 5.0]])

    def test_test_mode_of_one_example(self):
        bn_param = {"mode": "test", "running_mean": np.full(3, 2.0), "running_var": np.ones(3)}
        out, _ = layers.batchnorm_forward(np.array([[2.0, 3.0, 4.0]]), np.ones(3), np.zeros(3), bn_param)
        assert out[0] == pytest.approx([0.0, 1.0, 2.0], abs=1e-4)

    def test_unknown_mode(self, data):
        with pytest.raises(ValueError, match="mode"):
            layers.batchnorm_forward(data.x, data.gamma, data.beta, {"mode": "validate"})

    def test_backward_dx(self, data, numeric_grad):
        def f(x):
            return layers.batchnorm_forward(x, data.gamma, data.beta, {"mode": "train"})[0]

        _, cache = layers.batchnorm_forward(data.x, data.gamma, data.beta, {"mode": "train"})
        dx, _, _ = layers.batchnorm_backward(data.dout, cache)
        check_grad(dx, numeric_grad(f, data.x, data.dout))

    def test_backward_dgamma_dbeta(self, data, numeric_grad):
        _, cache = layers.batchnorm_forward(data.x, data.gamma, data.beta, {"mode": "train"})
        _, dgamma, dbeta = layers.batchnorm_backward(data.dout, cache)
        check_grad(
            dgamma,
            numeric_grad(
                lambda g: layers.batchnorm_forward(data.x, g, data.beta, {"mode": "train"})[0], data.gamma, data.dout
            ),
        )
        check_grad(
            dbeta,
            numeric_grad(
                lambda b: layers.batchnorm_forward(data.x, data.gamma, b, {"mode": "train"})[0], data.beta, data.dout
            ),
        )

    @pytest.mark.skipif(not hasattr(layers, "batchnorm_backward_alt"), reason="the simplified backward pass is a bonus")
    def test_backward_alt_agrees(self, data):
        _, cache = layers.batchnorm_forward(data.x, data.gamma, data.beta, {"mode": "train"})
        for one, other in zip(
            layers.batchnorm_backward(data.dout, cache), layers.batchnorm_backward_alt(data.dout, cache)
        ):
            assert distance(one, other) < 1e-8


# ---------------------------------------------------------------- layer normalization


class TestLayerNorm:
    def test_forward_normalizes_each_example(self, gen):
        x = 3 * gen.normal(size=(4, 50)) - 7
        out, _ = layers.layernorm_forward(x, np.ones(50), np.zeros(50), {})
        assert_allclose(out.mean(axis=1), 0, atol=1e-10)
        assert_allclose(out.std(axis=1), 1, atol=1e-5)

    def test_forward_does_not_depend_on_the_batch(self, gen):
        x = gen.normal(size=(5, 6))
        gamma, beta = gen.normal(size=6), gen.normal(size=6)
        together, _ = layers.layernorm_forward(x, gamma, beta, {})
        for i in range(5):
            alone, _ = layers.layernorm_forward(x[i : i + 1], gamma, beta, {})
            assert_allclose(alone[0], together[i], atol=1e-12)

    def test_forward_keeps_shape(self, gen):
        out, _ = layers.layernorm_forward(gen.normal(size=(5, 6)), np.ones(6), np.zeros(6), {"eps": 1e-3})
        assert out.shape == (5, 6)

    def test_backward(self, gen, numeric_grad):
        x, gamma, beta = gen.normal(size=(4, 5)), gen.normal(size=5), gen.normal(size=5)
        dout = gen.normal(size=(4, 5))
        _, cache = layers.layernorm_forward(x, gamma, beta, {})
        dx, dgamma, dbeta = layers.layernorm_backward(dout, cache)
        check_grad(dx, numeric_grad(lambda x: layers.layernorm_forward(x, gamma, beta, {})[0], x, dout))
        check_grad(dgamma, numeric_grad(lambda g: layers.layernorm_forward(x, g, beta, {})[0], gamma, dout))
        check_grad(dbeta, numeric_grad(lambda b: layers.layernorm_forward(x, gamma, b, {})[0], beta, dout))


# ---------------------------------------------------------------- dropout (p is the probability to keep)


@pytest.mark.parametrize("p", [0.2, 0.5, 0.9])
class TestDropout:
    def test_train_keeps_about_p(self, gen, p):
        x = gen.uniform(1, 3, size=(100, 100))
        out, _ = layers.dropout_forward(x, {"mode": "train", "p": p, "seed": 7})
        assert (out != 0).mean() == pytest.approx(p, abs=0.03)

    def test_train_keeps_the_mean(self, gen, p):
        x = gen.uniform(1, 3, size=(100, 100))
        out, _ = layers.dropout_forward(x, {"mode": "train", "p": p, "seed": 7})
        assert out.mean() == pytest.approx(x.mean(), rel=0.08)

    def test_test_mode_is_the_identity(self, gen, p):
        x = gen.normal(size=(10, 10))
        out, cache = layers.dropout_forward(x, {"mode": "test", "p": p})
        np.testing.assert_array_equal(out, x)
        np.testing.assert_array_equal(layers.dropout_backward(x, cache), x)

    def test_backward(self, gen, numeric_grad, p):
        x, dout = gen.uniform(1, 3, size=(5, 6)), gen.normal(size=(5, 6))
        param = {"mode": "train", "p": p, "seed": 61}
        _, cache = layers.dropout_forward(x, param)
        dx = layers.dropout_backward(dout, cache)
        check_grad(dx, numeric_grad(lambda x: layers.dropout_forward(x, param)[0], x, dout))


def test_dropout_seed_repeats_the_mask():
    x = np.ones((8, 8))
    first, _ = layers.dropout_forward(x, {"mode": "train", "p": 0.5, "seed": 3})
    again, _ = layers.dropout_forward(x, {"mode": "train", "p": 0.5, "seed": 3})
    other, _ = layers.dropout_forward(x, {"mode": "train", "p": 0.5, "seed": 4})
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


# ---------------------------------------------------------------- convolution


def slow_conv(x, w, b, stride, pad):
    """The definition, one multiplication at a time."""
    n, c, h, wd = x.shape
    f, _, hh, ww = w.shape
    oh, ow = 1 + (h + 2 * pad - hh) // stride, 1 + (wd + 2 * pad - ww) // stride
    out = np.empty((n, f, oh, ow))
    for i, k, r, s in np.ndindex(*out.shape):
        total = b[k]
        for ch, u, v in np.ndindex(c, hh, ww):
            y, z = r * stride + u - pad, s * stride + v - pad
            if 0 <= y < h and 0 <= z < wd:
                total += x[i, ch, y, z] * w[k, ch, u, v]
        out[i, k, r, s] = total
    return out


@pytest.fixture(scope="module")
def conv():
    """One forward pass with stride 1 and pad 1, shared by several tests."""
    gen = np.random.default_rng(5)
    x, w, b = gen.normal(size=(2, 2, 4, 4)), gen.normal(size=(3, 2, 3, 3)), gen.normal(size=3)
    conv_param = {"stride": 1, "pad": 1}
    out, cache = layers.conv_forward_naive(x, w, b, conv_param)
    return SimpleNamespace(x=x, w=w, b=b, conv_param=conv_param, out=out, cache=cache)


def test_conv_same_padding_keeps_size(conv):
    assert conv.out.shape == (2, 3, 4, 4)


def test_conv_values(conv):
    assert_allclose(conv.out, slow_conv(conv.x, conv.w, conv.b, **conv.conv_param), atol=1e-10)


def test_conv_cache(conv):
    x, w, b, conv_param = conv.cache
    np.testing.assert_array_equal(x, conv.x)
    np.testing.assert_array_equal(w, conv.w)
    np.testing.assert_array_equal(b, conv.b)
    assert conv_param == {"stride": 1, "pad": 1}


def test_conv_backward_twice_gives_the_same(conv, gen):
    dout = gen.normal(size=conv.out.shape)
    first = layers.conv_backward_naive(dout, conv.cache)
    second = layers.conv_backward_naive(dout, conv.cache)
    for one, other in zip(first, second):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("pad", [0, 1])
@pytest.mark.parametrize("stride", [1, 2])
def test_conv_forward(gen, stride, pad):
    x, w, b = gen.normal(size=(1, 2, 5, 7)), gen.normal(size=(2, 2, 3, 3)), gen.normal(size=2)
    out, _ = layers.conv_forward_naive(x, w, b, {"stride": stride, "pad": pad})
    assert distance(out, slow_conv(x, w, b, stride, pad)) < 1e-8


@pytest.mark.parametrize("stride, pad", [(1, 1), (2, 1), pytest.param(1, 0, id="plain")])
def test_conv_backward(gen, numeric_grad, stride, pad):
    x, w, b = gen.normal(size=(1, 2, 5, 5)), gen.normal(size=(2, 2, 3, 3)), gen.normal(size=2)
    param = {"stride": stride, "pad": pad}
    out, cache = layers.conv_forward_naive(x, w, b, param)
    dout = gen.normal(size=out.shape)
    dx, dw, db = layers.conv_backward_naive(dout, cache)
    check_grad(dx, numeric_grad(lambda x: layers.conv_forward_naive(x, w, b, param)[0], x, dout))
    check_grad(dw, numeric_grad(lambda w: layers.conv_forward_naive(x, w, b, param)[0], w, dout))
    check_grad(db, numeric_grad(lambda b: layers.conv_forward_naive(x, w, b, param)[0], b, dout))


# ---------------------------------------------------------------- max pooling


POOLS = {
    "square": {"pool_height": 2, "pool_width": 2, "stride": 2},
    "overlapping": {"pool_height": 2, "pool_width": 2, "stride": 1},
    "wide": {"pool_height": 1, "pool_width": 3, "stride": 1},
}


@pytest.fixture(params=sorted(POOLS))
def pool_param(request):
    return dict(POOLS[request.param])


def test_max_pool_by_hand():
    x = np.arange(16.0).reshape(1, 1, 4, 4)
    out, _ = layers.max_pool_forward_naive(x, POOLS["square"])
    assert out.tolist() == [[[[5.0, 7.0], [13.0, 15.0]]]]


def test_max_pool_forward(gen, pool_param):
    x = gen.permutation(2 * 3 * 4 * 6).reshape(2, 3, 4, 6).astype(float)
    ph, pw, s = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    out, _ = layers.max_pool_forward_naive(x, pool_param)
    assert out.shape == (2, 3, 1 + (4 - ph) // s, 1 + (6 - pw) // s)
    for n, c, i, j in np.ndindex(*out.shape):
        assert out[n, c, i, j] == x[n, c, i * s : i * s + ph, j * s : j * s + pw].max()


def test_max_pool_backward(gen, numeric_grad, pool_param):
    x = gen.permutation(1 * 2 * 4 * 4).reshape(1, 2, 4, 4).astype(float)
    out, cache = layers.max_pool_forward_naive(x, pool_param)
    dout = gen.normal(size=out.shape)
    dx = layers.max_pool_backward_naive(dout, cache)
    check_grad(dx, numeric_grad(lambda x: layers.max_pool_forward_naive(x, pool_param)[0], x, dout))


# ---------------------------------------------------------------- spatial batch normalization


def test_spatial_batchnorm_normalizes_each_channel(gen):
    x = 3 * gen.normal(size=(3, 3, 4, 2)) - 8
    out, _ = layers.spatial_batchnorm_forward(x, np.ones(3), np.zeros(3), {"mode": "train"})
    assert out.shape == x.shape
    assert_allclose(out.mean(axis=(0, 2, 3)), 0, atol=1e-10)
    assert_allclose(out.std(axis=(0, 2, 3)), 1, atol=1e-4)


def test_spatial_batchnorm_scales_and_shifts(gen):
    x = 3 * gen.normal(size=(3, 3, 4, 2)) - 8
    gamma, beta = np.array([0.5, 2.0, 9.0]), np.array([20.0, -1.0, 4.0])
    out, _ = layers.spatial_batchnorm_forward(x, gamma, beta, {"mode": "train"})
    assert_allclose(out.mean(axis=(0, 2, 3)), beta)
    assert_allclose(out.std(axis=(0, 2, 3)), gamma, rtol=1e-4)


# ---------------------------------------------------------------- losses


@pytest.fixture(scope="module")
def scores():
    gen = np.random.default_rng(17)
    return gen.normal(size=(6, 4)), gen.integers(4, size=6)


def test_svm_loss_by_hand():
    x = np.array([[3.0, 1.0, 2.5], [0.0, 0.0, 0.0]])
    loss, _ = svm_loss(x, np.array([0, 2]))
    # first row: max(0, 1 - 2) + max(0, 1 - 0.5); second row: 1 + 1
    assert loss == pytest.approx((0.5 + 2.0) / 2)


def test_svm_loss_is_zero_beyond_the_margin():
    loss, dx = svm_loss(np.array([[10.0, 0.0], [-5.0, 5.0]]), np.array([0, 1]))
    assert loss == pytest.approx(0)
    assert not dx.any()


def test_softmax_loss_of_equal_scores():
    loss, _ = softmax_loss(np.zeros((5, 10)), np.arange(5))
    assert float(loss) == pytest.approx(math.log(10))


def test_softmax_loss_of_large_scores():
    loss, dx = softmax_loss(np.array([[1000.0, 0.0], [0.0, -1000.0]]), np.array([0, 0]))
    assert np.isfinite(loss)
    assert loss == pytest.approx(0, abs=1e-9)
    assert_allclose(dx, np.zeros((2, 2)), atol=1e-9)


@pytest.mark.parametrize("name", ["svm_loss", "softmax_loss"])
class TestLossGradients:
    def test_gradient(self, name, scores, numeric_grad):
        loss = getattr(layers, name)
        x, y = scores
        _, dx = loss(x, y)
        check_grad(dx, numeric_grad(lambda x: loss(x, y)[0], x))

    def test_rows_of_gradient_sum_to_zero(self, name, scores):
        _, dx = getattr(layers, name)(*scores)
        assert_allclose(dx.sum(axis=1), 0, atol=1e-12)

    def test_loss_is_a_number(self, name, scores):
        loss, _ = getattr(layers, name)(*scores)
        assert np.ndim(loss) == 0
        assert loss > 0


# ---------------------------------------------------------------- everything together


def test_two_layer_net_learns(gen):
    """A few steps of gradient descent on one small batch bring the loss down."""
    x, y = gen.normal(size=(12, 5)), gen.integers(3, size=12)
    w1, b1 = 0.5 * gen.normal(size=(5, 8)), np.zeros(8)
    w2, b2 = 0.5 * gen.normal(size=(8, 3)), np.zeros(3)
    losses = []
    for _ in range(15):
        a, cache1 = affine_forward(x, w1, b1)
        h, cache2 = relu_forward(a)
        s, cache3 = affine_forward(h, w2, b2)
        loss, ds = softmax_loss(s, y)
        losses.append(float(loss))
        dh, dw2, db2 = affine_backward(ds, cache3)
        _, dw1, db1 = affine_backward(relu_backward(dh, cache2), cache1)
        w1, b1, w2, b2 = w1 - 0.5 * dw1, b1 - 0.5 * db1, w2 - 0.5 * dw2, b2 - 0.5 * db2
    assert losses[-1] < 0.5 * losses[0], losses
