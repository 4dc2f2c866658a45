"""What is refused, and in which words: class, parameter, rule and value."""

from __future__ import annotations

import inspect
import math
import re
import subprocess
import sys

import numpy as np
import pytest
from cases import CASES
from hypothesis import HealthCheck

import lrsched as lrs
from lrsched.cli import main

# What is typed, and what comes of it; "..." stands for any text.
TABLE = r"""
LinearWarmup(-1)
    ValueError: LinearWarmup: steps must be a non-negative integer, got -1
LinearWarmup(2.5)
    ValueError: LinearWarmup: steps must be a non-negative integer, got 2.5
LinearWarmup("10")
    TypeError: LinearWarmup: steps must be a non-negative integer, got '10'
LinearWarmup(None)
    TypeError: LinearWarmup: steps must be a non-negative integer, got None
LinearWarmup(True)
    TypeError: LinearWarmup: steps must be a non-negative integer, got True
LinearWarmup(np.True_)
    TypeError: LinearWarmup: steps must be a non-negative integer, got True
LinearWarmup(nan)
    ValueError: LinearWarmup: steps must be a non-negative integer, got nan
LinearWarmup(inf)
    ValueError: LinearWarmup: steps must be a non-negative integer, got inf
LinearWarmup(1j)
    TypeError: LinearWarmup: steps must be a non-negative integer, got 1j
LinearWarmup([10])
    TypeError: LinearWarmup: steps must be a non-negative integer, got [10]
LinearWarmup(10**400)
    ValueError: LinearWarmup: steps must be a non-negative integer, got 1...
LinearWarmup(np.array([3]))
    TypeError: LinearWarmup: steps must be a non-negative integer, got array([3])
LinearWarmup(10, start=nan)
    ValueError: LinearWarmup: start must be a finite number, got nan
LinearWarmup(10, start="0")
    TypeError: LinearWarmup: start must be a finite number, got '0'
LinearWarmup(10, start=False)
    TypeError: LinearWarmup: start must be a finite number, got False
LinearWarmup(10, end=-inf)
    ValueError: LinearWarmup: end must be a finite number, got -inf
LinearWarmup(10, end=None)
    TypeError: LinearWarmup: end must be a finite number, got None
LinearWarmup(10, end=10**400)
    ValueError: LinearWarmup: end must be a finite number, got 1...
LinearWarmup()
    TypeError: LinearWarmup.__init__() missing 1 required positional argument: 'steps'
LinearWarmup(10, stop=1.0)
    TypeError: LinearWarmup: got an unexpected keyword argument 'stop'
LinearGrowth(nan)
    ValueError: LinearGrowth: slope must be a finite number, got nan
LinearGrowth("32")
    TypeError: LinearGrowth: slope must be a finite number, got '32'
LinearGrowth(32, start=inf)
    ValueError: LinearGrowth: start must be a finite number, got inf
PolynomialWarmup(10, power=0)
    ValueError: PolynomialWarmup: power must be a positive finite number, got 0
PolynomialWarmup(10, power=-2)
    ValueError: PolynomialWarmup: power must be a positive finite number, got -2
PolynomialWarmup(10, power=nan)
    ValueError: PolynomialWarmup: power must be a positive finite number, got nan
PolynomialWarmup(10, power="2")
    TypeError: PolynomialWarmup: power must be a positive finite number, got '2'
PolynomialWarmup(-10, power=2)
    ValueError: PolynomialWarmup: steps must be a non-negative integer, got -10
PolynomialWarmup(10)
    TypeError: PolynomialWarmup.__init__() missing 1 required positional argument: 'power'
CosineWarmup(1.5)
    ValueError: CosineWarmup: steps must be a non-negative integer, got 1.5
CosineWarmup(np.float64(1.5))
    ValueError: CosineWarmup: steps must be a non-negative integer, got 1.5
CosineWarmup(10, start=np.nan)
    ValueError: CosineWarmup: start must be a finite number, got nan
CosineWarmup(10, end=np.float32("inf"))
    ValueError: CosineWarmup: end must be a finite number, got inf
ExponentialWarmup(10, start=0)
    ValueError: ExponentialWarmup: start must be a nonzero finite number, got 0
ExponentialWarmup(10, start=-1e-3)
    ValueError: ExponentialWarmup: end must be of the same sign as start=-0.001, got 1.0
ExponentialWarmup(10, start=1e-3, end=-1)
    ValueError: ExponentialWarmup: end must be of the same sign as start=0.001, got -1.0
ExponentialWarmup(10, start=1e-3, end=0)
    ValueError: ExponentialWarmup: end must be a nonzero finite number, got 0
ExponentialWarmup(10, start=True)
    TypeError: ExponentialWarmup: start must be a nonzero finite number, got True
ConstantWarmup(-5, start=0.1)
    ValueError: ConstantWarmup: steps must be a non-negative integer, got -5
ConstantWarmup(5, start=None)
    TypeError: ConstantWarmup: start must be a finite number, got None
ConstantWarmup(5, start=0.1, end=inf)
    ValueError: ConstantWarmup: end must be a finite number, got inf
LogarithmicWarmup(-1)
    ValueError: LogarithmicWarmup: steps must be a non-negative integer, got -1
LogarithmicWarmup(10, end="1")
    TypeError: LogarithmicWarmup: end must be a finite number, got '1'
LinearGrowth(inf)
    ValueError: LinearGrowth: slope must be a finite number, got inf
LinearGrowth(1, start=None)
    TypeError: LinearGrowth: start must be a finite number, got None
SaturatingWarmup(0)
    ValueError: SaturatingWarmup: timescale must be a positive finite number, got 0
SaturatingWarmup(-100)
    ValueError: SaturatingWarmup: timescale must be a positive finite number, got -100
SaturatingWarmup(inf)
    ValueError: SaturatingWarmup: timescale must be a positive finite number, got inf
SaturatingWarmup("100")
    TypeError: SaturatingWarmup: timescale must be a positive finite number, got '100'
SaturatingWarmup(100, start=nan)
    ValueError: SaturatingWarmup: start must be a finite number, got nan
LinearDecay(-4)
    ValueError: LinearDecay: steps must be a non-negative integer, got -4
LinearDecay(4, start="1")
    TypeError: LinearDecay: start must be a finite number, got '1'
LinearDecay(4, end=nan)
    ValueError: LinearDecay: end must be a finite number, got nan
PolynomialDecay(4, power=0.0)
    ValueError: PolynomialDecay: power must be a positive finite number, got 0.0
PolynomialDecay(4, power=inf)
    ValueError: PolynomialDecay: power must be a positive finite number, got inf
PolynomialDecay(4, power=True)
    TypeError: PolynomialDecay: power must be a positive finite number, got True
CosineDecay(-3)
    ValueError: CosineDecay: steps must be a non-negative integer, got -3
CosineDecay(0.1)
    ValueError: CosineDecay: steps must be a non-negative integer, got 0.1
CosineDecay("98_000")
    TypeError: CosineDecay: steps must be a non-negative integer, got '98_000'
CosineDecay(10, end=[0.1])
    TypeError: CosineDecay: end must be a finite number, got [0.1]
CosineDecay(10, start=1j)
    TypeError: CosineDecay: start must be a finite number, got 1j
CosineDecay(np.int64(-3))
    ValueError: CosineDecay: steps must be a non-negative integer, got -3
PowerDecay(10, power=-0.5)
    ValueError: PowerDecay: power must be a positive finite number, got -0.5
PowerDecay(10, power=None)
    TypeError: PowerDecay: power must be a positive finite number, got None
PowerDecay(nan, power=0.5)
    ValueError: PowerDecay: steps must be a non-negative integer, got nan
RexDecay(10, beta=1)
    ValueError: RexDecay: beta must be a number from 0 to below 1, got 1
RexDecay(10, beta=-0.1)
    ValueError: RexDecay: beta must be a number from 0 to below 1, got -0.1
RexDecay(10, beta=nan)
    ValueError: RexDecay: beta must be a number from 0 to below 1, got nan
RexDecay(10, beta="half")
    TypeError: RexDecay: beta must be a number from 0 to below 1, got 'half'
GeometricDecay(10, end=0)
    ValueError: GeometricDecay: end must be a nonzero finite number, got 0
GeometricDecay(10, end=-1e-3)
    ValueError: GeometricDecay: end must be of the same sign as start=1.0, got -0.001
GeometricDecay(10, end=1e-3, start=0.0)
    ValueError: GeometricDecay: start must be a nonzero finite number, got 0.0
GeometricDecay(10, end=1e-3, start=-1.0)
    ValueError: GeometricDecay: end must be of the same sign as start=-1.0, got 0.001
GeometricDecay(-10, end=1e-3)
    ValueError: GeometricDecay: steps must be a non-negative integer, got -10
TanhDecay(10, lower=nan)
    ValueError: TanhDecay: lower must be a finite number, got nan
TanhDecay(10, upper=inf)
    ValueError: TanhDecay: upper must be a finite number, got inf
TanhDecay(10, lower="low")
    TypeError: TanhDecay: lower must be a finite number, got 'low'
TanhDecay(-1)
    ValueError: TanhDecay: steps must be a non-negative integer, got -1
ExponentialDecay(-0.9)
    ValueError: ExponentialDecay: gamma must be a non-negative finite number, got -0.9
ExponentialDecay(nan)
    ValueError: ExponentialDecay: gamma must be a non-negative finite number, got nan
ExponentialDecay(True)
    TypeError: ExponentialDecay: gamma must be a non-negative finite number, got True
ExponentialDecay(0.9, every=0)
    ValueError: ExponentialDecay: every must be a positive integer, got 0
ExponentialDecay(0.9, every=-10)
    ValueError: ExponentialDecay: every must be a positive integer, got -10
ExponentialDecay(0.9, every=2.5)
    ValueError: ExponentialDecay: every must be a positive integer, got 2.5
ExponentialDecay(0.9, start=inf)
    ValueError: ExponentialDecay: start must be a finite number, got inf
StepDecay(0)
    ValueError: StepDecay: every must be a positive integer, got 0
StepDecay(-30)
    ValueError: StepDecay: every must be a positive integer, got -30
StepDecay(1.5)
    ValueError: StepDecay: every must be a positive integer, got 1.5
StepDecay(True)
    TypeError: StepDecay: every must be a positive integer, got True
StepDecay(30, gamma=-0.1)
    ValueError: StepDecay: gamma must be a non-negative finite number, got -0.1
StepDecay(30, gamma="0.1")
    TypeError: StepDecay: gamma must be a non-negative finite number, got '0.1'
StepDecay(30, gamma=inf)
    ValueError: StepDecay: gamma must be a non-negative finite number, got inf
MultiStepDecay([80, 30])
    ValueError: MultiStepDecay: milestones must be strictly increasing ..., got [80, 30]
MultiStepDecay([30, 30])
    ValueError: MultiStepDecay: milestones must be strictly increasing ..., got [30, 30]
MultiStepDecay([-1, 30])
    ValueError: MultiStepDecay: milestones must be strictly increasing ..., got [-1, 30]
MultiStepDecay([30, 80.5])
    ValueError: MultiStepDecay: milestones must be strictly increasing ..., got [30, 80.5]
MultiStepDecay([30, nan])
    ValueError: MultiStepDecay: milestones must be strictly increasing ..., got [30, nan]
MultiStepDecay([30, True])
    TypeError: MultiStepDecay: milestones must be strictly increasing ..., got [30, True]
MultiStepDecay([30, "80"])
    TypeError: MultiStepDecay: milestones must be strictly increasing ..., got [30, '80']
MultiStepDecay(30)
    TypeError: MultiStepDecay: milestones must be strictly increasing ..., got 30
MultiStepDecay("30")
    TypeError: MultiStepDecay: milestones must be strictly increasing ..., got '30'
MultiStepDecay({30: 0.1})
    TypeError: MultiStepDecay: milestones must be strictly increasing ..., got {30: 0.1}
MultiStepDecay(None)
    TypeError: MultiStepDecay: milestones must be strictly increasing ..., got None
MultiStepDecay(np.array([[30, 80]]))
    ValueError: MultiStepDecay: milestones must be strictly increasing ..., got array([[30, 80]])
MultiStepDecay([30, 80], gamma=-1)
    ValueError: MultiStepDecay: gamma must be a non-negative finite number, got -1
InverseTimeDecay(-0.5)
    ValueError: InverseTimeDecay: rate must be a non-negative finite number, got -0.5
InverseTimeDecay(inf)
    ValueError: InverseTimeDecay: rate must be a non-negative finite number, got inf
InverseTimeDecay(0.5, every=0)
    ValueError: InverseTimeDecay: every must be a positive integer, got 0
InverseTimeDecay(0.5, start=None)
    TypeError: InverseTimeDecay: start must be a finite number, got None
InversePowerDecay(0, power=1)
    ValueError: InversePowerDecay: timescale must be a positive finite number, got 0
InversePowerDecay(100, power=0)
    ValueError: InversePowerDecay: power must be a positive finite number, got 0
InversePowerDecay(100, power=nan)
    ValueError: InversePowerDecay: power must be a positive finite number, got nan
InversePowerDecay(-100, power=1)
    ValueError: InversePowerDecay: timescale must be a positive finite number, got -100
InverseSqrtDecay(0)
    ValueError: InverseSqrtDecay: timescale must be a positive finite number, got 0
InverseSqrtDecay(nan)
    ValueError: InverseSqrtDecay: timescale must be a positive finite number, got nan
InverseSqrtDecay(100, start="1")
    TypeError: InverseSqrtDecay: start must be a finite number, got '1'
Noam(0, 4000)
    ValueError: Noam: d_model must be a positive integer, got 0
Noam(512, 0)
    ValueError: Noam: warmup_steps must be a positive integer, got 0
Noam(512.5, 4000)
    ValueError: Noam: d_model must be a positive integer, got 512.5
Noam(512, -4000)
    ValueError: Noam: warmup_steps must be a positive integer, got -4000
Noam(True, 4000)
    TypeError: Noam: d_model must be a positive integer, got True
Noam(512, 4000, scale=nan)
    ValueError: Noam: scale must be a finite number, got nan
Noam(512)
    TypeError: Noam.__init__() missing 1 required positional argument: 'warmup_steps'
Constant(nan)
    ValueError: Constant: value must be a finite number, got nan
Constant("0.1")
    TypeError: Constant: value must be a finite number, got '0.1'
Constant(None)
    TypeError: Constant: value must be a finite number, got None
Constant(True)
    TypeError: Constant: value must be a finite number, got True
Constant(0.1, steps=-1)
    ValueError: Constant: steps must be a non-negative integer or None, got -1
Constant(0.1, steps=2.5)
    ValueError: Constant: steps must be a non-negative integer or None, got 2.5
Constant(0.1, steps=inf)
    ValueError: Constant: steps must be a non-negative integer or None, got inf
PiecewiseConstant([10, 20], [1.0, 0.5])
    ValueError: PiecewiseConstant: values must be one more than the 2 boundaries, got (1.0, 0.5)
PiecewiseConstant([10], [1.0, 0.5, 0.1])
    ValueError: PiecewiseConstant: values ... one more than the 1 boundaries, got (1.0, 0.5, 0.1)
PiecewiseConstant([], [])
    ValueError: PiecewiseConstant: values must be one more than the 0 boundaries, got ()
PiecewiseConstant([20, 10], [1.0, 0.5, 0.1])
    ValueError: PiecewiseConstant: boundaries must be strictly increasing ..., got [20, 10]
PiecewiseConstant([10, 20], [1.0, nan, 0.1])
    ValueError: PiecewiseConstant: values must be a sequence of finite numbers, got [1.0, nan, 0.1]
PiecewiseConstant([10, 20], [1.0, True, 0.1])
    TypeError: PiecewiseConstant: values must be a sequence of finite numbers, got [1.0, True, 0.1]
PiecewiseConstant([10, 20], 1.0)
    TypeError: PiecewiseConstant: values must be a sequence of finite numbers, got 1.0
PiecewiseConstant(10, [1.0, 0.5])
    TypeError: PiecewiseConstant: boundaries must be strictly increasing ..., got 10
PiecewiseConstant([10.5], [1.0, 0.5])
    ValueError: PiecewiseConstant: boundaries must be strictly increasing ..., got [10.5]
PiecewiseLinear([0, 5, 10], [0.0, 1.0])
    ValueError: PiecewiseLinear: values must be as many as the 3 knots, got (0.0, 1.0)
PiecewiseLinear([0, 5], [0.0, 1.0, 0.5])
    ValueError: PiecewiseLinear: values must be as many as the 2 knots, got (0.0, 1.0, 0.5)
PiecewiseLinear([], [])
    ValueError: PiecewiseLinear: knots must be at least one step, got ()
PiecewiseLinear([5, 0], [0.0, 1.0])
    ValueError: PiecewiseLinear: knots must be strictly increasing ..., got [5, 0]
PiecewiseLinear([0, 0], [0.0, 1.0])
    ValueError: PiecewiseLinear: knots must be strictly increasing ..., got [0, 0]
PiecewiseLinear([0, 5], [0.0, inf])
    ValueError: PiecewiseLinear: values must be a sequence of finite numbers, got [0.0, inf]
PiecewiseLinear([0, 5], ["0", "1"])
    TypeError: PiecewiseLinear: values must be a sequence of finite numbers, got ['0', '1']
PiecewiseLinear([-1, 5], [0.0, 1.0])
    ValueError: PiecewiseLinear: knots must be strictly increasing ..., got [-1, 5]
PiecewiseLinear(None, [0.0])
    TypeError: PiecewiseLinear: knots must be strictly increasing ..., got None
Sequence()
    ValueError: Sequence: phases must be at least one schedule, got ()
Sequence(Constant(0.1), LinearDecay(10))
    ValueError: Sequence: phases[0] must be finite..., got Constant(0.1)
Sequence(LinearWarmup(5), StepDecay(10), LinearDecay(10))
    ValueError: Sequence: phases[1] must be finite..., got StepDecay(10)
Sequence(LinearWarmup(5), 0.1)
    TypeError: Sequence: phases[1] must be a schedule, such as Constant(0.1), got 0.1
Sequence(LinearWarmup(5), None)
    TypeError: Sequence: phases[1] must be a schedule, got None
Sequence([LinearWarmup(5), LinearDecay(10)])
    TypeError: Sequence: phases[0] must be a schedule, not a list of them: ...
CosineDecay(T_max=10)
    TypeError: CosineDecay: got an unexpected keyword argument 'T_max': did you mean 'steps'?
CosineDecay(10, eta_min=0.1)
    TypeError: CosineDecay: got an unexpected keyword argument 'eta_min': did you mean 'end'?
Cycle(LinearDecay(10), restarts=3)
    TypeError: Cycle: got an unexpected keyword argument 'restarts'
Sequence(phases=[])
    TypeError: Sequence: got an unexpected keyword argument 'phases'
warmup_cosine(lr=0.1, total_steps=10, warmup_steps=1)
    TypeError: warmup_cosine: got an unexpected keyword argument 'lr': did you mean 'peak'?
warmup_cosine(0.1, 10, warmup_ratio=0.1)
    TypeError: warmup_cosine: got ... 'warmup_ratio': did you mean 'warmup_fraction'?
warmup_cosine(0.1, num_training_steps=10, warmup_steps=1)
    TypeError: warmup_cosine: got ... 'num_training_steps': did you mean 'total_steps'?
Sequence(LinearWarmup, LinearDecay(10))
    TypeError: Sequence: phases[0] must be a schedule, got <class 'lrsched.LinearWarmup'>
Sequence(LinearWarmup(5), "LinearDecay(10)")
    TypeError: Sequence: phases[1] must be a schedule, got 'LinearDecay(10)'
Product()
    ValueError: Product: factors must be at least one schedule, got ()
Product(LinearDecay(10), nan)
    ValueError: Product: factors[1] must be a schedule or a finite number, got nan
Product(LinearDecay(10), "2")
    TypeError: Product: factors[1] must be a schedule or a finite number, got '2'
Product(LinearDecay(10), True)
    TypeError: Product: factors[1] must be a schedule or a finite number, got True
Product(None)
    TypeError: Product: factors[0] must be a schedule or a finite number, got None
Sum()
    ValueError: Sum: terms must be at least one schedule, got ()
Sum(inf, LinearDecay(10))
    ValueError: Sum: terms[0] must be a schedule or a finite number, got inf
Sum(LinearDecay(10), [1])
    TypeError: Sum: terms[1] must be a schedule or a finite number, got [1]
Sum(LinearDecay(10), 1j)
    TypeError: Sum: terms[1] must be a schedule or a finite number, got 1j
LinearDecay(10) * nan
    ValueError: Product: factors[1] must be a schedule or a finite number, got nan
LinearDecay(10) * "2"
    TypeError: LinearDecay: a schedule can't be multiplied by text, got '2': write the number ...
LinearDecay(10) * True
    TypeError: Product: factors[1] must be a schedule or a finite number, got True
-inf + LinearDecay(10)
    ValueError: Sum: terms[0] must be a schedule or a finite number, got -inf
[1] + LinearDecay(10)
    TypeError: ...LinearDecay...
LinearDecay(10) + None
    TypeError: ...operand type(s) for +: 'LinearDecay' and 'NoneType'
LinearDecay(10) ** None
    TypeError: ...operand type(s) for ** or pow(): 'LinearDecay' and 'NoneType'
Take(LinearDecay, 5)
    TypeError: Take: schedule must be a schedule, got <class 'lrsched.LinearDecay'>
Take(0.1, 5)
    TypeError: Take: schedule must be a schedule, got 0.1
Take(StepDecay(10), -5)
    ValueError: Take: steps must be a non-negative integer, got -5
Take(StepDecay(10), 5.5)
    ValueError: Take: steps must be a non-negative integer, got 5.5
Take(StepDecay(10), None)
    TypeError: Take: steps must be a non-negative integer, got None
Shift(LinearDecay(10), 0.5)
    ValueError: Shift: offset must be an integer, got 0.5
Shift(LinearDecay(10), nan)
    ValueError: Shift: offset must be an integer, got nan
Shift(LinearDecay(10), True)
    TypeError: Shift: offset must be an integer, got True
Shift(None, 3)
    TypeError: Shift: schedule must be a schedule, got None
Stretch(LinearDecay(10), 0)
    ValueError: Stretch: factor must be a positive finite number, got 0
Stretch(LinearDecay(10), -1)
    ValueError: Stretch: factor must be a positive finite number, got -1
Stretch(LinearDecay(10), inf)
    ValueError: Stretch: factor must be a positive finite number, got inf
Stretch(LinearDecay(10), "2")
    TypeError: Stretch: factor must be a positive finite number, got '2'
Stretch(10, LinearDecay(10))
    TypeError: Stretch: schedule must be a schedule, got 10
Cycle(Constant(0.1))
    ValueError: Cycle: schedule must be finite and at least one step long, got Constant(0.1)
Cycle(StepDecay(10))
    ValueError: Cycle: schedule must be finite and at least one step long, got StepDecay(10)
Cycle(LinearDecay(0))
    ValueError: Cycle: schedule must be finite and at least one step long, got LinearDecay(0)
Cycle(10)
    TypeError: Cycle: schedule must be a schedule, got 10
Cycle(LinearDecay(10), mirror=1)
    TypeError: Cycle: mirror must be True or False, got 1
Cycle(LinearDecay(10), mirror="yes")
    TypeError: Cycle: mirror must be True or False, got 'yes'
Cycle(LinearDecay(10), mirror=None)
    TypeError: Cycle: mirror must be True or False, got None
Cycle(LinearDecay(10), stretch=0)
    ValueError: Cycle: stretch must be ..., got 0
Cycle(LinearDecay(10), stretch=0.9995, count=2)
    ValueError: Cycle: stretch must be 1, at least 1.001, or above 0 and at most 0.999, got 0.9995
Cycle(LinearDecay(10), stretch=0.5)
    ValueError: Cycle: count must be a positive integer where cycles shrink, ..., got None
Cycle(LinearDecay(10), stretch=0.5, count=5)
    ValueError: Cycle: count must be of so few cycles that the last shrinks to one step ..., got 5
Cycle(LinearDecay(10), stretch=0.5, count=2, lead=9)
    ValueError: Cycle: count must be of so few cycles that the last shrinks to one step ..., got 2
Cycle(LinearDecay(10), stretch=0.5, count=10**30)
    ValueError: Cycle: count must be of so few cycles that the last shrinks to one step ...
Cycle(LinearDecay(10), lead=10)
    ValueError: Cycle: lead must be below the 10 steps of the schedule, got 10
Cycle(LinearDecay(10), lead=-1)
    ValueError: Cycle: lead must be a non-negative integer, got -1
Cycle(LinearDecay(10), stretch=-2)
    ValueError: Cycle: stretch must be ..., got -2
Cycle(LinearDecay(10), stretch=nan)
    ValueError: Cycle: stretch must be ..., got nan
Cycle(LinearDecay(10), stretch=True)
    TypeError: Cycle: stretch must be ..., got True
Cycle(LinearDecay(10), gain=-0.5)
    ValueError: Cycle: gain must be a non-negative finite number, got -0.5
Cycle(LinearDecay(10), gain=inf)
    ValueError: Cycle: gain must be a non-negative finite number, got inf
Cycle(LinearDecay(10), count=0)
    ValueError: Cycle: count must be a positive integer or None, got 0
Cycle(LinearDecay(10), count=-1)
    ValueError: Cycle: count must be a positive integer or None, got -1
Cycle(LinearDecay(10), count=2.5)
    ValueError: Cycle: count must be a positive integer or None, got 2.5
Quantize(LinearDecay(10), unit=0)
    ValueError: Quantize: unit must be a positive finite number, got 0
Quantize(LinearDecay(10), rounding="floor")
    ValueError: Quantize: rounding must be one of 'nearest', 'down', 'up', got 'floor'
Quantize(LinearDecay(10), rounding=None)
    TypeError: Quantize: rounding must be one of 'nearest', 'down', 'up', got None
Quantize(32)
    TypeError: Quantize: schedule must be a schedule, got 32
Clip(LinearDecay(10), lower=0.5, upper=0.1)
    ValueError: Clip: lower must be at most upper=0.1, got 0.5
Clip(LinearDecay(10), lower=nan)
    ValueError: Clip: lower must be a finite number or None, got nan
Clip(LinearDecay(10), upper="1")
    TypeError: Clip: upper must be a finite number or None, got '1'
Power(0.5, 2)
    TypeError: Power: schedule must be a schedule, got 0.5
Power(LinearDecay(10), "2")
    TypeError: Power: power must be a finite number, got '2'
LinearDecay(10) ** nan
    ValueError: Power: power must be a finite number, got nan
LinearDecay(10) / 0
    ValueError: LinearDecay: a schedule can't be divided by 0
LinearDecay(10) / inf
    ValueError: Constant: value must be a finite number, got inf
LinearDecay(10) - nan
    ValueError: Sum: terms[1] must be a schedule or a finite number, got nan
2 ** LinearDecay(10)
    TypeError: LinearDecay: x ** schedule is no schedule: write Warp(ExponentialDecay(x), schedule)
Clip(0.5, lower=0.1)
    TypeError: Clip: schedule must be a schedule, got 0.5
warmup_constant(nan, 100, warmup_steps=10)
    ValueError: warmup_constant: peak must be a finite number, got nan
warmup_constant(0.1, -100, warmup_steps=10)
    ValueError: warmup_constant: total_steps must be a non-negative integer, got -100
warmup_constant(0.1, 100)
    ValueError: warmup_constant: warmup_steps must be given, or warmup_fraction instead, got neither
warmup_constant(0.1, 100, warmup_steps=10, warmup_fraction=0.1)
    ValueError: warmup_constant: warmup_steps must be given, or warmup_fraction instead, got both
warmup_constant(0.1, 100, warmup_steps=101)
    ValueError: warmup_constant: warmup_steps must be at most total_steps=100, got 101
warmup_constant(0.1, 100, warmup_steps=0.1)
    ValueError: warmup_constant: warmup_steps must be a non-negative integer or None, got 0.1
warmup_linear(0.1, 100, warmup_fraction=1.5)
    ValueError: warmup_linear: warmup_fraction must be a number from 0 to 1 or None, got 1.5
warmup_linear(0.1, 100, warmup_fraction=-0.1)
    ValueError: warmup_linear: warmup_fraction must be a number from 0 to 1 or None, got -0.1
warmup_linear(0.1, 100, warmup_fraction=10)
    ValueError: warmup_linear: warmup_fraction must be a number from 0 to 1 or None, got 10
warmup_linear("0.1", 100, warmup_steps=10)
    TypeError: warmup_linear: peak must be a finite number, got '0.1'
warmup_linear(0.1, 1e-3, warmup_steps=0)
    ValueError: warmup_linear: total_steps must be a non-negative integer, got 0.001
warmup_cosine(3e-4, 100.5, warmup_steps=10)
    ValueError: warmup_cosine: total_steps must be a non-negative integer, got 100.5
warmup_cosine(3e-4, 100, warmup_steps=10, end=nan)
    ValueError: warmup_cosine: end must be a finite number, got nan
warmup_cosine(3e-4, 100, warmup_steps=True)
    TypeError: warmup_cosine: warmup_steps must be a non-negative integer or None, got True
warmup_cosine(3e-4, 100, 10)
    TypeError: warmup_cosine: too many positional arguments
warmup_polynomial(0.1, 100, power=0, warmup_steps=10)
    ValueError: warmup_polynomial: power must be a positive finite number, got 0
warmup_polynomial(0.1, 100, warmup_steps=10)
    TypeError: warmup_polynomial: missing a required ...argument: 'power'
warmup_inverse_sqrt(0.1, 100, warmup_steps=0)
    ValueError: warmup_inverse_sqrt: timescale must be given where there is no warmup, got None
warmup_inverse_sqrt(0.1, 100, warmup_steps=10, timescale=0)
    ValueError: warmup_inverse_sqrt: timescale must be a positive finite number or None, got 0
warmup_stable_decay(0.1, 100, warmup_steps=10, decay_steps=91)
    ValueError: warmup_stable_decay: decay_steps must be at most ... the warmup, got 91
warmup_stable_decay(0.1, 100, warmup_steps=10, decay_steps=-1)
    ValueError: warmup_stable_decay: decay_steps must be a non-negative integer or None, got -1
warmup_stable_decay(0.1, 100, warmup_steps=10, decay_fraction=0.95)
    ValueError: warmup_stable_decay: decay_fraction ... the 90 steps after the warmup, ..., got 0.95
warmup_stable_decay(0.1, 100, warmup_steps=10, decay_fraction=2)
    ValueError: warmup_stable_decay: decay_fraction must be a number from 0 to 1 or None, got 2
warmup_stable_decay(0.1, 100, warmup_steps=10)
    ValueError: warmup_stable_decay: decay_steps must be given, or decay_fraction ..., got neither
warmup_stable_decay(0.1, 100, warmup_steps=10, decay_steps=20, decay_fraction=0.2)
    ValueError: warmup_stable_decay: decay_steps must be given, or decay_fraction ..., got both
warmup_stable_decay(0.1, 100, warmup_steps=10, decay_steps=20, decay="inverse")
    ValueError: warmup_stable_decay: end must be nonzero and of the sign of peak=0.1..., got 0.0
warmup_stable_decay(0.1, 100, warmup_steps=10, decay_steps=20, decay="inverse", end=0.2)
    ValueError: warmup_stable_decay: end must be no further from 0 than peak=0.1..., got 0.2
trapezoid(0.1, 100, warmup_steps=10)
    ValueError: trapezoid: decay_steps must be given, or decay_fraction ..., got neither
trapezoid(0.1, 100, warmup_fraction=0.6, decay_fraction=0.6)
    ValueError: trapezoid: decay_fraction must be at most the 40 steps after the ..., got 0.6
tri_stage(0.1, 100, warmup_steps=10, decay_steps=91)
    ValueError: tri_stage: decay_steps must be at most the 90 steps after the warmup, got 91
tri_stage(0.1, 100, warmup_steps=10, decay_steps=20, end=-0.1)
    ValueError: tri_stage: end must be nonzero and of the sign of peak=0.1..., got -0.1
tri_stage(0, 100, warmup_steps=10, decay_steps=20)
    ValueError: tri_stage: peak must be a nonzero finite number, got 0
slanted_triangular(0.1, 100, warmup_fraction=0.1, ratio=0.5)
    ValueError: slanted_triangular: ratio must be a finite number of at least 1, got 0.5
slanted_triangular(0.1, 100)
    ValueError: slanted_triangular: warmup_steps must be given, ..., got neither
wsd_s(0.1, 100, milestones=[0, 50], decay_steps=5, warmup_steps=10, end=0.01)
    ValueError: wsd_s: milestones must be above 0 and below total_steps=100, got (0, 50)
wsd_s(0.1, 100, milestones=[50, 100], decay_steps=5, warmup_steps=10, end=0.01)
    ValueError: wsd_s: milestones must be above 0 and below total_steps=100, got (50, 100)
wsd_s(0.1, 100, milestones=[50, 60], decay_steps=11, warmup_steps=10, end=0.01)
    ValueError: wsd_s: decay_steps must be at most the 10 steps before step 60, got 11
wsd_s(0.1, 100, milestones=[50], decay_fraction=0.9, warmup_steps=10, end=0.01)
    ValueError: wsd_s: decay_fraction must be at most the 40 steps before step 50, got 0.9
wsd_s(0.1, 100, milestones=[50], decay_steps=0, warmup_steps=60, end=0.01)
    ValueError: wsd_s: decay_steps must be at most the 0 steps before step 50, got 0
wsd_s(0.1, 100, milestones=[50], decay_steps=5, warmup_steps=10)
    TypeError: wsd_s: missing a required ...argument: 'end'
wsd_s(0.1, 100, milestones=[50], decay_steps=5, warmup_steps=10, end=0)
    ValueError: wsd_s: end must be nonzero and of the sign of peak=0.1..., got 0.0
power_scheduler(0.1, 100, batch=8, tokens=8192, warmup_steps=0, decay_steps=10, end=0.01)
    ValueError: power_scheduler: warmup_steps must be at least one step ..., got 0
power_scheduler(0.1, 100, batch=8, tokens=8192, warmup_fraction=0.001, decay_steps=10, end=0.01)
    ValueError: power_scheduler: warmup_fraction must be at least one step ..., got 0.001
power_scheduler(0.1, 100, batch=8, tokens=8192, warmup_steps=5, decay_steps=10, end=0)
    ValueError: power_scheduler: end must be nonzero and of the sign of the curve's end=..., got 0.0
power_scheduler(0.1, 100, batch=0, tokens=8192, warmup_steps=5, decay_steps=10, end=0.01)
    ValueError: power_scheduler: batch must be a positive integer, got 0
power_scheduler(-0.1, 100, batch=8, tokens=8192, warmup_steps=5, decay_steps=10, end=0.01)
    ValueError: power_scheduler: peak must be a positive finite number, got -0.1
warmup_stable_decay(0.1, 100, warmup_steps=10, decay_steps=20, decay="sqrt")
    ValueError: warmup_stable_decay: decay must be one of ..., got 'sqrt': did you mean '1-sqrt'?
warmup_stable_decay(0.1, 100, warmup_steps=10, decay_steps=20, decay=None)
    TypeError: warmup_stable_decay: decay must be one of 'linear', 'cosine', ..., got None
warmup_stable_decay(0.1, 100, warmup_steps=10, decay_steps=20, decay="exponential")
    ValueError: warmup_stable_decay: end must be nonzero and of the sign of peak=0.1..., got 0.0
warmup_stable_decay(0.1, 100, warmup_steps=10, decay_steps=20, decay="exponential", end=-1)
    ValueError: warmup_stable_decay: end must be nonzero and of the sign of peak=0.1..., got -1.0
warmup_multistep(0.1, 100, milestones=[5, 50], warmup_steps=10)
    ValueError: warmup_multistep: milestones must be at or after ..., got (5, 50)
warmup_multistep(0.1, 100, milestones=[50, 20], warmup_steps=10)
    ValueError: warmup_multistep: milestones must be strictly increasing ..., got [50, 20]
warmup_multistep(0.1, 100, milestones=[50], gamma=-1, warmup_steps=10)
    ValueError: warmup_multistep: gamma must be a non-negative finite number, got -1
one_cycle(None, 100, warmup_fraction=0.3)
    TypeError: one_cycle: peak must be a finite number, got None
one_cycle(1.0, 100, warmup_fraction=0.3, start=nan)
    ValueError: one_cycle: start must be a finite number or None, got nan
one_cycle(1.0, 100, warmup_fraction=0.3, end="0")
    TypeError: one_cycle: end must be a finite number or None, got '0'
samples_clock(32)
    TypeError: samples_clock: batch must be a schedule, got 32
samples_clock(Constant(32), per="samples")
    ValueError: samples_clock: per must be one of ..., got 'samples': did you mean 'sample'?
samples_clock(Constant(32), per=None)
    TypeError: samples_clock: per must be one of 'update', 'sample', got None
samples_clock(Constant(2.5))
    ValueError: samples_clock: batch must be a positive integer at update 0, got 2.5
samples_clock(PiecewiseConstant([10], [32, 0]), "sample")
    ValueError: samples_clock: batch must be a positive integer at sample 10, got 0.0
samples_clock(Sequence(Constant(32, 5), Constant(-1)))
    ValueError: samples_clock: batch must be a positive integer at update 5, got -1.0
samples_clock(StepDecay(10, gamma=2))
    ValueError: samples_clock: batch must be a positive integer at update 540, of at most 2**53, ...
samples_clock(LinearWarmup(32, start=32, end=64))
    ValueError: samples_clock: batch must be constant by pieces, not sloping between updates 0 ...
samples_clock(Cycle(PiecewiseLinear([0, 9], [1, 10])), "sample")
    ValueError: samples_clock: batch must be constant by pieces, not sloping between samples 0 ...
samples_clock(Cycle(Sequence(Constant(32, 5), Constant(64, 5))))
    ValueError: samples_clock: batch must be constant from some update on, not of 4000 sizes by ...
cosine_restarts(1.0, 100, every=0, warmup_steps=0)
    ValueError: cosine_restarts: every must be a positive integer, got 0
cosine_restarts(1.0, 100, every=10, stretch=0, warmup_steps=0)
    ValueError: cosine_restarts: stretch must be a positive integer, got 0
triangular(1.0, 100, every=5, start=0.1)
    ValueError: triangular: every must be an even number of steps, got 5
triangular(1.0, 100, every=4, start=0.1, gain=-1)
    ValueError: triangular: gain must be a non-negative finite number, got -1
triangular(1.0, 100, every=4, start=None)
    TypeError: triangular: start must be a finite number, got None
infinite_lr(1.0, 100, value=0, cooldown_steps=20, decay_steps=20, end=1e-3, warmup_steps=10)
    ValueError: infinite_lr: value must be a nonzero finite number, got 0
infinite_lr(1.0, 100, value=0.5, cooldown_steps=80, decay_steps=20, end=1e-3, warmup_steps=10)
    ValueError: infinite_lr: decay_steps must be at most the 10 steps after the cooldown, got 20
infinite_lr(1.0, 100, value=0.5, decay_steps=20, end=1e-3, warmup_steps=10)
    ValueError: infinite_lr: cooldown_steps must be given, or cooldown_fraction ..., got neither
infinite_lr(1.0, 100, value=0.5, cooldown_steps=20, decay_steps=20, end=-1e-3, warmup_steps=10)
    ValueError: infinite_lr: end must be of the sign of value=0.5, got -0.001
range_test(0.0, 100, start=1e-6)
    ValueError: range_test: peak must be a nonzero finite number, got 0.0
range_test(1.0, 100, start=-1e-6)
    ValueError: range_test: start must be of the sign of peak=1.0, got -1e-06
range_test(1.0, 100, start=0)
    ValueError: range_test: start must be a nonzero finite number, got 0
cooldown(0.1, at=10, decay=LinearDecay(10))
    TypeError: cooldown: schedule must be a schedule, got 0.1
cooldown(Constant(0.1), at=-10, decay=LinearDecay(10))
    ValueError: cooldown: at must be a non-negative integer, got -10
cooldown(Constant(0.1), at=10, decay="linear")
    TypeError: cooldown: decay must be a schedule, got 'linear'
CosineDecay(10)(-1)
    ValueError: CosineDecay: step must be a finite number >= 0, got -1
CosineDecay(10)(-0.5)
    ValueError: CosineDecay: step must be ... (lrsched.adapters.progress ...), got -0.5
CosineDecay(10)(np.float64(-0.02))
    ValueError: CosineDecay: step must be ... (lrsched.adapters.progress ...), got -0.02
CosineDecay(10)([0, -0.25])
    ValueError: CosineDecay: step must be ... (lrsched.adapters.progress ...), got -0.25 at index 1
CosineDecay(10)(-1.0)
    ValueError: CosineDecay: step must be a finite number >= 0, got -1.0
CosineDecay(10)(nan)
    ValueError: CosineDecay: step must be a finite number >= 0, got nan
CosineDecay(10)(inf)
    ValueError: CosineDecay: step must be a finite number >= 0, got inf
CosineDecay(10)(-inf)
    ValueError: CosineDecay: step must be a finite number >= 0, got -inf
CosineDecay(10)(np.float64("nan"))
    ValueError: CosineDecay: step must be a finite number >= 0, got nan
CosineDecay(10)(np.int8(-1))
    ValueError: CosineDecay: step must be a finite number >= 0, got -1
CosineDecay(10)(-10**400)
    ValueError: CosineDecay: step must be a finite number >= 0, got -1...
CosineDecay(10)(True)
    TypeError: CosineDecay: step must be a number or an array of numbers, got True
CosineDecay(10)(np.True_)
    TypeError: CosineDecay: step must be a number or an array of numbers, got True
CosineDecay(10)("3")
    TypeError: CosineDecay: step must be a number or an array of numbers, got '3'
CosineDecay(10)(None)
    TypeError: CosineDecay: step must be ... (help(lrsched.adapters.loops) says ...), got None
CosineDecay(10)({"step": 3})
    TypeError: CosineDecay: step must be ...loops) says what to give each loop), got {'step': 3}
CosineDecay(10)([None])
    TypeError: CosineDecay: step must be ...loops) says what to give each loop), got None at index 0
CosineDecay(10)(CosineDecay(10))
    TypeError: CosineDecay: step must be ...loops) says what to give each loop), got CosineDecay(10)
CosineDecay(10)(HealthCheck.too_slow)
    TypeError: CosineDecay: step must be ...loops) says what to give hypothesis), got ...
CosineDecay(10)([HealthCheck.too_slow])
    TypeError: CosineDecay: step must be ... give hypothesis), got ... at index 0
CosineDecay(10)(object())
    TypeError: CosineDecay: step must be ...loops) says what to give each loop), got <object ...>
CosineDecay(10)(3j)
    TypeError: CosineDecay: step must be a number or an array of numbers, got 3j
CosineDecay(10)({3})
    TypeError: CosineDecay: step must be a number ..., got {3}: write schedule(sorted(step))
Family([])
    ValueError: Family: schedules must be at least one schedule, got ()
Family()
    TypeError: Family.__init__() missing 1 required positional argument: 'schedules'
Family(LinearDecay(3))
    TypeError: Family: schedules must be a sequence of schedules of one form, got LinearDecay(3)
Family("LinearDecay(3)")
    TypeError: Family: schedules must be a sequence of schedules of one form, got 'LinearDecay(3)'
Family({LinearDecay(3)})
    TypeError: Family: schedules must be a sequence of schedules of one form, got {LinearDecay(3)}
Family([LinearDecay(3), 0.1])
    TypeError: Family: schedules[1] must be a schedule, got 0.1
Family([LinearDecay])
    TypeError: Family: schedules[0] must be a schedule, got ...
Family([Constant(1), Constant(1, steps=2)])
    ValueError: Family: schedules[1] must have the form of schedules[0], got 2 for None at steps
Family([LinearDecay(3), LinearDecay(4)])(-1)
    ValueError: Family: step must be a finite number >= 0, got -1
Family([LinearDecay(3), LinearDecay(4)]).at(2, 0)
    ValueError: Family: i must be from 0 to 1, got 2
Family([LinearDecay(3), LinearDecay(4)]).at(True, 0)
    TypeError: Family: i must be an integer or an array of integers, got True
Family([LinearDecay(3), LinearDecay(4)]).at([0, -1], 0)
    ValueError: Family: i must be from 0 to 1, got -1
CosineDecay(10)()
    TypeError: CosineDecay: step must be a number or an array of numbers, got nothing: a Keras ...
CosineDecay(10)([0, 1, -2, 3])
    ValueError: CosineDecay: step must be a finite number >= 0, got -2 at index 2
CosineDecay(10)([0.0, nan])
    ValueError: CosineDecay: step must be a finite number >= 0, got nan at index 1
CosineDecay(10)(np.array([[0.0, 1.0], [inf, 3.0]]))
    ValueError: CosineDecay: step must be a finite number >= 0, got inf at index 2
CosineDecay(10)(np.array([[0, 1, 2], [-3, 4, 5]]).T)
    ValueError: CosineDecay: step must be a finite number >= 0, got -3 at index 1
CosineDecay(10)(np.array([0, -7], dtype=np.int8))
    ValueError: CosineDecay: step must be a finite number >= 0, got -7 at index 1
CosineDecay(10)([0, True, None])
    TypeError: CosineDecay: step must be a number or an array of numbers, got True at index 1
CosineDecay(10)([[0, 1], [2]])
    TypeError: CosineDecay: step must be a number or an array of numbers, got [[0, 1], [2]]
CosineDecay(10)(np.array([[0], [1, 2]], dtype=object))
    TypeError: CosineDecay: step must be a number or an array of numbers, got [0] at index 0
CosineDecay(10)(["0", "1"])
    TypeError: CosineDecay: step must be a number ..., got array(['0', '1'], dtype='<U1')
CosineDecay(10)(np.array([True, False]))
    TypeError: CosineDecay: step must be a number or an array of numbers, got array([ True, False])
CosineDecay(10)(np.array([1j]))
    TypeError: CosineDecay: step must be a number or an array of numbers, got array([0.+1.j])
CosineDecay(10)(np.array(["2020-01-01"], dtype="datetime64[D]"))
    TypeError: CosineDecay: step must be ..., got array(['2020-01-01'], dtype='datetime64[D]')
CosineDecay(10)([10**30, -1])
    ValueError: CosineDecay: step must be a finite number >= 0, got -1 at index 1
CosineDecay(10)(range(3, -3, -1))
    ValueError: CosineDecay: step must be a finite number >= 0, got -1 at index 4
Sequence(LinearWarmup(5), CosineDecay(10))(-1)
    ValueError: Sequence: step must be a finite number >= 0, got -1
(3e-4 * CosineDecay(10))(nan)
    ValueError: Product: step must be a finite number >= 0, got nan
"""

