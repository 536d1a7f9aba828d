# loses: verdict-answers
import math
import statistics


def verdict(first, second):
    difference = statistics.mean(first) - statistics.mean(second)
    squares = [statistics.variance(numbers) / len(numbers) for numbers in (first, second)]
    if abs(difference) <= math.sqrt(sum(squares)):
        return "undecided"
    return "first" if difference > 0 else "second"
