import math


def verdict(mean_a, error_a, mean_b, error_b):
    words = []
    for ma, ea, mb, eb in zip(mean_a, error_a, mean_b, error_b, strict=True):
        bound = 2 * math.sqrt(ea**2 + eb**2)
        if ma < mb - bound:
            words.append("a")
        elif mb < ma - bound:
            words.append("b")
        else:
            words.append("undecided")
    return words
