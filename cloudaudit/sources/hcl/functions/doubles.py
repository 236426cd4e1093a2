"""Logarithm and power to the last bit as Go computes them, which Python's C library does differently."""

import math

_LN2_HIGH = 6.93147180369123816490e-01
_LN2_LOW = 1.90821492927058770002e-10
_EVEN = (3.999999999940941908e-01, 2.222219843214978396e-01, 1.531383769920937332e-01)
_ODD = (6.666666666666735130e-01, 2.857142874366239149e-01, 1.818357216161805012e-01, 1.479819860511658591e-01)
_FARTHEST = 1 << 12


def log(value: float) -> float:
    """The natural logarithm of a positive number."""
    fraction, exponent = math.frexp(value)
    if fraction < math.sqrt(2) / 2:
        fraction, exponent = fraction * 2, exponent - 1
    rest = fraction - 1
    ratio = rest / (2 + rest)
    square = ratio * ratio
    fourth = square * square
    odd = square * (_ODD[0] + fourth * (_ODD[1] + fourth * (_ODD[2] + fourth * _ODD[3])))
    even = fourth * (_EVEN[0] + fourth * (_EVEN[1] + fourth * _EVEN[2]))
    half = 0.5 * rest * rest
    return exponent * _LN2_HIGH - ((half - (ratio * (half + (odd + even)) + exponent * _LN2_LOW)) - rest)


def power(base: float, exponent: float) -> float:
    """Base ** exponent, for whole exponents and for 0.5 and -0.5; infinite when it is too large."""
    if not base:
        return 0.0 if exponent else 1.0
    if abs(exponent) == 0.5:
        return math.sqrt(base) if exponent > 0 else 1 / math.sqrt(base)
    if abs(exponent) >= 2.0**63:
        return 1.0 if abs(base) == 1 else 0.0 if (abs(base) < 1) == (exponent > 0) else math.inf
    result, scale = 1.0, 0
    factor, step = math.frexp(base)
    left = int(abs(exponent))
    while left:
        if abs(step) > _FARTHEST:
            scale += step
            break
        if left & 1:
            result, scale = result * factor, scale + step
        factor, step, left = factor * factor, step * 2, left >> 1
        if factor < 0.5:
            factor, step = factor + factor, step - 1
    if exponent < 0:
        result, scale = 1 / result, -scale
    try:
        return math.ldexp(result, scale)
    except OverflowError:
        return math.inf