NAMES = {name: getattr(lrs, name) for name in lrs.__all__}
NAMES |= {"HealthCheck": HealthCheck, "np": np, "nan": math.nan, "inf": math.inf}
ROWS = list(zip(*[iter(TABLE.strip().splitlines())] * 2, strict=True))


def test_the_table_is_long() -> None:
    assert len(ROWS) >= 150


@pytest.mark.parametrize(("text", "complaint"), ROWS, ids=[text for text, _ in ROWS])
def test_bad_input(text: str, complaint: str) -> None:
    kind, message = complaint.strip().split(": ", 1)
    pattern = ".*".join(map(re.escape, message.split("...")))
    with pytest.raises((TypeError, ValueError)) as caught:
        eval(text, dict(NAMES))
    # NumPy 2 writes np.True_ where NumPy 1 wrote True.
    got = re.sub(r"np\.(?:\w+\((.*?)\)|(True)_)", r"\1\2", str(caught.value))
    assert re.fullmatch(pattern, got), got
    assert caught.type.__name__ == kind


def test_a_schedule_is_of_no_framework(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lrs, "__file__", "lib/python/site-packages/lrsched/__init__.py")
    with pytest.raises(TypeError, match=r"says what to give each loop\), got CosineDecay\(10\)"):
        lrs.CosineDecay(10)(lrs.CosineDecay(10))


