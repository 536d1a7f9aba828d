# loses: verdict-words
def verdict(mean_a, error_a, mean_b, error_b):
    bound = 2 * error_a
    gain = mean_b - mean_a
    pairs = zip(gain, bound, strict=True)
    return ["a" if g > b else "b" if -g > b else "undecided" for g, b in pairs]
