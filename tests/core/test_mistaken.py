"""What a schedule says where it is taken for something else, and that it stays out of the way."""

import copy
import inspect
import operator
import pickle
from dataclasses import dataclass

import numpy as np
import pytest

import lrsched as lrs

SCHEDULE = 0.1 * lrs.CosineDecay(9)
ABSENT = ["get_last_lr", "optimizer", "step"]


@pytest.mark.parametrize("name", ABSENT)
def test_a_schedule_is_no_scheduler(name):
    said = f"Product: a schedule has no '{name}', as it is a value and no scheduler: "
    with pytest.raises(AttributeError) as refused:
        getattr(SCHEDULE, name)
    assert str(refused.value).startswith(said)
    assert "ScheduleLR(optimizer, schedule)" in str(refused.value)


@pytest.mark.parametrize("name", ABSENT)
def test_what_is_absent_is_not_listed(name):
    assert not hasattr(SCHEDULE, name)
    assert not hasattr(lrs.Product, name)
    assert name not in dir(SCHEDULE)
    assert name not in dict(inspect.getmembers(SCHEDULE))


def test_what_is_there_is_listed():
    assert {"steps", "factors", "formula", "source", "__call__", "__mul__"} <= set(dir(SCHEDULE))


def test_a_users_field_may_have_such_a_name():
    @dataclass(frozen=True)
    class Jump(lrs.Schedule):
        step: int
        optimizer: float = 2.0
        steps = None

        def formula(self, t, xp):
            return xp.where(t < self.step, self.optimizer, 1.0)

    jump = Jump(3)
    assert (jump.step, jump(2), jump(3), jump) == (3, 2.0, 1.0, Jump(3, optimizer=2.0))
    assert "step" in dir(jump)
    with pytest.raises(TypeError, match="step"):
        Jump()


@pytest.mark.parametrize("number", [0, 0.5, np.float64(0.5), np.float32(0.5), np.int8(1)])
@pytest.mark.parametrize("compare", [operator.lt, operator.le, operator.gt, operator.ge])
def test_a_schedule_is_not_compared_with_a_number(compare, number):
    said = f"Product: a schedule can't be compared with a number, got {number!r}: compare schedule("
    for sides in ((SCHEDULE, number), (number, SCHEDULE)):
        with pytest.raises(TypeError) as refused:
            compare(*sides)
        assert str(refused.value).startswith(said)


@pytest.mark.parametrize("other", [SCHEDULE, "0.1", None])
def test_what_else_it_is_not_compared_with_is_pythons_to_say(other):
    with pytest.raises(TypeError, match="not supported between instances of 'Product' and"):
        operator.lt(SCHEDULE, other)


@pytest.mark.parametrize("calls", [0, 1, 3])
def test_a_call_without_a_step(calls):
    schedule = lrs.CosineDecay(9)
    for k in range(calls):
        schedule(k)
    with pytest.raises(TypeError) as refused:
        schedule()
    said = "CosineDecay: step must be a number or an array of numbers, got nothing: "
    assert str(refused.value) == f"{said}a Keras optimizer takes {TO_KERAS}"
    with pytest.raises(TypeError, match=r"got None$"):
        schedule(None)
    assert schedule(step=9) == 0.0


TO_KERAS = "lrsched.adapters.keras.to_keras(schedule)"


@pytest.mark.parametrize("calls", [0, 1])
@pytest.mark.parametrize("save", [pickle.dumps, copy.deepcopy])
def test_the_attributes_are_not_saved_without_the_schedule(save, calls):
    schedule = lrs.CosineDecay(9)
    for k in range(calls):
        schedule(k)
    with pytest.raises(TypeError, match=r"saved whole, .*: give it .*lr_lambda\(schedule\)"):
        save(schedule.__dict__)
    assert pickle.loads(pickle.dumps(schedule)) == copy.deepcopy(schedule) == schedule