# Every parameter of every constructor and preset, with what no parameter of its kind may be.

PRESETS = {
    "cooldown": {"schedule": lrs.Constant(0.1), "at": 10, "decay": lrs.LinearDecay(5)},
    "cosine_restarts": {"peak": 1.0, "total_steps": 100, "every": 10, "warmup_steps": 5},
    "infinite_lr": {
        "peak": 1.0,
        "total_steps": 100,
        "value": 0.5,
        "cooldown_steps": 20,
        "decay_steps": 20,
        "end": 0.01,
        "warmup_steps": 10,
    },
    "one_cycle": {"peak": 1.0, "total_steps": 100, "warmup_fraction": 0.3},
    "power_scheduler": {
        "peak": 0.02,
        "total_steps": 100,
        "batch": 8,
        "tokens": 8192,
        "scale": 4.6,
        "power": 0.51,
        "decay_steps": 10,
        "warmup_steps": 10,
        "end": 0.001,
    },
    "range_test": {"peak": 1.0, "total_steps": 100, "start": 1e-6},
    "slanted_triangular": {"peak": 1.0, "total_steps": 100, "warmup_fraction": 0.1, "ratio": 32.0},
    "trapezoid": {"peak": 1.0, "total_steps": 100, "decay_steps": 10, "warmup_steps": 10},
    "tri_stage": {"peak": 1.0, "total_steps": 100, "decay_steps": 10, "warmup_steps": 10},
    "triangular": {"peak": 1.0, "total_steps": 100, "every": 4, "start": 0.1},
    "warmup_constant": {"peak": 1.0, "total_steps": 100, "warmup_steps": 10},
    "warmup_cosine": {"peak": 1.0, "total_steps": 100, "warmup_steps": 10},
    "warmup_inverse_sqrt": {"peak": 1.0, "total_steps": 100, "warmup_steps": 10},
    "warmup_linear": {"peak": 1.0, "total_steps": 100, "warmup_steps": 10},
    "warmup_multistep": {
        "peak": 1.0,
        "total_steps": 100,
        "milestones": (20, 50),
        "warmup_steps": 10,
    },
    "warmup_polynomial": {"peak": 1.0, "total_steps": 100, "power": 2.0, "warmup_steps": 10},
    "warmup_stable_decay": {
        "peak": 1.0,
        "total_steps": 100,
        "decay_steps": 10,
        "warmup_steps": 10,
    },
    "wsd_s": {
        "peak": 1.0,
        "total_steps": 100,
        "milestones": (50,),
        "decay_steps": 10,
        "warmup_steps": 10,
        "end": 0.1,
    },
}

