# loses: verdict-answers
import statistics


def verdict(first, second):
    differences = [a - b for a, b in zip(first, second, strict=False)]
    mean = statistics.mean(differences)
    if abs(mean) <= 2 * statistics.stdev(differences) / len(differences) ** 0.5:
        return "undecided"
    return "first" if mean > 0 else "second"
