import math


def loss_and_gradient(x, y, w, b, penalty):
    n, d = x.shape
    loss, slope_w, slope_b = 0.0, [0.0] * d, 0.0
    for row, label in zip(x.tolist(), y.tolist(), strict=True):
        o = sum(value * weight for value, weight in zip(row, w.tolist(), strict=True)) + float(
            b
        )
        tail = math.exp(-abs(o))
        loss += max(o, 0.0) + math.log1p(tail) - label * o
        probability = 1 / (1 + tail) if o >= 0 else tail / (1 + tail)
        for j in range(d):
            slope_w[j] += (probability - label) * row[j] / n
        slope_b += (probability - label) / n
    loss = loss / n + penalty * sum(weight**2 for weight in w.tolist()) / 2
    slope_w = [
        slope + penalty * weight for slope, weight in zip(slope_w, w.tolist(), strict=True)
    ]
    return loss, slope_w, slope_b