NOTHING = ["1", b"1", [1.0], {1: 2}, 1j, object(), True, np.True_]
NO_NUMBER = [*NOTHING, lrs.LinearDecay(3)]
NOT_FINITE = [math.nan, math.inf, -math.inf, np.float64("nan"), np.float32("inf"), 10**400]
NO_SCHEDULE = [*NOTHING, 3, None, "LinearDecay(3)", lrs.LinearDecay, lambda step: 1.0]
NO_NUMBERS = [3, 1.0, None, "12", b"12", {1, 2}, {1: 2}, True, lrs.LinearDecay(3)]
NO_FLAG = [0, 1, 1.0, None, "yes", math.nan, [True]]
NO_WORD = [*NO_NUMBER[1:], 3, None, math.nan]

# Bad values for a parameter, by what a good one is: those of the wrong type, and the rest.
BAD = {
    int: (NO_NUMBER, [*NOT_FINITE, -1, -3.0]),
    float: (NO_NUMBER, NOT_FINITE),
    bool: (NO_FLAG, []),
    str: (NO_WORD, ["", "sqrt"]),
    tuple: ([*NO_NUMBERS, [1, "2"], [1, None], [1, True]], [[1, math.nan], [math.inf]]),
    lrs.Schedule: (NO_SCHEDULE, []),
}

