# loses: verdict-answers
import math
import statistics


def verdict(first, second):
    difference = statistics.mean(first) - statistics.mean(second)
    squares = [statistics.variance(numbers) / len(numbers) for numbers in (first, second)]
    if abs(difference) <= 2 * sum(math.sqrt(square) for square in squares):
        return "undecided"
    return "first" if difference > 0 else "second"
