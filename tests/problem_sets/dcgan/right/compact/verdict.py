import numpy as np


def verdict(first, second):
    error = np.sqrt(sum(np.var(x, ddof=1) / len(x) for x in (first, second)))
    difference = np.mean(first) - np.mean(second)
    answers = ["second", "undecided", "first"]
    return answers[1 + int(np.sign(difference) * (abs(difference) > 2 * error))]