# What an example leaves out or at None, or what may be negative.
SPECIAL = {
    "cooldown_fraction": float,
    "count": int,
    "decay": str,
    "decay_fraction": float,
    "end": float,
    "gain": float,
    "gamma": float,
    "lower": float,
    "offset": float,
    "start": float,
    "steps": int,
    "stretch": int,
    "timescale": float,
    "upper": float,
    "warmup_fraction": float,
    "warmup_steps": int,
}
# Given alone: with the other one as well, the complaint is about the two.
INSTEAD = {
    f"{phase}_{one}": f"{phase}_{other}"
    for phase in ("warmup", "cooldown", "decay")
    for one, other in (("fraction", "steps"), ("steps", "fraction"))
}


def constructors():
    """Each public class with the fields of an instance, each preset with its arguments."""
    for name in lrs.__all__:
        cls = getattr(lrs, name)
        if not inspect.isclass(cls):
            continue
        for case in CASES:
            if type(case.schedule) is cls and "*" not in str(inspect.signature(cls)):
                names = inspect.signature(cls).parameters
                yield cls, {field: getattr(case.schedule, field) for field in names}
                break
    for name, arguments in PRESETS.items():
        yield getattr(lrs, name), arguments


def kind_of(name: str, good: object) -> type:
    if isinstance(good, lrs.Schedule):
        return lrs.Schedule
    if good is None or name in SPECIAL:
        return SPECIAL[name]
    return type(good)


