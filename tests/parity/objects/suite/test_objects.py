import numpy as np
import pytest
import work
from work import Base, Counter, Deck, Model, Number, batches, measure, opened


def test_attributes_and_methods():
    model = Model(3, scale=2.0)
    assert model.size == 3
    assert model.predict(np.ones(3)).tolist() == [2.0, 2.0, 2.0]
    assert model.half == 1.0


def test_state_lives_on():
    counter = Counter()
    for _ in range(3):
        counter.add()
    assert counter.count == 3


def test_two_objects_are_two():
    one, two = Counter(), Counter()
    one.add()
    assert (one.count, two.count) == (1, 0)


def test_method_that_returns_its_object():
    counter = Counter()
    assert counter.add() is counter
    assert counter.add().add().count == 3


def test_isinstance_and_issubclass():
    model = Model(1)
    assert isinstance(model, Model)
    assert isinstance(model, Base)
    assert not isinstance(model, Counter)
    assert not isinstance(3, Model)
    assert issubclass(Model, Base)
    assert not issubclass(Counter, Base)
    assert type(model) is Model


def test_class_attribute_and_static_method():
    assert Model.KIND == "linear"
    assert Model.zero(2).tolist() == [0.0, 0.0]
    assert Model.from_size(4).size == 4


def test_container():
    deck = Deck([3, 1, 2])
    assert len(deck) == 3
    assert deck[0] == 3
    assert deck[1:] == [1, 2]
    assert list(deck) == [3, 1, 2]
    assert sorted(deck) == [1, 2, 3]
    assert [a for a, _ in zip(deck, range(2))] == [3, 1]
    first, *rest = deck
    assert (first, rest) == (3, [1, 2])
    with pytest.raises(IndexError):
        deck[10]


def test_arithmetic():
    a, b = Number(2), Number(5)
    assert (a + b).value == 7
    assert (a * 3).value == 6
    assert (3 * a).value == 6
    assert (b - 1).value == 4
    assert (-a).value == -2
    assert abs(Number(-4)).value == 4
    assert (a @ b).value == 10
    assert (np.float64(2.0) * a).value == 4


def test_callable_object():
    assert Model(2)(np.ones(2)).tolist() == [1.0, 1.0]


def test_object_as_argument():
    assert measure(Deck([1, 2])) == 2
    assert measure([Deck([1]), Deck([1, 2])][1]) == 2


def test_generator():
    assert [batch.tolist() for batch in batches(np.arange(5), 2)] == [[0, 1], [2, 3], [4]]
    steps = batches(np.arange(3), 1)
    assert next(steps).tolist() == [0]
    assert next(steps).tolist() == [1]
    assert len(list(steps)) == 1
    with pytest.raises(StopIteration):
        next(steps)


def test_endless_generator_is_taken_in_part():
    endless = work.count_up()
    assert [next(endless) for _ in range(5)] == [0, 1, 2, 3, 4]


def test_context_manager():
    with opened() as log:
        log.write("a")
        assert log.is_open
    assert not log.is_open
    assert log.text == "a"


def test_context_manager_sees_the_error():
    log = opened()
    with pytest.raises(ValueError), log:
        raise ValueError
    assert log.saw_error


def test_missing_attribute():
    with pytest.raises(AttributeError):
        _ = Model(1).nowhere
    assert not hasattr(Model(1), "nowhere")
    assert getattr(Model(1), "nowhere", 5) == 5


def test_wrong_arguments():
    with pytest.raises(TypeError):
        Model()
