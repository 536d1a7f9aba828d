import math


def incumbent_curve(errors, runtimes):
    curve = []
    for trial in range(len(errors)):
        finite = [i for i in range(trial + 1) if math.isfinite(errors[i])]
        if not finite:
            continue
        best = finite[0]
        for i in finite:
            if errors[i] < errors[best]:
                best = i
        curve.append((sum(runtimes[: trial + 1]), errors[best], best))
    return curve