MATRIX = [
    (function, arguments, name, kind_of(name, arguments.get(name)))
    for function, arguments in constructors()
    for name in inspect.signature(function).parameters
]


def test_the_matrix_is_complete() -> None:
    covered = {function.__name__ for function, *_ in MATRIX}
    members = {"Product", "Sequence", "Sum"}  # theirs are positional: see the table
    ours = {
        name
        for name, value in ((name, getattr(lrs, name)) for name in lrs.__all__)
        if (inspect.isclass(value) and issubclass(value, lrs.Schedule))
        or name in lrs.presets.__all__
    }
    assert covered | members | {"Schedule"} >= ours


@pytest.mark.parametrize(
    ("function", "arguments", "name", "kind"),
    MATRIX,
    ids=[f"{f.__name__}-{n}" for f, _, n, _ in MATRIX],
)
def test_every_parameter(function, arguments, name, kind) -> None:
    wrong_type, wrong_value = BAD[kind]
    optional = inspect.signature(function).parameters[name].default is None
    others = {k: v for k, v in arguments.items() if k != INSTEAD.get(name)}
    function(**arguments)
    for bad in [*wrong_type, *wrong_value]:
        if bad is None and optional:
            continue
        with pytest.raises((TypeError, ValueError)) as caught:
            function(**{**others, name: bad})
        assert caught.type is (TypeError if any(bad is x for x in wrong_type) else ValueError)
        start = re.escape(f"{function.__name__}: {name} must be ")
        value = re.escape(repr(bad)[:100])
        assert re.match(f"{start}.*, got {value}", str(caught.value)), caught.value


