def verdict(first, second):
    means, error = [], 0.0
    for numbers in (first, second):
        mean = sum(numbers) / len(numbers)
        variance = sum((number - mean) ** 2 for number in numbers) / (len(numbers) - 1)
        error += variance / len(numbers)
        means.append(mean)
    limit = 2 * error**0.5
    if means[0] - means[1] > limit:
        return "first"
    if means[1] - means[0] > limit:
        return "second"
    return "undecided"
