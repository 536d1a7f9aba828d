# loses: verdict-answers
import statistics


def verdict(first, second):
    means = statistics.mean(first), statistics.mean(second)
    if means[0] == means[1]:
        return "undecided"
    return "first" if means[0] > means[1] else "second"