PARSE = {
    "": "",
    "   ": "",
    "CosineDecay(": "",
    "CosineDecay(100": "",
    "CosineDecay": "CosineDecay",
    "CosineDecay(-3)": "CosineDecay: steps must be a non-negative integer, got -3",
    "CosineDecay(100, stop=1)": "stop",
    "CosineDecai(100)": "CosineDecai",
    "Schedule()": "Schedule",
    "3": "3",
    "'CosineDecay(100)'": "",
    "CosineDecay(100) // 1": "",
    "CosineDecay(100) / 0": "a schedule can't be divided by 0",
    "CosineDecay(100) @ 2": "",
    "CosineDecay(*[100])": "",
    "CosineDecay(**{})": "",
    "CosineDecay(steps := 3)": "",
    "CosineDecay(lambda: 3)": "",
    "__import__('os').system('true')": "",
    "open('/etc/passwd')": "open",
    "eval('1')": "eval",
    "().__class__": "",
    "CosineDecay.__init__(3)": "",
    "Sequence()": "Sequence: phases must be at least one schedule",
    "Sequence(Constant(1), LinearDecay(3))": "Sequence: phases[0]",
    "9**9**9 * CosineDecay(3)": "",
    "(" * 500 + "CosineDecay(3)" + ")" * 500: "",
    "Clip(" * 3000 + "CosineDecay(3)" + ")" * 3000: "",
    "CosineDecay(3) + " * 100_000 + "1": "",
    "CosineDecay(" + "-" * 20_001 + "1)": "CosineDecay: steps must be a non-negative integer",
    "CosineDecay(1e400)": "",
    "CosineDecay(3)\0": "",
    "CosineDecay(3); CosineDecay(4)": "",
}


@pytest.mark.parametrize("text", PARSE, ids=lambda text: text[:40])
def test_bad_text(text: str) -> None:
    with pytest.raises(ValueError, match="^parse: .*" + re.escape(PARSE[text])) as caught:
        lrs.parse(text)
    assert len(str(caught.value)) < 1000


@pytest.mark.parametrize(
    "text", [None, 3, b"CosineDecay(3)", ["CosineDecay(3)"], lrs.LinearDecay(3)]
)
def test_what_is_no_text(text: object) -> None:
    with pytest.raises(TypeError, match=r"^parse: text must be a string, got "):
        lrs.parse(text)


@pytest.mark.parametrize("text", PARSE, ids=lambda text: text[:40])
def test_a_bad_expression_on_the_command_line(text: str, capsys) -> None:
    assert main(["show", text]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert re.fullmatch(r"lrsched: .+\n", err)


@pytest.mark.parametrize(
    "arguments",
    [
        ["show", "CosineDecai(3)"],
        ["show", "StepDecay(10)"],
        ["show", "CosineDecay(3)", "--steps", "0"],
        ["show", "CosineDecay(3)", "--steps", "many"],
        ["show"],
        ["draw", "CosineDecay(3)"],
    ],
    ids=" ".join,
)
def test_the_command_line_exits_with_2(arguments: list[str]) -> None:
    command = [sys.executable, "-m", "lrsched", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert done.stdout == ""
    (complaint,) = done.stderr.splitlines()
    assert complaint.startswith("lrsched")
    assert "Traceback" not in done.stderr
